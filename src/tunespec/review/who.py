"""Who judges."""

from __future__ import annotations

import getpass
import subprocess

from tunespec.errors import CannotJudgeError


def reviewer_named(given: str | None) -> str:
    """The name that was given, else git's, else the one that the user is logged in with.

    Raises:
        CannotJudgeError: if nobody says who.
    """
    try:
        name = given if given is not None else _git_name() or getpass.getuser()
    except (OSError, KeyError):
        name = ""
    name = " ".join(name.split())
    if not name:
        raise CannotJudgeError("who judges? --reviewer NAME")
    return name


def _git_name() -> str:
    command = ["git", "config", "user.name"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout.strip()  # noqa: S603
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
