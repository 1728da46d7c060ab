"""One instruction of a Modelfile, and the error of a file that has a wrong one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

BLANK = " \t\r\n"  # what Ollama trims: other blanks are not printable, so they are gone before


def opening(bare: str) -> str:
    """The quotes that a value begins with: three, one, or none."""
    return next((quotes for quotes in ('"""', '"') if bare.startswith(quotes)), "")


class ModelfileError(ValueError):
    """``ollama create`` refuses the file. ``message`` is Ollama's wording, ``line`` is physical, counted from 1.

    Ollama counts a line break of two characters (CRLF) as two lines, so its own number may be higher.
    """

    def __init__(self, message: str, line: int, hint: str = "") -> None:
        super().__init__(f"(line {line}): {message}{f'; {hint}' if hint else ''}")
        self.message = message
        self.line = line
        self.hint = hint


class Dropped(NamedTuple):
    """A character that Ollama left out of a value, and where the file has it (column: from 1, in characters)."""

    character: str
    line: int
    column: int


@dataclass(frozen=True)
class Instruction:
    """One instruction.

    ``keyword`` is in capitals; ``argument`` is a parameter's name or a message's role, else empty; ``value`` is what
    Ollama takes, without quotes; ``written`` is what the file has. ``line`` and ``column`` are where the value starts,
    which is always the instruction's own line; both count from 1.
    """

    keyword: str
    argument: str
    value: str
    line: int
    column: int
    written: str
    dropped: tuple[Dropped, ...] = ()

    @property
    def command(self) -> str:
        """Ollama's own name: parameters and commands share their names, so that ``PARAMETER system`` is SYSTEM."""
        if self.keyword == "FROM":
            return "model"
        return self.argument if self.keyword == "PARAMETER" else self.keyword.lower()

    @property
    def quotes(self) -> str:
        """Three quotes, one quote, or nothing."""
        return opening(self.written.lstrip(BLANK))
