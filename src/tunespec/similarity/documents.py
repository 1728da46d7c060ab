"""Texts as arrays of hashed words, without the boilerplate that many of them share."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import polars as pl

from tunespec.similarity.words import hashed_words

Array = np.ndarray[Any, Any]
Result = TypeVar("Result")

SEGMENT = r"[^\n.!?。！？]+"
_CHUNK = 2_500  # texts at a time: bounds the memory for their words
_BOILERPLATE_SHARE = 0.01  # a sentence in so many distinct texts is shared by design ...
_BOILERPLATE_COUNT = 20  # ... but a few repetitions in a small dataset are not
_ENOUGH = 20_000  # distinct texts to learn the shared sentences from; 1 % of them is 200
SHORTEST_SEGMENT = 12  # characters; "Yes" or "Sure" is no boilerplate


@dataclass(frozen=True)
class Tokens:
    """Hashed words of n texts: text i has ``words[starts[i]:ends[i]]``. Chosen texts share the words of all."""

    words: Array
    starts: Array
    ends: Array

    def of(self, index: int) -> Array:
        """The words of one text, in order."""
        return self.words[self.starts[index] : self.ends[index]]

    def take(self, indices: Sequence[int] | Array) -> Tokens:
        """The texts at ``indices``, in their order, without copying a word."""
        chosen = np.asarray(indices, dtype=np.int64)
        return Tokens(self.words, self.starts[chosen], self.ends[chosen])

    def gather(self, start: int, stop: int) -> tuple[Array, Array]:
        """The words of some neighbouring texts in one array, and the text that each belongs to, from 0."""
        lengths = self.ends[start:stop] - self.starts[start:stop]
        text = np.repeat(np.arange(len(lengths)), lengths)
        before = np.cumsum(lengths) - lengths
        return self.words[np.arange(len(text)) + (self.starts[start:stop] - before)[text]], text


@dataclass(frozen=True)
class Documents:
    """Documents of one or more parts, such as a prompt and an answer."""

    parts: tuple[Tokens, ...]

    def __len__(self) -> int:
        return len(self.parts[0].starts)

    def of(self, index: int) -> Array:
        """The words of one document, part after part."""
        return np.concatenate([part.of(index) for part in self.parts])


def tokenize(texts: Sequence[str]) -> Tokens:
    """Hash the words of texts; sentences that many distinct texts share do not count (unless nothing else is left)."""
    shared = _boilerplate(texts)

    def chunk(start: int) -> tuple[Array, Array, Array]:
        some = texts[start : start + _CHUNK]
        return hashed_words(_without(pl.Series(some, dtype=pl.String), shared).to_list() if len(shared) else some)

    chunks = _in_threads(chunk, len(texts)) or [hashed_words([])]
    before = np.cumsum([0, *(len(words) for words, _, _ in chunks)])[:-1].tolist()
    starts = np.concatenate([own + offset for (_, own, _), offset in zip(chunks, before, strict=True)])
    ends = np.concatenate([own + offset for (_, _, own), offset in zip(chunks, before, strict=True)])
    return Tokens(np.concatenate([words for words, _, _ in chunks]), starts, ends)


def _in_threads(work: Callable[[int], Result], count: int) -> list[Result]:
    """``work`` on the start of every chunk; Polars releases Python's lock, so that all cores take part."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, range(0, count, _CHUNK)))


def _segments(texts: pl.Series) -> pl.DataFrame:
    frame = pl.DataFrame({"text": texts}).with_row_index("doc")
    frame = frame.with_columns(segment=pl.col("text").str.extract_all(SEGMENT)).drop("text")
    frame = frame.explode("segment").with_columns(pl.col("segment").str.strip_chars().fill_null(""))
    return frame.with_columns(hash=pl.col("segment").hash(seed=0))


def _boilerplate(texts: Sequence[str]) -> pl.Series:
    """Hashes of the sentences that occur in many distinct texts."""
    series = pl.Series(texts, dtype=pl.String)
    hashes = series.hash(seed=1)
    distinct = hashes.n_unique()
    every = -(-distinct // _ENOUGH)
    sample = (series.filter(hashes % every == 0) if every > 1 else series).unique()

    def count(start: int) -> pl.DataFrame:
        found = _segments(sample[start : start + _CHUNK])
        long = found.filter(pl.col("segment").str.len_chars() >= SHORTEST_SEGMENT)
        return long.unique(["doc", "hash"]).group_by("hash").len()

    counts = _in_threads(count, len(sample))
    if not counts:
        return pl.Series([], dtype=pl.UInt64)
    total = pl.concat(counts).group_by("hash").agg(pl.col("len").sum())
    limit = max(_BOILERPLATE_COUNT, _BOILERPLATE_SHARE * distinct)
    return total.filter(pl.col("len") * every >= limit)["hash"]


def _without(texts: pl.Series, shared: pl.Series) -> pl.Series:
    kept = _segments(texts).filter(~pl.col("hash").is_in(shared.implode()))
    joined = kept.group_by("doc", maintain_order=True).agg(pl.col("segment").str.join("\n"))
    full = pl.DataFrame({"text": texts}).with_row_index("doc").join(joined, on="doc", how="left", maintain_order="left")
    own = pl.col("segment").str.strip_chars()
    return full.select(pl.when(own.str.len_chars() > 0).then(own).otherwise("text").alias("text"))["text"]
