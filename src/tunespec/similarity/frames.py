"""Texts of one template: they share its frame and differ in what fills it. They are not near-duplicates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from tunespec.similarity import Pair
from tunespec.similarity.documents import Array, Documents

Words = frozenset[int]

_WITNESSES = 3  # other texts that must have the frame: a text and two edited copies of it make no template
_MOST_WITNESSES = 40  # more of them decide nothing and cost time
_SHARED = 0.7  # of a pair's common words: in a witness, since two fills may agree by chance; and that the frame must
# explain, since free rewordings share more (GPTeacher). In a short prompt, one slot that agrees is a larger part.
_SHARED_OF_SHORT = (0.7, 0.6, 0.5)
_SHORT = 24  # distinct words of two prompts together
_FRAME = 0.9  # share of the witnesses that have a word of the frame; with less, real rewordings are lost (GPTeacher)
_TELLING = 5  # distinct words of a prompt or an answer that do not agree by chance, as "About ten." does
_LEAST_REST = 0.5  # word Jaccard of the fills from which a pair of one template is a near-duplicate all the same ...
_KNOWN, _LEAST_REST_KNOWN = 10, 0.67  # ... and with so many witnesses, where one of two fills may well be the same


def without_shared_frame(pairs: Sequence[Pair], documents: Documents, candidates: Array) -> list[Pair]:
    """The pairs that are more than two fillings of one template.

    "What is the capital of Peru?" and "What is the capital of Kenya?" share most words. So do a question and its
    edited copy; but there no other texts have the words that the two share, or one of the two departs from them.

    Args:
        pairs: ``(later, earlier, similarity)`` of similar documents.
        documents: all texts; two with an equal prompt, or an equal answer of some length, are never two fillings.
        candidates: the pairs from which those were chosen, shape (n, 2): a text's neighbours.
    """
    neighbours = _neighbours(candidates, {index for one, other, _ in pairs for index in (one, other)})
    only_prompts = len(documents.parts) == 1  # an answer beside the prompt says more than its words alone
    sets: dict[int, Words] = {}

    def words(index: int) -> Words:
        if index not in sets:
            sets[index] = frozenset(documents.of(index).tolist())
        return sets[index]

    return [
        (one, other, similarity)
        for one, other, similarity in pairs
        if _same_part(documents, one, other) or not _fillings(one, other, words, neighbours, only_prompts=only_prompts)
    ]


def _same_part(documents: Documents, one: int, other: int) -> bool:
    sides = ((frozenset(part.of(one).tolist()), frozenset(part.of(other).tolist())) for part in documents.parts)
    return any(a == b and len(a) >= _TELLING for a, b in sides)


def _neighbours(candidates: Array, wanted: set[int]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for one, other in candidates.tolist():
        for index, neighbour in ((one, other), (other, one)):
            if index in wanted:
                found[index].append(neighbour)
    return found


def _fillings(
    one: int, other: int, words: Callable[[int], Words], neighbours: Mapping[int, list[int]], *, only_prompts: bool
) -> bool:
    a, b = words(one), words(other)
    if a <= b or b <= a:
        return False  # nothing was filled in otherwise: something was added
    shares = _SHARED_OF_SHORT if only_prompts and len(a | b) < _SHORT else (_SHARED,)
    return any(_explained(a, b, map(words, _around(one, other, neighbours)), share) for share in shares)


def _explained(a: Words, b: Words, texts: Iterator[Words], share: float) -> bool:
    """Whether two texts fill the frame of the others that hold this share of their common words."""
    witnesses = list(_witnesses(a, b, texts, share))
    if len(witnesses) < _WITNESSES:
        return False
    counts = Counter(word for witness in witnesses for word in witness)
    frame = {word for word, count in counts.items() if count >= _FRAME * len(witnesses)}
    if len(frame) < share * len(a & b):
        return False  # they share more than a template would explain
    if not frame <= a or not frame <= b:
        return False  # one of them was edited where its template never varies
    rest_a, rest_b = a - frame, b - frame
    least = _LEAST_REST_KNOWN if len(witnesses) >= _KNOWN else _LEAST_REST
    return len(rest_a & rest_b) < least * len(rest_a | rest_b)


def _around(one: int, other: int, neighbours: Mapping[int, list[int]]) -> Iterator[int]:
    """The neighbours of both, in turn, each once."""
    seen = {one, other}
    sides = neighbours.get(one, []), neighbours.get(other, [])
    for place in range(max(map(len, sides))):
        for side in sides:
            if place < len(side) and side[place] not in seen:
                seen.add(side[place])
                yield side[place]


def _witnesses(a: Words, b: Words, texts: Iterator[Words], share: float) -> Iterator[Words]:
    """Distinct texts that hold the common words of two others and are no repetition of either."""
    common = a & b
    seen: set[Words] = set()
    for text in texts:
        if len(common & text) >= share * len(common) and not (a <= text or b <= text or text in seen):
            seen.add(text)
            yield text
            if len(seen) == _MOST_WITNESSES:
                return
