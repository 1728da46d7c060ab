"""The review logs of a project: those that the configuration names, and those that were found by their content."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tunespec.splits import relative
from tunespec.subjects import DataFile, Dataset, Recording, ReviewLog

if TYPE_CHECKING:
    from tunespec.config import Config
    from tunespec.discover_answers import Answering

DEFAULT = "reviews.jsonl"


def log_path(config: Config) -> Path:
    """Where judgements are written to, unless the command line says where."""
    return config.root / str(config.review.get("file", DEFAULT))


def configured_logs(config: Config) -> list[DataFile]:
    """The log that the configuration names, if it is there: the first judgement makes it."""
    path = log_path(config)
    if "file" not in config.review or not path.is_file() or not path.stat().st_size:
        return []
    return [DataFile(Path(os.path.abspath(path)), relative(path, config.root), None, "jsonl")]  # noqa: PTH100


def review_logs(
    config: Config, found: Sequence[DataFile], datasets: Sequence[Dataset], answers: Sequence[Answering]
) -> tuple[ReviewLog, ...]:
    """The project's reviews as one: two people may each have a file.

    Args:
        config: names one of them, perhaps.
        found: those that were found by their content.
        datasets: whose records may have been reviewed.
        answers: among them the recordings whose outputs may have been.
    """
    files = {file.path: file for file in (*configured_logs(config), *found)}
    logs = tuple(sorted(files.values(), key=lambda file: file.shown))
    if not logs:
        return ()
    recordings = tuple(one for one in answers if isinstance(one, Recording))
    return (ReviewLog(_name(logs), logs, tuple(datasets), recordings),)


def _name(logs: Sequence[DataFile]) -> str:
    if len(logs) == 1:
        return logs[0].shown
    folders = {str(PurePosixPath(file.shown).parent) for file in logs}
    folder = min(folders) if len(folders) == 1 else "."
    return "reviews" if folder == "." else folder
