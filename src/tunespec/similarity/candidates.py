"""Candidate pairs: texts that share several of the word pairs that a common sample picks from each.

The sample is a hash threshold (FracMinHash, Irber et al. 2022): a word pair is picked in every text or in none, so that
texts agree on their samples as far as they agree at all. Against MinHash bands this needs no permutations and gives
short texts, whose word pairs are all picked, full recall (docs/architecture.md has the measurement).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from tunespec.similarity.documents import Array, Documents

_SAMPLE = 16  # word pairs expected of a text; at word Jaccard 0.6 two texts share 0.35 and more of them, about 6
_RARE, _RARE_WEIGHT = 16, 2  # a word pair in so few texts is as good evidence as two that many texts share
_LEAST_EVIDENCE = 4
_LEAST_SHARE = 0.25  # of the smaller sample, for texts so short that they have fewer word pairs to share
_LARGEST = 256  # a group's size above which its texts are never all compared with each other
_BUDGET = 2_000_000  # pairs to compare, rarest word pairs first; in a larger group a text is compared with the one ...
_NEIGHBOURS = 1  # ... just before it: a common phrase is weak evidence, and texts of a cluster follow each other in it
_CHUNK = 2_500  # documents at a time, for memory
_MIX, _MIX_AGAIN = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)  # of splitmix64


def candidate_pairs(documents: Documents, focus: Sequence[int] | None = None) -> Array:
    """Pairs ``(later, earlier)`` of documents that may be similar; shape (n, 2), sorted.

    Args:
        documents: the documents.
        focus: if given, only pairs that may matter to these documents (and pairs around them) are wanted.
    """
    sample = _sample(documents)
    sizes = np.bincount(sample["document"].to_numpy(), minlength=len(documents))
    if focus is not None:
        focused = sample.filter(pl.col("document").is_in(pl.Series(focus, dtype=pl.Int64).implode()))
        sample = sample.filter(pl.col("shingle").is_in(focused["shingle"].unique().implode()))
    found, times = np.unique(_encoded_neighbours(sample, len(documents)), return_counts=True)
    pairs, rare = found >> 1, found & 1
    starts = np.flatnonzero(np.append(True, pairs[1:] != pairs[:-1])) if len(pairs) else np.empty(0, np.int64)
    evidence = np.add.reduceat(times * np.where(rare, _RARE_WEIGHT, 1), starts) if len(pairs) else times
    later, earlier = np.divmod(pairs[starts], max(len(documents), 1))
    smaller = np.minimum(sizes[later], sizes[earlier])
    return np.stack([later, earlier], axis=1)[evidence >= np.minimum(_LEAST_EVIDENCE, _LEAST_SHARE * smaller)]


def _sample(documents: Documents) -> pl.DataFrame:
    """Picked word pairs with their document, sorted, each once."""
    frames = [pl.DataFrame(schema={"shingle": pl.UInt64, "document": pl.Int64})]
    lengths = sum(part.ends - part.starts for part in documents.parts)
    rate = np.minimum(_SAMPLE / np.maximum(lengths, 1), 1.0)
    threshold = (rate * float(2**64 - 2**11)).astype(np.uint64)  # the largest float below 2 ** 64
    for part in documents.parts:
        for start in range(0, len(documents), _CHUNK):
            words, document = part.gather(start, start + _CHUNK)
            document += start
            shingles = _shingles(words, document)
            picked = shingles <= threshold[document]
            frames.append(pl.DataFrame({"shingle": shingles[picked], "document": document[picked]}))
    ordered = pl.concat(frames).sort("shingle", "document")
    return ordered.filter(pl.struct("shingle", "document").ne_missing(pl.struct("shingle", "document").shift()))


def _shingles(words: Array, document: Array) -> Array:
    """Hash of every word with its successor; a document's last word stands alone, so that lengths stay equal."""
    following = np.zeros_like(words)
    following[:-1] = np.where(document[1:] == document[:-1], words[1:], 0)
    with np.errstate(over="ignore"):
        mixed = words * _MIX ^ (following + _MIX)
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MIX_AGAIN
        mixed ^= mixed >> np.uint64(32)
        return np.asarray(mixed)


def _encoded_neighbours(sample: pl.DataFrame, count: int) -> Array:
    """Documents with the same word pair, once for each that they share: ``(later * count + earlier) * 2 + rare``."""
    shingles, members = _repeated(sample["shingle"].to_numpy(), sample["document"].to_numpy())
    starts = np.flatnonzero(np.append(True, shingles[1:] != shingles[:-1])) if len(shingles) else np.empty(0, np.int64)
    sizes = np.diff(np.append(starts, len(shingles)))
    size = np.repeat(sizes, sizes)
    position = np.arange(len(shingles)) - np.repeat(starts, sizes)
    small = _largest_compared(sizes)
    rare = (size <= _RARE).astype(np.int64)
    pairs = [np.empty(0, np.int64)]
    for step in range(1, max(small, _NEIGHBOURS + 1)):
        reached = np.flatnonzero((position >= step) & ((size <= small) | (step <= _NEIGHBOURS)))
        pairs.append((members[reached] * count + members[reached - step]) * 2 + rare[reached])
    return np.concatenate(pairs)


def _repeated(shingles: Array, members: Array) -> tuple[Array, Array]:
    """Without the word pairs of one document only; both are sorted by word pair."""
    same = shingles[1:] == shingles[:-1]
    kept = np.append(False, same) | np.append(same, False) if len(shingles) else np.zeros(0, dtype=bool)
    return shingles[kept], members[kept]


def _largest_compared(sizes: Array) -> int:
    """Up to which size all texts of a group are compared with each other, so that the pairs stay within the budget."""
    ordered = np.sort(sizes)
    within = np.searchsorted(np.cumsum(ordered * (ordered - 1) // 2), _BUDGET)
    largest = ordered[min(int(within), len(ordered)) - 1] if within else 1
    return min(int(largest), _LARGEST)
