"""Candidate pairs by MinHash LSH (Broder 1997; bands as in Leskovec et al., Mining of Massive Datasets, 3.4)."""

from __future__ import annotations

import numpy as np
from rensa import RMinHash

from tunespec.similarity.documents import Array, Documents

# Word pairs as shingles; 64 bands of 3 rows let a pair with shingle Jaccard 0.4 through with 98.6 %,
# which is where texts of word Jaccard 0.6 lie; pairs at 0.1 pass with 6 % and are then refused exactly.
_BANDS, _ROWS, _SEED = 64, 3, 42
_PERMUTATIONS = _BANDS * _ROWS
_CHUNK = 5_000  # documents whose digests are Python lists at one time
_NEIGHBOURS = 4  # earlier members of a bucket that a document is compared with, besides the bucket's first ones
_MIX = np.uint64(0x9E3779B97F4A7C15)
_LEAST_ESTIMATE = 0.15  # estimated shingle Jaccard below which no pair has word Jaccard 0.6


def candidate_pairs(documents: Documents) -> Array:
    """Pairs ``(later, earlier)`` of documents that may be similar; shape (n, 2), sorted."""
    digests = _digests(documents)
    usable = np.flatnonzero(np.diff(documents.offsets) > 0)
    found = [np.empty((0, 2), dtype=np.int64)]
    for band in range(_BANDS):
        found.append(_estimated(digests, _bucket_pairs(_band_hash(digests, band, usable), usable)))
        if len(found) > 8:
            found = [np.unique(np.concatenate(found), axis=0)]
    return np.unique(np.concatenate(found), axis=0)


def _shingles(documents: Documents) -> Array:
    """Hash of every word with its successor; a text's last word stands alone, so that lengths stay equal."""
    words = documents.words
    following = np.append(words[1:], np.uint64(0))
    last = documents.offsets[1:][np.diff(documents.offsets) > 0] - 1
    following[last] = 0
    with np.errstate(over="ignore"):
        mixed = words * _MIX ^ (following + _MIX)
        mixed ^= mixed >> np.uint64(29)
        return np.asarray(mixed * np.uint64(0xBF58476D1CE4E5B9))


def _digests(documents: Documents) -> Array:
    shingles = _shingles(documents)
    rows = [np.empty((0, _PERMUTATIONS), dtype=np.uint32)]
    for start in range(0, len(documents), _CHUNK):
        offsets = documents.offsets[start : start + _CHUNK + 1].astype(np.uint64)
        flat = shingles[int(offsets[0]) : int(offsets[-1])]
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            flat, offsets - offsets[0], num_perm=_PERMUTATIONS, seed=_SEED
        )
        rows.append(np.array(matrix.to_rows(), dtype=np.uint32))
    return np.concatenate(rows)


def _band_hash(digests: Array, band: int, usable: Array) -> Array:
    columns = digests[usable, band * _ROWS : (band + 1) * _ROWS].astype(np.uint64)
    mixed = np.zeros(len(usable), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in columns.T:
            mixed = (mixed ^ column) * _MIX
            mixed ^= mixed >> np.uint64(32)
    return mixed


def _bucket_pairs(hashes: Array, usable: Array) -> Array:
    """Within each bucket: every member with its four predecessors and with the bucket's first four members."""
    order = np.argsort(hashes, kind="stable")
    hashes, members = hashes[order], usable[order]
    starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1]))
    sizes = np.diff(np.append(starts, len(hashes)))
    position = np.arange(len(hashes)) - np.repeat(starts, sizes)
    first = np.repeat(starts, sizes)
    pairs = []
    for step in range(_NEIGHBOURS):
        later = np.flatnonzero(position > step)
        pairs.append(np.stack([members[later], members[later - step - 1]], axis=1))
        pairs.append(np.stack([members[later], members[first[later] + step]], axis=1))
    return np.concatenate(pairs)


def _estimated(digests: Array, pairs: Array) -> Array:
    """The pairs whose digests agree often enough."""
    pairs = np.unique(pairs, axis=0)
    kept = [
        (digests[chunk[:, 0]] == digests[chunk[:, 1]]).mean(axis=1) >= _LEAST_ESTIMATE
        for chunk in np.array_split(pairs, len(pairs) // 50_000 + 1)
    ]
    return np.asarray(pairs[np.concatenate(kept)])
