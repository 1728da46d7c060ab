"""Which candidate pairs cannot be near-duplicates: told for thousands of pairs at once, without looking at a word."""

from __future__ import annotations

import numpy as np

from tunespec.similarity.documents import Array, Documents

_BITS = 1024  # of a document's signature; each word sets one
_CHUNK = 2_500  # documents, or pairs, at a time: the memory of one chunk serves the next
_ONES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(axis=1, dtype=np.uint8)


def possible_pairs(documents: Documents, pairs: Array, least: float, short: int) -> Array:
    """The pairs, of shape (n, 2), whose word Jaccard may reach ``least`` as far as their signatures tell.

    A bit that only one of two documents has stands for a word, or several, that only this one has. So the signatures
    count at least how many words each has alone, and with them at most how many both have. Pairs with a document of
    fewer than ``short`` bits stay: so short texts are judged otherwise.
    """
    involved, places = np.unique(pairs, return_inverse=True)
    places = places.reshape(pairs.shape)
    signatures, lengths = _signatures(documents, involved)
    kept = [np.zeros(0, dtype=bool)]
    for start in range(0, len(pairs), _CHUNK):
        one, other = places[start : start + _CHUNK].T
        a, b = signatures[one], signatures[other]
        only_a, only_b = _ones(a & ~b), _ones(b & ~a)
        common = np.minimum(lengths[one] - only_a, lengths[other] - only_b)
        few = np.minimum(_ones(a), _ones(b)) < short
        kept.append(few | (common / np.maximum(common + only_a + only_b, 1) >= least))
    return np.asarray(pairs[np.concatenate(kept)])


def _signatures(documents: Documents, indices: Array) -> tuple[Array, Array]:
    """The signatures of some documents, and how many words, repeated ones too, they have."""
    signatures = np.zeros((len(indices), _BITS // 8), dtype=np.uint8)
    parts = [part.take(indices) for part in documents.parts]
    for start in range(0, len(indices), _CHUNK):
        stop = min(start + _CHUNK, len(indices))
        bits = np.zeros((stop - start, _BITS), dtype=bool)
        for part in parts:
            words, document = part.gather(start, stop)
            bits[document, (words % np.uint64(_BITS)).astype(np.int64)] = True
        signatures[start:stop] = np.packbits(bits, axis=1)
    return signatures, np.sum([part.ends - part.starts for part in parts], axis=0)


def _ones(signatures: Array) -> Array:
    """How many bits are set in each."""
    return np.asarray(_ONES[signatures].sum(axis=1, dtype=np.int64))
