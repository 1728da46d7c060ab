"""Text into comparable pieces."""

from __future__ import annotations

import re
import unicodedata


def squeeze(text: str) -> str:
    """The text with every run of whitespace as one blank, trimmed, in Unicode NFC."""
    squeezed = " ".join(text.split())
    return squeezed if squeezed.isascii() else unicodedata.normalize("NFC", squeezed)


def fold(text: str) -> str:
    """The words of a text: case, punctuation and whitespace do not count."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def shorten(text: str, limit: int = 40) -> str:
    """At most ``limit`` characters of a text, on one line, for a message."""
    squeezed = squeeze(text)
    return squeezed if len(squeezed) <= limit else squeezed[: limit - 3] + "..."
