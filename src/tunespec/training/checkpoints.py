"""The folders of a run's checkpoints, as the Trainer names them (trainer_utils.py: PREFIX_CHECKPOINT_DIR)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

CHECKPOINT = "checkpoint"  # the format of a file that shows that a checkpoint is there
_FOLDER = re.compile(r"checkpoint-(\d{1,15})")


def checkpoint_of(folder: str) -> int | None:
    """The step of the checkpoint in a folder of this name; None if it is none of a step's."""
    found = _FOLDER.fullmatch(folder)
    return int(found[1]) if found else None


def saved_beside(log: str, files: Iterable[str]) -> frozenset[int]:
    """The steps of the checkpoints, among the files of a run, that lie in the same run's folder as its log.

    Empty if the log's own checkpoint is the only one: its log may have been copied out of the run without the others.
    """
    folder = _run_of(log)
    own = {PurePosixPath(file).parent for file in files if _run_of(file) == folder}
    if own == {PurePosixPath(log).parent}:
        return frozenset()
    return frozenset(step for one in own if (step := checkpoint_of(one.name)) is not None)


def _run_of(file: str) -> PurePosixPath:
    folder = PurePosixPath(file).parent
    return folder if checkpoint_of(folder.name) is None else folder.parent
