"""What lies before a reviewer: what is asked for, what can be judged, and what was judged of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tunespec.config import Config, find
from tunespec.errors import CannotJudgeError
from tunespec.review.discovery import log_path
from tunespec.review.draw import Drawn, draw
from tunespec.review.judgement import Judgement
from tunespec.review.log import read_logs, standing
from tunespec.review.material import Material, looked_for, material
from tunespec.splits import relative
from tunespec.subjects import DataFile


@dataclass(frozen=True)
class Asked:
    """What the command line asks for; see ``command``."""

    paths: Sequence[str] = ()
    log: Path | None = None
    reviewer: str | None = None
    sheet: Path | None = None
    new: bool = False
    count: int | None = None
    seed: int | None = None
    edge_cases: bool = False
    output: Path | None = None
    texts: bool = False


@dataclass(frozen=True)
class Desk:
    """The material, the log that judgements are written to, and what is said of it already.

    ``shown`` is the log's path as messages print it; ``said`` are the judgements that count, whatever log they are in.
    """

    config: Config
    asked: Asked
    material: Material
    log: Path
    shown: str
    said: Sequence[Judgement]

    @classmethod
    def of(cls, asked: Asked) -> Desk:
        """Find and read it.

        Raises:
            CannotJudgeError: if that cannot be done, and for a log that is none.
        """
        config = find(Path.cwd())
        found = looked_for(config, asked.paths)
        own = material(config, found)
        if not own.rows:
            raise CannotJudgeError(f"{own.name}: nothing in it can be reviewed")
        log = asked.log or log_path(config)
        shown = relative(log, config.root)
        beside = [file for one in found.reviews for file in one.files if file.shown != shown]
        said = [one for one in _counting(log, shown, beside) if own.holds(one)]
        return cls(config, asked, own, log, shown, said)

    def drawn(self, without: set[str]) -> list[Drawn]:
        """The sample of the size and by the seed that are asked for, or configured.

        Args:
            without: hashes that are not drawn.
        """
        settings = self.config.review
        least = self.config.thresholds(self.config.catalogue.find("E002"))["least"]
        count = self.asked.count or int(settings.get("count", least))
        seed = self.asked.seed if self.asked.seed is not None else int(settings.get("seed", 0))
        return draw(self.material, count, seed, without=without, edge_cases_alone=self.asked.edge_cases)


def _counting(log: Path, shown: str, beside: Sequence[DataFile]) -> list[Judgement]:
    """The judgements that count, of the log that is written to and of those beside it.

    Raises:
        CannotJudgeError: for a file that is no review log, and would be spoilt by one.
    """
    own = read_logs([DataFile(log, shown, None, "jsonl")]) if log.exists() else []
    if own and all(line.judgement is None for line in own):
        raise CannotJudgeError(f"{shown}: this is no review log: {own[0].why} (line 1)")
    return [judgement for _, judgement in standing([*read_logs(beside), *own])]
