"""How long a log of 100,000 steps takes to read, beside what the JSON parser alone takes of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from tunespec.training.logs import read_log, recognise_log

STEPS = 100_000
MOST_SECONDS = 2.0
# On a machine that has other work, seconds say little; the parser beside it is slowed as much. It takes 0.15 to 0.25 s
# of such a file on a machine of 2024, so eight times as long is 2 s at most.
MOST_TIMES = 8.0
_EVERY = 500  # steps between evaluations
_TRIES = 3


@dataclass(frozen=True)
class Timed:
    """The best of some tries: megabytes of the file, seconds to read it, seconds of ``json.loads``."""

    format: str
    megabytes: float
    seconds: float
    parsing: float

    @property
    def times(self) -> float:
        """How many times as long as the parser."""
        return self.seconds / self.parsing

    def breaches(self) -> Iterator[str]:
        """The limit, if it is not kept: by the clock, and by the parser too."""
        if self.seconds > MOST_SECONDS and self.times > MOST_TIMES:
            yield f"{self.format}: {STEPS:,} steps take {self.seconds:.1f} s, {self.times:.1f} times what JSON takes"


def measure() -> Sequence[Timed]:
    """Write a log of each format that users keep of long runs, and read it."""
    with tempfile.TemporaryDirectory(prefix="tunespec-logs-") as folder:
        return [_timed(Path(folder) / name, text) for name, text in _files().items()]


def _timed(path: Path, text: str) -> Timed:
    path.write_text(text, encoding="utf-8", newline="\n")
    format_ = recognise_log(path)
    if format_ is None:
        raise RuntimeError(f"{path.name} is not recognised")
    rows = len(read_log(path, format_).rows)
    if rows < STEPS:
        raise RuntimeError(f"{path.name}: {rows} rows of {STEPS}")
    parse = (lambda: json.loads(text)) if path.suffix == ".json" else lambda: [*map(json.loads, _json_lines(text))]
    return Timed(format_, len(text) / 1e6, _best(lambda: read_log(path, format_)), _best(parse))


def _json_lines(text: str) -> list[str]:
    return text.replace("'", '"').splitlines()


def _best(work: Callable[[], Any]) -> float:
    def once() -> float:
        start = perf_counter()
        work()
        return perf_counter() - start

    return min(once() for _ in range(_TRIES))


def _files() -> Mapping[str, str]:
    rows = list(_rows())
    state = {"epoch": 2.0, "global_step": STEPS, "log_history": rows, "max_steps": STEPS, "save_steps": 500}
    printed = ({key: f"{value:.4g}" for key, value in row.items() if key != "step"} for row in rows)
    lines = (
        {
            "current_steps": row["step"],
            "total_steps": STEPS,
            **{key: row[key] for key in ("loss", "eval_loss", "epoch") if key in row},
            "percentage": round(row["step"] / STEPS * 100, 2),
            "elapsed_time": "1:02:03",
            "remaining_time": "0:30:00",
        }
        for row in rows
    )
    return {
        "trainer_state.json": json.dumps(state, indent=2),
        "trainer_log.jsonl": "".join(json.dumps(line) + "\n" for line in lines),
        "console.log": "".join(f"{row}\n" for row in printed),
    }


def _rows() -> Iterator[dict[str, Any]]:
    for step in range(1, STEPS + 1):
        epoch, loss = step * 2 / STEPS, 1.2 + 2 / step + step % 17 / 100
        yield {"loss": loss, "grad_norm": 1.1 + step % 13 / 9, "learning_rate": 1e-5, "epoch": epoch, "step": step}
        if step % _EVERY == 0:
            yield {"eval_loss": loss + 0.1, "eval_runtime": 3.1, "epoch": epoch, "step": step}
