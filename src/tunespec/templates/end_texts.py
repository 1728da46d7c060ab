"""Ends of answers as texts: which two are meant to be the same, and which stop sequence is found in one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tunespec.templates.visible import LINE_END, visible

_BLANKS = re.compile(r"\s+")
_RUN = re.compile(r"([^\w\s])\1+")
_SAME = str.maketrans("｜▁", "|_")  # the signs of a family whose tokens are retyped with those of a keyboard
_SIGNS = re.compile(r"[^\w/]|_")
_LEAST = 3  # letters and digits; fewer are alike by chance


def spelt_alike(one: str, other: str) -> bool:
    """Whether two texts are meant to be the same: `###End` and `### END`, `<|im_end>` and `<|im_end|>`.

    They have the same letters, digits and slashes in whatever case: signs and blanks may differ.
    """
    letters = _letters(one)
    return len(letters) >= _LEAST and letters == _letters(other)


def nearly_in(stop: str, text: str) -> bool:
    """Whether a text holds a stop sequence in another spelling only: other case, blanks, number of signs."""
    bare = _bare(stop)
    return sum(map(str.isalnum, bare)) >= _LEAST and stop not in text and bare in _bare(text)


def stopping(stops: Iterable[str], text: str) -> bool:
    """Whether one of the stop sequences hears a text that the model writes; blanks alone hear nothing of it."""
    return any(stop.strip() and stop in text for stop in stops)


def in_line(text: str) -> str:
    """A text for a message of one line, its line ends visible."""
    return visible(text).replace(f"{LINE_END}\n", LINE_END)


def _bare(text: str) -> str:
    return _RUN.sub(r"\1", _BLANKS.sub("", _unescaped(text).translate(_SAME))).lower()


def _letters(text: str) -> str:
    return _SIGNS.sub("", _unescaped(text).translate(_SAME)).lower()


def _unescaped(text: str) -> str:
    """Typed escapes are meant as blanks: a Modelfile has none."""
    return text.replace("\\n", " ").replace("\\t", " ")
