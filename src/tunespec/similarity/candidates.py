"""Candidate pairs: texts that share several of the word pairs that a common sample picks from each.

The sample is a hash threshold (FracMinHash, Irber et al. 2022): a word pair is picked in every text or in none, so that
texts agree on their samples as far as they agree at all. Against MinHash bands this needs no permutations and gives
short texts, whose word pairs are all picked, full recall (docs/architecture.md has the measurement).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tunespec.similarity.documents import Array, Documents

_SAMPLE = 24  # word pairs expected of a text; at word Jaccard 0.6 two texts share 0.35 and more of them, about 8
_LEAST_SHARED = 2  # of the sample; one common phrase makes no candidate ...
_FEW = 8  # ... unless a text is so short that its sample is no larger than this
_LEAST_SHARE = 0.12  # of the smaller sample
_NEIGHBOURS = 3  # earlier texts with the same word pair that a text is compared with, and the first ones that had it
_MIX, _MIX_AGAIN = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)  # of splitmix64


def candidate_pairs(documents: Documents) -> Array:
    """Pairs ``(later, earlier)`` of documents that may be similar; shape (n, 2), sorted."""
    sample = _sample(documents)
    sizes = np.bincount(sample["document"].to_numpy(), minlength=len(documents))
    later, earlier = _neighbours(sample)
    pairs = pl.DataFrame({"later": later, "earlier": earlier}).group_by("later", "earlier").len()
    smaller = np.minimum(sizes[pairs["later"].to_numpy()], sizes[pairs["earlier"].to_numpy()])
    least = np.maximum(np.where(smaller <= _FEW, 1, _LEAST_SHARED), _LEAST_SHARE * smaller)
    kept = pairs.filter(pl.Series(pairs["len"].to_numpy() >= least)).sort("later", "earlier")
    return kept.select("later", "earlier").to_numpy()


def _sample(documents: Documents) -> pl.DataFrame:
    """Picked word pairs with their document, sorted, each once."""
    lengths = np.diff(documents.offsets)
    document = np.repeat(np.arange(len(documents), dtype=np.int64), lengths)
    rate = np.minimum(_SAMPLE / np.maximum(lengths, 1), 1.0)
    threshold = (rate * float(2**64 - 2**11)).astype(np.uint64)  # the largest float below 2 ** 64
    shingles = _shingles(documents)
    picked = shingles <= threshold[document]
    frame = pl.DataFrame({"shingle": shingles[picked], "document": document[picked]})
    return frame.unique().sort("shingle", "document")


def _shingles(documents: Documents) -> Array:
    """Hash of every word with its successor; a text's last word stands alone, so that lengths stay equal."""
    words = documents.words
    following = np.zeros_like(words)
    following[:-1] = words[1:]
    following[documents.offsets[1:][np.diff(documents.offsets) > 0] - 1] = 0
    with np.errstate(over="ignore"):
        mixed = words * _MIX ^ (following + _MIX)
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MIX_AGAIN
        mixed ^= mixed >> np.uint64(32)
        return np.asarray(mixed)


def _neighbours(sample: pl.DataFrame) -> tuple[Array, Array]:
    """Documents with the same word pair: each with a few predecessors, and with the first ones."""
    shingles, members = sample["shingle"].to_numpy(), sample["document"].to_numpy()
    starts = np.flatnonzero(np.append(True, shingles[1:] != shingles[:-1])) if len(shingles) else np.empty(0, np.int64)
    sizes = np.diff(np.append(starts, len(shingles)))
    first = np.repeat(starts, sizes)
    position = np.arange(len(shingles)) - first
    later, earlier = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for step in range(_NEIGHBOURS):
        reached = np.flatnonzero(position > step)
        later.append(members[reached])
        earlier.append(members[reached - step - 1])
        distant = np.flatnonzero(position > step + _NEIGHBOURS)  # else it is among the predecessors already
        later.append(members[distant])
        earlier.append(members[first[distant] + step])
    return np.concatenate(later), np.concatenate(earlier)
