"""Text into comparable pieces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence


def squeeze(text: str) -> str:
    """The text with every run of whitespace as one blank, trimmed, in Unicode NFC."""
    squeezed = " ".join(text.split())
    return squeezed if squeezed.isascii() else unicodedata.normalize("NFC", squeezed)


# Kana, Han and Hangul, as the inside of a character class: scripts of which one character says as much as a syllable.
CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
UNSPACED = re.compile(rf"[{CJK}\u0e00-\u0e7f]")  # with Thai: scripts that put no blanks between words
_EDGE = r"[.,;:!?\"'“”‘’«»()…。，、；：！？（）]+"
_GAP = r"\s\s+|[^\S ]"  # every run of whitespace but a single blank: those are many, and each replacement costs
_HYPHEN = r"(\p{L})[-‐‑–](\p{L})"


def same_words(texts: Sequence[str]) -> list[str]:
    """Texts without case, hyphens and punctuation at the edges of words: equal for one question asked twice.

    Signs between numbers and words stay: ``3 + 5`` is not ``3 - 5``, ``f(x)`` is not ``f(y)``.
    """
    import polars as pl

    lowered = pl.Series(texts, dtype=pl.String).str.to_lowercase().str.replace_all(_HYPHEN, "$1 $2")
    trimmed = lowered.str.replace_all(rf"(?:^|\s){_EDGE}", " ").str.replace_all(rf"{_EDGE}(?:\s|$)", " ")
    return trimmed.str.replace_all(_GAP, " ").str.strip_chars().to_list()


def fold(text: str) -> str:
    """The words and signs of a text: case, punctuation and whitespace do not count, ``+`` and ``-`` do."""
    return " ".join(re.findall(r"\w+|[^\w\s.,;:!?\"'“”‘’«»()…]", text.casefold()))


def shorten(text: str, limit: int = 40) -> str:
    """At most ``limit`` characters of a text, on one line, for a message."""
    squeezed = squeeze(text)
    return squeezed if len(squeezed) <= limit else squeezed[: limit - 3] + "..."
