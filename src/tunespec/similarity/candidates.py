"""Candidate pairs: texts that share several of the word pairs that a common sample picks from each.

The sample is a hash threshold (FracMinHash, Irber et al. 2022): a word pair is picked in every text or in none, so that
texts agree on their samples as far as they agree at all. Against MinHash bands this needs no permutations and gives
short texts, whose word pairs are all picked, full recall (docs/architecture.md has the measurement).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

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
    bits = max(len(documents) - 1, 1).bit_length()
    sample = _sample(documents, bits)
    members = _members(sample, bits)
    # The evidence that a document needs, as far as its own sample is concerned.
    needed = np.minimum(_LEAST_EVIDENCE, _LEAST_SHARE * np.bincount(members, minlength=len(documents)))
    sizes, members = _groups(sample >> np.uint64(bits), members)
    if focus is not None:
        sizes, members = _around(np.asarray(focus, dtype=np.int64), sizes, members, len(documents))
    pairs, evidence = _counted(_encoded_neighbours(sizes, members, bits))
    later, earlier = pairs >> bits, pairs & ((1 << bits) - 1)
    enough = evidence >= np.minimum(needed[later], needed[earlier])
    return np.stack([later[enough], earlier[enough]], axis=1)


def _sample(documents: Documents, bits: int) -> Array:
    """Picked word pairs with their document, each once and sorted, in one number: ``pair << bits | document``.

    A picked hash is small, so that its upper bits say little; they make room. What the fewer bits confuse, the
    verification tells apart.
    """
    lengths = sum(part.ends - part.starts for part in documents.parts)
    rate = np.minimum(_SAMPLE / np.maximum(lengths, 1), 1.0)
    threshold = (rate * float(2**64 - 2**11)).astype(np.uint64)  # the largest float below 2 ** 64
    chunks = [np.empty(0, dtype=np.uint64)]
    for part in documents.parts:
        for start in range(0, len(documents), _CHUNK):
            words, document = part.gather(start, start + _CHUNK)
            document += start
            shingles = _shingles(words, document)
            picked = np.flatnonzero(shingles <= threshold[document])
            chunks.append(shingles[picked] << np.uint64(bits) | document[picked].astype(np.uint64))
    sample = np.concatenate(chunks)
    sample.sort()
    return sample[_changes(sample)]


def _members(sample: Array, bits: int) -> Array:
    return (sample & np.uint64((1 << bits) - 1)).astype(np.int64)


def _changes(ordered: Array) -> Array:
    """Whether each of some sorted numbers differs from the one before."""
    return np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]


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


def _groups(shingles: Array, members: Array) -> tuple[Array, Array]:
    """Sizes of the groups of documents that share a word pair, and their members, group after group."""
    first = np.flatnonzero(_changes(shingles))
    sizes = np.diff(np.append(first, len(shingles)))
    return sizes[sizes > 1], members[np.repeat(sizes > 1, sizes)]


def _around(focus: Array, sizes: Array, members: Array, count: int) -> tuple[Array, Array]:
    """Of these groups those that hold a document in focus."""
    focused = np.zeros(count, dtype=bool)
    focused[focus] = True
    group = np.repeat(np.arange(len(sizes)), sizes)
    wanted = np.zeros(len(sizes), dtype=bool)
    wanted[group[focused[members]]] = True
    return sizes[wanted], members[wanted[group]]


def _encoded_neighbours(sizes: Array, members: Array, bits: int) -> Array:
    """Documents with the same word pair, once for each that they share: ``(later << bits | earlier) << 1 | rare``."""
    size = np.repeat(sizes, sizes)
    position = np.arange(len(members)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    small = _largest_compared(sizes)
    pairs = [np.empty(0, np.int64)]
    reached = np.arange(len(members))  # the members that have another one so many steps before them
    for step in range(1, max(small, _NEIGHBOURS + 1)):
        reached = reached[(position[reached] >= step) & ((size[reached] <= small) | (step <= _NEIGHBOURS))]
        pairs.append(((members[reached] << bits | members[reached - step]) << 1) | (size[reached] <= _RARE))
    return np.concatenate(pairs)


def _counted(encoded: Array) -> tuple[Array, Array]:
    """The distinct pairs, sorted, and the evidence for each."""
    encoded.sort()
    pairs = encoded >> 1
    first = np.flatnonzero(_changes(pairs))
    weights = np.where(encoded & 1, _RARE_WEIGHT, 1)
    return pairs[first], np.add.reduceat(weights, first) if len(first) else weights


def _largest_compared(sizes: Array) -> int:
    """Up to which size all texts of a group are compared with each other, so that the pairs stay within the budget."""
    ordered = np.sort(sizes)
    within = np.searchsorted(np.cumsum(ordered * (ordered - 1) // 2), _BUDGET)
    largest = ordered[min(int(within), len(ordered)) - 1] if within else 1
    return min(int(largest), _LARGEST)
