"""Texts that share a context and ask different things about it: not near-duplicates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from tunespec.similarity import Pair
from tunespec.similarity.documents import SEGMENT, SHORTEST_SEGMENT, Array

_SEGMENT = re.compile(SEGMENT)
_UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"  # Thai, Kana, Han: one character is a word
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
_CONTEXT = 3  # texts that hold a sentence before it counts as their shared context; two may be a copied pair
_LEAST_REST = 0.4  # word Jaccard of what remains without the context


def without_shared_context(pairs: Sequence[Pair], texts: Sequence[str], candidates: Array) -> list[Pair]:
    """The pairs that are still similar without the sentences that three or more of these texts share.

    Ten questions about one table are ten records, though each pair shares most of its words.

    Args:
        pairs: ``(later, earlier, similarity)`` of similar texts.
        texts: all of them.
        candidates: the pairs from which those were chosen, shape (n, 2): a text's neighbours may share its context too.
    """
    involved = np.unique([index for one, other, _ in pairs for index in (one, other)])
    near = candidates[np.isin(candidates, involved).any(axis=1)]
    segments = {index: _segments(texts[index]) for index in np.unique(near).tolist()}
    distinct = {texts[index]: own for index, own in segments.items()}  # one question answered often is one text
    counts = Counter(segment for own in distinct.values() for segment in set(own))
    return [pair for pair in pairs if _similar_rest(segments[pair[0]], segments[pair[1]], counts)]


def _segments(text: str) -> list[str]:
    return [segment.strip().lower() for segment in _SEGMENT.findall(text) if segment.strip()]


def _similar_rest(a: Sequence[str], b: Sequence[str], counts: Counter[str]) -> bool:
    context = {s for s in set(a) & set(b) if counts[s] >= _CONTEXT and len(s) >= SHORTEST_SEGMENT}
    if not context:
        return True
    rest_a, rest_b = ({w for s in side if s not in context for w in _WORD.findall(s)} for side in (a, b))
    return not rest_a or not rest_b or len(rest_a & rest_b) >= _LEAST_REST * len(rest_a | rest_b)
