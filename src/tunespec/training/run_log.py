"""The log of a run: of all files that it left, the one that says most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tunespec.findings import Place
from tunespec.subjects import DataFile
from tunespec.training.logs import FORMATS, Log, LogError, read_log, recognise_log

_IN_PARTS = "mistral"  # mistral-finetune writes training and evaluation into two files
_RANKS: Mapping[str, int] = {format_: rank for rank, format_ in enumerate(FORMATS)}


@dataclass(frozen=True)
class RunLog:
    """What was logged of a run.

    Args:
        log: its rows, in the order in which they were logged.
        files: where each row stands, as many as there are rows.
    """

    log: Log
    files: tuple[DataFile, ...]

    def place(self, row: int) -> Place:
        """Where a row stands: by its step, since a log that goes on keeps those."""
        logged, shown = self.log.rows[row], self.files[row].shown
        return Place(shown, logged.line, None, f"{shown}:{logged.step}:{' '.join(sorted(logged.values))}")


def run_log(files: Iterable[DataFile], problems: dict[str, str]) -> RunLog | None:
    """The log that says most; None if none can be read.

    A run's last state holds all that the states in its checkpoints do. What cannot be read is noted in ``problems``,
    by the file's path.
    """
    found: list[tuple[DataFile, Log]] = []
    for file in files:
        format_ = recognise_log(file.path)
        try:
            found += [(file, read_log(file.path, format_))] if format_ is not None else []
        except LogError as error:
            problems[file.shown] = str(error).removeprefix(f"{file.path}: ")
    told = [(file, log) for file, log in found if log.rows]
    if not told:
        return None
    file, best = min(told, key=_order)
    if best.format != _IN_PARTS:
        return RunLog(best, (file,) * len(best.rows))
    parts = [(row, file) for file, log in told if log.format == _IN_PARTS for row in log.rows]
    parts.sort(key=lambda part: part[0].step or 0)
    return RunLog(replace(best, rows=tuple(row for row, _ in parts)), tuple(file for _, file in parts))


def _order(one: tuple[DataFile, Log]) -> tuple[int, int, int, str]:
    file, log = one
    return _RANKS[log.format], -(log.last_step or 0), len(file.path.parts), file.shown
