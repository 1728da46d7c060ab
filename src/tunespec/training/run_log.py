"""What a run logged: of all files that it left, those that say most."""

from __future__ import annotations

from collections.abc import Iterable

from tunespec.subjects import DataFile
from tunespec.training.logs import Log, LogError, read_log, recognise_log
from tunespec.training.step_facts.logged_run import LoggedRun, logged_run


def run_log(files: Iterable[DataFile], problems: dict[str, str]) -> LoggedRun | None:
    """The run that these files tell of; None if none can be read.

    What cannot be read is noted in ``problems``, by the file's path.
    """
    found: list[tuple[str, Log]] = []
    for file in files:
        format_ = recognise_log(file.path)
        try:
            found += [(file.shown, read_log(file.path, format_))] if format_ is not None else []
        except LogError as error:
            problems[file.shown] = str(error).removeprefix(f"{file.path}: ")
    return logged_run(found) if found else None
