"""What ``tunespec review`` does: finds what to judge and what was judged, then draws or walks."""

from __future__ import annotations

import shlex
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from tunespec.config import Config, find
from tunespec.errors import CannotJudgeError
from tunespec.review.discovery import log_path
from tunespec.review.draw import Drawn, draw
from tunespec.review.judgement import Judgement
from tunespec.review.log import append, read_logs, standing
from tunespec.review.material import Material, material
from tunespec.review.sheet import read_sheet, sheet_lines, write_sheet
from tunespec.review.terminal import keys, line, require_terminal
from tunespec.review.walk import Walk
from tunespec.review.who import reviewer_named
from tunespec.splits import relative
from tunespec.subjects import DataFile
from tunespec.templates.paint import Paint, wants_colour


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
    """What lies before a reviewer: the material, and the log with the judgements of it that count."""

    config: Config
    asked: Asked
    material: Material
    log: Path
    said: Sequence[Judgement]

    @classmethod
    def of(cls, asked: Asked) -> Desk:
        """Find and read it.

        Raises:
            CannotJudgeError: if that cannot be done, and for a log that is none.
        """
        config = find(Path.cwd())
        own = material(config, asked.paths)
        if not own.rows:
            raise CannotJudgeError(f"{own.name}: nothing in it can be reviewed")
        log = asked.log or log_path(config)
        said = [one for _, one in _read(log, config) if one.kind == own.kind and one.hash in own.rows]
        return cls(config, asked, own, log, [one for one in said if own.model in {one.model, ""} or not one.model])

    def drawn(self, without: set[str]) -> list[Drawn]:
        """The sample of the size and by the seed that are asked for, or configured.

        Args:
            without: hashes that are not drawn.
        """
        settings = self.config.review
        least = self.config.thresholds(self.config.catalogue.find("E002"))["least"]
        count = self.asked.count or int(settings.get("count", least))
        seed = self.asked.seed if self.asked.seed is not None else int(settings.get("seed", 0))
        return draw(self.material, count, seed, without=without, edge_cases=self.asked.edge_cases)


def run_sample(asked: Asked) -> None:
    """Print or write a sheet of what nobody has judged.

    Raises:
        CannotJudgeError: if nothing is left, or it cannot be read or written.
    """
    desk = Desk.of(asked)
    drawn = desk.drawn({one.hash for one in desk.said})
    if not drawn:
        raise CannotJudgeError(_nothing_left(desk))
    lines = sheet_lines(desk.material, drawn, texts=asked.texts)
    if asked.output is None:
        sys.stdout.buffer.write(lines)
        sys.stdout.buffer.flush()
        return
    write_sheet(asked.output, lines)
    click.echo(f"wrote {asked.output}: {_plural(len(drawn), desk.material.kind)}; next: {_next(asked)}")


def run_walk(asked: Asked) -> None:
    """Ask for judgements in the terminal.

    Raises:
        CannotJudgeError: without a terminal, if there is nothing to judge, and if a judgement cannot be written.
    """
    require_terminal()
    desk = Desk.of(asked)
    reviewer = reviewer_named(asked.reviewer)
    own = [one for one in desk.said if one.who == reviewer.casefold()]
    pending = _pending(desk, {one.hash for one in own})
    if not pending:
        click.echo(
            f"{_plural(len(own), desk.material.kind)} of {desk.material.name} are judged by {reviewer}: all of it"
        )
        return
    click.echo(f"{reviewer} judges {desk.material.name}, in {relative(desk.log, desk.config.root)}; ? shows the keys")
    rows = desk.material.rows
    walk = Walk(
        desk.material,
        deque(pending),
        reviewer,
        keep=partial(append, desk.log),
        now=lambda: datetime.now(UTC).isoformat(timespec="seconds"),
        say=click.echo,
        ask=line,
        paint=Paint(wants_colour(sys.stdout)),
        judged=[(Drawn(one.hash, rows[one.hash], "judged before"), one) for one in own],
    )
    walk.go(keys())
    click.echo(_farewell(desk, walk))


def _pending(desk: Desk, own: set[str]) -> list[Drawn]:
    """What a reviewer is still to judge: of the sheet, of what is new to all, or of the sample that everybody gets."""
    if desk.asked.sheet is not None:
        drawn, lost = read_sheet(desk.asked.sheet, desk.material)
        if lost:
            click.echo(f"{desk.asked.sheet}: {_plural(lost, 'line')} of nothing that is in {desk.material.name} now")
    else:
        drawn = desk.drawn({one.hash for one in desk.said} if desk.asked.new else set())
    return [one for one in drawn if one.hash not in own]


def _farewell(desk: Desk, walk: Walk) -> str:
    shown = relative(desk.log, desk.config.root)
    good = sum(judgement.accepted for _, judgement in walk.judged)
    told = f"\n{_plural(len(walk.judged), desk.material.kind)} judged by {walk.reviewer}, {good:,} accepted; in {shown}"
    left = len(walk.pending) + walk.skipped
    return f"{told}\n{left:,} left: `{_next(desk.asked)}` goes on" if left else f"{told}\nnext: tunespec check"


def _next(asked: Asked) -> str:
    """The command that asks for the same again."""
    given: dict[str, object] = {
        "--log": asked.log,
        "--reviewer": asked.reviewer,
        "--sheet": asked.output or asked.sheet,
    }
    given |= {} if given["--sheet"] else {"--count": asked.count, "--seed": asked.seed}
    options = [text for name, value in given.items() if value is not None for text in (name, str(value))]
    flags = [name for name, on in (("--new", asked.new), ("--edge-cases", asked.edge_cases)) if on and not asked.output]
    return shlex.join(["tunespec", "review", *options, *flags, *asked.paths])


def _nothing_left(desk: Desk) -> str:
    if desk.asked.edge_cases:
        return f"{desk.material.name}: no edge case is found in it that nobody has judged"
    return f"{desk.material.name}: everything in it is judged"


def _read(log: Path, config: Config) -> list[tuple[int, Judgement]]:
    """The judgements of a log that count; none if it is not there yet.

    Raises:
        CannotJudgeError: for a file that is no review log, and would be spoilt by one.
    """
    if not log.exists():
        return []
    lines = read_logs([DataFile(log, relative(log, config.root), None, "jsonl")])
    if lines and all(one.judgement is None for one in lines):
        raise CannotJudgeError(f"{log}: this is no review log: {lines[0].why} (line 1)")
    return standing(lines)


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
