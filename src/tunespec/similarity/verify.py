"""Exact judgement of a candidate pair."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from tunespec.similarity.bound import possible_pairs
from tunespec.similarity.documents import Array, Documents
from tunespec.text import fold

LEAST_SIMILARITY = 0.6  # word Jaccard; measured in docs/accuracy.md
_LEAST_WEIGHTED = 0.4  # the same with rare words weighing more: templated texts share only their common words
_LEAST_PART = 0.4  # prompt and answer must each be similar: one question with two answers is no duplicate
_SHORT = 5  # distinct words; below, a text is too short to be almost another
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass
class Verifier:
    """Judges pairs of documents, whose parts (prompt, answer) must each be similar; ``texts`` are the parts' texts."""

    documents: Documents
    texts: Sequence[Sequence[str]]
    _sets: dict[int, frozenset[int]] = field(default_factory=dict)

    def possible(self, pairs: Array) -> Array:
        """The pairs, of shape (n, 2), that are worth to be judged: all near-duplicates are among them."""
        return possible_pairs(self.documents, pairs, LEAST_SIMILARITY, _SHORT)

    def similarity(self, one: int, other: int) -> float | None:
        """Word Jaccard of two texts, between 0.6 and 1, or None if they are not near-duplicates."""
        a, b = self._set(one), self._set(other)
        if min(len(a), len(b)) < _SHORT:
            return self._equal_words(one, other)
        common = a & b
        jaccard = len(common) / (len(a) + len(b) - len(common))
        if jaccard < LEAST_SIMILARITY or not self._weighted(a, b, common):
            return None
        if not all(_similar_part(part.of(one), part.of(other)) for part in self.documents.parts):
            return None
        return None if self._other_numbers(one, other) else jaccard

    def _set(self, index: int) -> frozenset[int]:
        if index not in self._sets:
            self._sets[index] = frozenset(self.documents.of(index).tolist())
        return self._sets[index]

    @cached_property
    def _weights(self) -> tuple[Array, Array]:
        """All words, sorted, and how rare each is; many datasets have no pair that asks for it."""
        words = pl.concat([pl.Series("word", part.words, dtype=pl.UInt64) for part in self.documents.parts])
        counts = words.value_counts().sort("word")
        total = max(len(self.documents), 2)
        frequency = np.minimum(counts["count"].to_numpy(), total - 1)
        return counts["word"].to_numpy(), np.log(total / frequency)

    def _weight(self, words: frozenset[int]) -> float:
        vocabulary, weights = self._weights
        hashes = np.fromiter(words, dtype=np.uint64, count=len(words))
        return float(weights[np.searchsorted(vocabulary, hashes)].sum())

    def _weighted(self, a: frozenset[int], b: frozenset[int], common: frozenset[int]) -> bool:
        shared = self._weight(common)
        union = self._weight(a) + self._weight(b) - shared
        return union <= 0 or shared / union >= _LEAST_WEIGHTED

    def _equal_words(self, one: int, other: int) -> float | None:
        """Short texts: the same words in the same order, whatever the case and punctuation."""
        same = all(fold(texts[one]) == fold(texts[other]) != "" for texts in self.texts if texts[one] or texts[other])
        return 1.0 if same else None

    def _other_numbers(self, one: int, other: int) -> bool:
        """Whether each text, or each prompt, has numbers that the other lacks: the same exercise with other figures.

        Prompts are compared by themselves too: an exercise and its inverse have the same figures in all.
        """
        a, b = ([set(_NUMBER.findall(texts[index])) for texts in self.texts] for index in (one, other))
        whole = set().union(*a), set().union(*b)
        return any(x - y and y - x for x, y in ((a[0], b[0]), whole))


def _similar_part(a: Array, b: Array) -> bool:
    if not len(a) and not len(b):
        return True
    common = len(np.intersect1d(a, b))
    union = len(np.union1d(a, b))
    least = _LEAST_PART if union > 2 * _SHORT else 1 / (2 * _SHORT)
    return common / union >= least
