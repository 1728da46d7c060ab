"""The text of a log file, and the lines in which things stand."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from tunespec.errors import CannotJudgeError
from tunespec.reading.source import read_bytes
from tunespec.training.logs.log import LogError

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def bytes_of(path: Path, limit: int = -1) -> bytes:
    """The decompressed content, at most ``limit`` bytes.

    Raises:
        LogError: for a file that cannot be opened or decompressed.
    """
    try:
        return read_bytes(path, limit)
    except CannotJudgeError as error:
        raise LogError(str(error)) from error


def decoded(data: bytes) -> str:
    """Text of any bytes: UTF-8, or UTF-16 as PowerShell's redirection writes it. A damaged character spoils no row."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


def without_colours(text: str) -> str:
    """The text without the terminal's escape sequences; no line is added or lost."""
    return _COLOURS.sub("", text) if "\x1b" in text else text


class Lines:
    """Counts lines up to positions that are asked for in ascending order, in one pass over the text."""

    def __init__(self, text: str) -> None:
        """Takes the whole text."""
        self._text = text
        self._line, self._counted = 1, 0

    def at(self, position: int) -> int:
        """The physical line, from 1, in which the character at ``position`` stands."""
        self._line += self._text.count("\n", self._counted, position)
        self._counted = position
        return self._line
