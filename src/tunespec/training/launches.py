"""Which logs of a folder are of one run, and which of another launch that wrote beside it.

Sources of the names: torchtune 0.6 (metric_logging.py::DiskLogger: ``log_{unix time}.txt``), TensorBoard
(``events.out.tfevents.{unix time}.{host}...``), Slurm (``slurm-{job}.out``; jobs are numbered as they are submitted).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from tunespec.training.logs import Log
from tunespec.training.logs.compare import Course

_DAY = r"(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)"
_TIMES = (
    re.compile(r"^log_(\d{1,12})\.|\.tfevents\.(\d{1,12})\.|(?<!\d)(1\d{9})(?!\d)"),
    re.compile(r"^slurm-(\d{1,12})\b"),
    re.compile(_DAY + r"(?:[-_.T ]*([0-2]\d)[-_.:h]?([0-5]\d)(?:[-_.:m]?([0-5]\d))?)?(?!\d)"),
)
_Time = tuple[int, ...]


def launched(path: str) -> _Time | None:
    """When a log's run was launched, as its name says: comparable with those of the same kind, the first number."""
    name = PurePosixPath(path).name
    for kind, pattern in enumerate(_TIMES):
        if found := pattern.search(name):
            return (kind, *(int(number) for number in found.groups() if number))
    return None


def runs_of(logs: Sequence[tuple[str, Log]]) -> list[list[tuple[str, Log]]]:
    """The logs by run, each with its path: those that agree, and those that go on where another ended.

    Two logs are of different runs if both tell of the beginning, and have other losses at the same steps.
    """
    courses = [Course(path, log) for path, log in logs]
    placed = sorted(
        (one for one in courses if one.is_placed), key=lambda one: (not one.begins, launched(one.path) or ())
    )
    runs: list[list[Course]] = []
    for one in placed:
        home = _home(one, runs)
        if home is None:
            runs.append([one])
        else:
            home.append(one)
    runs = runs or [[]]
    runs[0] += [one for one in courses if not one.is_placed]  # final results: they contradict nothing
    return [[(one.path, one.log) for one in run] for run in runs if run]


def _home(one: Course, runs: Sequence[list[Course]]) -> list[Course] | None:
    """The run that a log belongs to; None if to none of these."""
    verdicts = [_differs(one, run) for run in runs]
    if False in verdicts:
        return runs[len(verdicts) - 1 - verdicts[::-1].index(False)]
    if not one.begins:
        return max(_resumed(one, runs), key=lambda run: _precedes(one, run), default=None)
    unlike = zip(runs, verdicts, strict=True)
    return next((run for run, verdict in unlike if verdict is None and not _is_repeated(one, run)), None)


def _differs(one: Course, run: Sequence[Course]) -> bool | None:
    """Whether it contradicts a run: not if one of the run's logs has the same losses."""
    told = {_is_relaunched(one, other) or one.differs(other) for other in run} - {None}
    return None if not told else False not in told


def _is_relaunched(one: Course, other: Course) -> bool:
    """Whether both begin with their runs, at times of their own: from one seed they may have the same losses."""
    times = {launched(one.path), launched(other.path)}
    return None not in times and len(times) > 1 and _is_repeated(one, [other]) and one.begins


def _resumed(one: Course, runs: Sequence[list[Course]]) -> list[list[Course]]:
    """The runs that a log which does not begin with its own may go on with."""
    return [run for run in runs if any(other.first <= one.first for other in run)]


def _precedes(one: Course, run: Sequence[Course]) -> tuple[bool, bool, _Time]:
    """How well a run may be what a log goes on with: launched before it, up to its first step, the latest of those."""
    time, times = launched(one.path) or (), [launched(other.path) or () for other in run]
    reaches = any(other.last >= one.first - 2 * max(one.interval, other.interval, 1) for other in run)
    return min(times) <= time, reaches, min(times)


def _is_repeated(one: Course, run: Sequence[Course]) -> bool:
    """Whether a run has a log of the same form that begins as this one does."""
    return any(other.log.format == one.log.format and other.begins and other.trains and one.trains for other in run)


def newest(runs: Sequence[Sequence[tuple[str, Log]]]) -> Sequence[tuple[str, Log]] | None:
    """The run that was launched last; None if the names do not say it of all."""
    times = [max((time for path, _ in run if (time := launched(path))), default=None) for run in runs]
    known = [time for time in times if time is not None]
    if len(known) < len(runs) or len({time[0] for time in known}) != 1:
        return None
    return runs[known.index(max(known))]
