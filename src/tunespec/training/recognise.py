"""What a file is of a training run: its configuration, a file beside that, or a log."""

from __future__ import annotations

from pathlib import Path

from tunespec.templates.artefacts import is_test
from tunespec.training.configuration import training_format, why_no_training
from tunespec.training.logs import recognise_log

LOG = "log"


def training_file(path: Path) -> str | None:
    """``training``, ``deepspeed``, ``accelerate`` or ``log``; None for a file of no training run."""
    return training_format(path) or (LOG if recognise_log(path) is not None else None)


def is_of_training(path: Path) -> bool:
    """Whether a file of a folder is looked at, beside the data files: it is of a run, or says why it is not.

    Tests train nothing in earnest.
    """
    if is_test(path.name):
        return False
    return training_file(path) is not None or bool(why_no_training(path))
