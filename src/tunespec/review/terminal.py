"""Keys and lines from the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from tunespec.errors import CannotJudgeError

_OF_KEYPAD = ("\x00", "\xe0")  # how Windows begins arrows and function keys
_ESCAPE = "\x1b"
_END = ("\x03", "\x04", "\x1a")  # Ctrl-C and Ctrl-D; Ctrl-Z is how Windows ends input


def require_terminal() -> None:
    """Refuse to ask where nobody can press a key.

    Raises:
        CannotJudgeError: without a terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CannotJudgeError(
            "review asks in the terminal, and this is none; `tunespec review sample` writes what to judge, and a line "
            "of JSON for each answer judges it (docs/review.md)"
        )


def keys() -> Iterator[str]:
    """Each key that is pressed, one character; it ends at Ctrl-C, Ctrl-D, and when the terminal goes away.

    Arrows and function keys are none. Of keys that arrive together only the first counts: what was pasted, or typed by
    a key that was held down, is no judgement of an answer that nobody has seen.
    """
    while True:
        try:
            typed = click.getchar()
        except (EOFError, KeyboardInterrupt, OSError):
            return
        if typed and typed[0] in _END:
            return
        if len(typed) > 1 and typed[0] in (_ESCAPE, *_OF_KEYPAD):
            continue
        if typed:
            yield typed[0]


def line(question: str) -> str:
    """A line of text; empty if nothing is typed."""
    try:
        return str(click.prompt(question, default="", show_default=False, prompt_suffix=" ")).strip()
    except click.Abort:
        return ""
