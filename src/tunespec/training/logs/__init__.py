"""Logs of training runs."""

from __future__ import annotations

from pathlib import Path


def recognise_log(path: Path) -> str | None:
    """The format of a log; None for any other file."""
    del path
    return None
