"""What a run logged: of all files that it left, those that say most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tunespec.subjects import DataFile
from tunespec.training.checkpoints import saved_beside
from tunespec.training.launches import newest, runs_of
from tunespec.training.logs import Log, LogError, read_log, recognise_log
from tunespec.training.step_facts.logged_run import LoggedRun, logged_run


def run_log(files: Sequence[DataFile], problems: dict[str, str], saved: Sequence[DataFile] = ()) -> LoggedRun | None:
    """The run that these files tell of, with what shows which checkpoints it ``saved``; None if none can be read.

    Where they tell of several, it is the one that was launched last, as far as their names say so, else the one that
    is told most of; ``others`` names the logs of the rest. What cannot be read is noted in ``problems``, by path.
    """
    found: list[tuple[str, Log]] = []
    for file in files:
        format_ = recognise_log(file.path)
        try:
            found += [(file.shown, read_log(file.path, format_))] if format_ is not None else []
        except LogError as error:
            problems[file.shown] = str(error).removeprefix(f"{file.path}: ")
    if not found:
        return None
    run = _judged(found) if len(found) > 1 else logged_run(found)
    shown = [file.shown for file in (*files, *saved) if file.shown not in run.others]
    return replace(run, saved=saved_beside(run.path, shown))


def _judged(logs: list[tuple[str, Log]]) -> LoggedRun:
    runs = runs_of(logs)
    chosen = newest(runs)
    is_newest = chosen is not None
    if chosen is None:
        path = logged_run(logs).path
        chosen = next(run for run in runs if path in {own for own, _ in run})
    others = tuple(path for run in runs if run is not chosen for path, _ in run)
    return replace(logged_run(chosen), others=others, is_newest=is_newest)
