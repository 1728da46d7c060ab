"""Texts as arrays of hashed words, without the boilerplate that many of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

Array = np.ndarray[Any, Any]

# One CJK or Thai character is a word: these scripts do not put blanks between words.
_WORD = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\w--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]]+"
_SEGMENT = r"[^\n.!?。！？]+"
_CHUNK = 20_000  # texts at a time: bounds the memory for their words
_BOILERPLATE_SHARE = 0.01  # a sentence in so many distinct texts is shared by design ...
_BOILERPLATE_COUNT = 20  # ... but a few repetitions in a small dataset are not
_SHORTEST_SEGMENT = 12  # characters; "Yes" or "Sure" is no boilerplate


@dataclass(frozen=True)
class Documents:
    """Hashed words of n texts: ``words`` is flat, text i has ``words[offsets[i]:offsets[i + 1]]``."""

    words: Array
    offsets: Array

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, index: int) -> Array:
        """The words of one text, in order."""
        return self.words[self.offsets[index] : self.offsets[index + 1]]

    def beside(self, other: Documents) -> Documents:
        """Each text followed by the other's."""
        ours, theirs = np.diff(self.offsets), np.diff(other.offsets)
        words = np.empty(len(self.words) + len(other.words), dtype=np.uint64)
        words[np.arange(len(self.words)) + np.repeat(other.offsets[:-1], ours)] = self.words
        words[np.arange(len(other.words)) + np.repeat(self.offsets[1:], theirs)] = other.words
        return Documents(words, self.offsets + other.offsets)

    def take(self, indices: Sequence[int]) -> Documents:
        """The texts at ``indices``, in their order."""
        chosen = np.asarray(indices, dtype=np.int64)
        lengths = np.diff(self.offsets)[chosen]
        offsets = np.append(0, np.cumsum(lengths))
        positions = np.arange(offsets[-1]) + np.repeat(self.offsets[chosen] - offsets[:-1], lengths)
        return Documents(self.words[positions], offsets)


_EMPTY = np.empty(0, dtype=np.uint64)


def tokenize(texts: Sequence[str]) -> Documents:
    """Hash the words of texts; sentences that many distinct texts share do not count (unless nothing else is left)."""
    shared = _boilerplate(texts)
    words, lengths = [_EMPTY], [np.zeros(1, dtype=np.int64)]
    for start in range(0, len(texts), _CHUNK):
        chunk = pl.Series(texts[start : start + _CHUNK], dtype=pl.String)
        found = _words(_without(chunk, shared) if len(shared) else chunk)
        lengths.append(found.list.len().to_numpy().astype(np.int64))
        words.append(found.explode(empty_as_null=False).hash(seed=0).to_numpy())
    return Documents(np.concatenate(words), np.cumsum(np.concatenate(lengths)))


def _words(texts: pl.Series) -> pl.Series:
    return texts.str.to_lowercase().str.extract_all(_WORD)


def _segments(texts: pl.Series) -> pl.DataFrame:
    frame = pl.DataFrame({"text": texts}).with_row_index("doc")
    frame = frame.with_columns(segment=pl.col("text").str.extract_all(_SEGMENT)).drop("text")
    frame = frame.explode("segment").with_columns(pl.col("segment").str.strip_chars().fill_null(""))
    return frame.with_columns(hash=pl.col("segment").hash(seed=0))


def _boilerplate(texts: Sequence[str]) -> pl.Series:
    """Hashes of the sentences that occur in many distinct texts."""
    counts: list[pl.DataFrame] = []
    distinct = list(dict.fromkeys(texts))
    for start in range(0, len(distinct), _CHUNK):
        found = _segments(pl.Series(distinct[start : start + _CHUNK], dtype=pl.String))
        long = found.filter(pl.col("segment").str.len_chars() >= _SHORTEST_SEGMENT)
        counts.append(long.unique(["doc", "hash"]).group_by("hash").len())
    if not counts:
        return pl.Series([], dtype=pl.UInt64)
    total = pl.concat(counts).group_by("hash").agg(pl.col("len").sum())
    limit = max(_BOILERPLATE_COUNT, _BOILERPLATE_SHARE * len(distinct))
    return total.filter(pl.col("len") >= limit)["hash"]


def _without(texts: pl.Series, shared: pl.Series) -> pl.Series:
    kept = _segments(texts).filter(~pl.col("hash").is_in(shared.implode()))
    joined = kept.group_by("doc", maintain_order=True).agg(pl.col("segment").str.join("\n"))
    full = pl.DataFrame({"text": texts}).with_row_index("doc").join(joined, on="doc", how="left", maintain_order="left")
    own = pl.col("segment").str.strip_chars()
    return full.select(pl.when(own.str.len_chars() > 0).then(own).otherwise("text").alias("text"))["text"]
