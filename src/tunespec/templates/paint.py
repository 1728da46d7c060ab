"""How rendered text is shown: marks for what nobody sees, and colours where a terminal shows them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

import click

from tunespec.special_tokens import TOKEN_PATTERN
from tunespec.templates.labels import Labels, State
from tunespec.templates.visible import signs

OPENS, CLOSES, CUT = "⟦", "⟧", "✂"
_TOKEN = {"fg": "cyan", "bold": True}
_MARK = {"fg": "bright_black"}
_STATES: dict[State, dict[str, Any]] = {
    "trained": {"fg": "green"},
    "masked": {"dim": True},
    "cut": {"fg": "red", "strikethrough": True},
}
_MARGIN = "  | "


@dataclass(frozen=True)
class Paint:
    """``colour``: whether styles are written, as ANSI codes."""

    colour: bool

    def style(self, text: str, **style: Any) -> str:
        """The text in a style, which never spans a line's end."""
        if not self.colour or not text:
            return text
        return "\n".join(click.style(line, **style) if line else line for line in text.split("\n"))

    def heading(self, text: str) -> str:
        """The heading of a block."""
        return self.style(text, bold=True)

    def block(self, text: str, tokens: Iterable[str] = ()) -> str:
        """A text with its marks, special tokens in a colour, each line behind a margin."""
        shown = signs(text)
        pieces: list[str] = []
        position = 0
        for match in _token_pattern(tokens).finditer(text):
            pieces.append(self._marked(text, shown, position, match.start()))
            pieces.append(self.style("".join(shown[match.start() : match.end()]), **_TOKEN))
            position = match.end()
        return _with_margin("".join([*pieces, self._marked(text, shown, position, len(text))]))

    def labels(self, labels: Labels) -> str:
        """A training text in the colours of its labels; without colours, what is trained in brackets."""
        shown = signs(labels.text.text, OPENS + CLOSES + CUT)
        pieces: list[str] = []
        for state, start, end in labels.runs():
            piece = "".join(shown[start:end])
            if state == "cut" and not any(CUT in earlier for earlier in pieces):
                pieces.append(self.style(CUT, **_STATES["cut"]))
            if self.colour:
                pieces.append(self.style(piece, **_STATES[state]))
            else:
                pieces.append(f"{OPENS}{piece}{CLOSES}" if state == "trained" else piece)
        return _with_margin("".join(pieces))

    def _marked(self, text: str, shown: Sequence[str], start: int, end: int) -> str:
        if not self.colour:
            return "".join(shown[start:end])
        return "".join(
            sign if sign == character else self.style(sign, **_MARK)
            for sign, character in zip(shown[start:end], text[start:end], strict=True)
        )


def wants_colour(stream: IO[Any]) -> bool:
    """Whether a stream is a terminal whose user has not set NO_COLOR (https://no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def is_terminal(stream: IO[Any]) -> bool:
    """Whether a person looks at it."""
    return stream.isatty()


def _token_pattern(tokens: Iterable[str]) -> re.Pattern[str]:
    own = sorted((token for token in tokens if token), key=len, reverse=True)
    return re.compile("|".join([*map(re.escape, own), TOKEN_PATTERN]))


def _with_margin(text: str) -> str:
    lines = text.split("\n")
    if lines[-1] == "" and len(lines) > 1:
        lines.pop()  # the text ends with a line's end, whose sign is there
    return "\n".join(_MARGIN + line for line in lines)
