"""Text into comparable pieces."""

from __future__ import annotations

import re
import unicodedata


def squeeze(text: str) -> str:
    """The text with every run of whitespace as one blank, trimmed, in Unicode NFC."""
    squeezed = " ".join(text.split())
    return squeezed if squeezed.isascii() else unicodedata.normalize("NFC", squeezed)


_EDGE = re.compile(r"(?<!\S)[.,;:!?\"'“”‘’«»()…]+|[.,;:!?\"'“”‘’«»()…]+(?!\S)")

_HYPHEN = re.compile(r"(?<=[^\W\d])[-‐‑–](?=[^\W\d])")


def same_words(text: str) -> str:
    """The text without case, hyphens and punctuation at the edges of words: equal for one question asked twice.

    Signs between numbers and words stay: ``3 + 5`` is not ``3 - 5``, ``f(x)`` is not ``f(y)``.
    """
    return squeeze(_EDGE.sub("", _HYPHEN.sub(" ", text.casefold())))


def fold(text: str) -> str:
    """The words of a text: case, punctuation and whitespace do not count."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def shorten(text: str, limit: int = 40) -> str:
    """At most ``limit`` characters of a text, on one line, for a message."""
    squeezed = squeeze(text)
    return squeezed if len(squeezed) <= limit else squeezed[: limit - 3] + "..."
