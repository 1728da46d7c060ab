"""Texts into hashed words."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from tunespec.similarity.documents import Array

# One CJK or Thai character is a word: these scripts do not put blanks between words.
_WORD = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\w--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]]+"
_END = "\1"  # stands as a word of its own between two ASCII texts
_KEPT = (string.ascii_letters + string.digits + "_" + _END).encode()
_ASCII_WORDS = bytes(byte if byte in _KEPT else ord(" ") for byte in range(256)).lower()


def hashed_words(texts: Sequence[str]) -> tuple[Array, Array, Array]:
    """The hashes of all words of some texts, and where in them each text's words start and end.

    ASCII texts take a way that costs half as much, with the same words.
    """
    is_plain = np.array([text.isascii() and _END not in text for text in texts], dtype=bool)
    plain, plain_lengths = _of_ascii([text for text, quick in zip(texts, is_plain, strict=True) if quick])
    other, other_lengths = _of_any([text for text, quick in zip(texts, is_plain, strict=True) if not quick])
    lengths = np.concatenate([plain_lengths, other_lengths])
    ends = np.empty(len(texts), dtype=np.int64)
    ends[np.concatenate([np.flatnonzero(is_plain), np.flatnonzero(~is_plain)])] = np.cumsum(lengths)
    starts = ends.copy()
    starts[is_plain] -= plain_lengths
    starts[~is_plain] -= other_lengths
    return np.concatenate([plain, other]), starts, ends


def _of_any(texts: Sequence[str]) -> tuple[Array, Array]:
    """Hashes of the words, and how many each text has."""
    if not texts:  # the usual chunk of a dataset in English, and Polars takes its time over nothing too
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    found = pl.Series(texts, dtype=pl.String).str.to_lowercase().str.extract_all(_WORD)
    lengths = found.list.len().to_numpy().astype(np.int64)
    return found.explode(empty_as_null=False).hash(seed=0).to_numpy(), lengths


def _of_ascii(texts: Sequence[str]) -> tuple[Array, Array]:
    """The same for ASCII texts: bytes are looked up in a table and split at blanks, which no regex does as fast."""
    flat = f" {_END} ".join(texts).encode().translate(_ASCII_WORDS).decode()
    words = pl.Series([flat]).str.split(" ").explode(empty_as_null=False)
    words = words.filter(words != "")
    ends = np.flatnonzero((words == _END).to_numpy()) if texts else np.empty(0, dtype=np.int64)
    lengths = np.diff(np.concatenate([[-1], ends, [len(words)]]))[: len(texts)] - 1
    return np.delete(words.hash(seed=0).to_numpy(), ends), lengths
