"""Laws of the comparison: the quick look at a pair never loses what the exact one would find."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunespec.similarity.bound import possible_pairs
from tunespec.similarity.candidates import candidate_pairs
from tunespec.similarity.documents import Documents, tokenize
from tunespec.similarity.frames import without_shared_frame

SHORT, LEAST = 5, 0.6
words = st.integers(0, 40).map("w{}".format)
texts = st.lists(st.lists(words, max_size=60).map(" ".join), min_size=2, max_size=12)


@given(texts, texts)
def test_the_bound_keeps_every_similar_pair_and_every_short_text(prompts, answers):
    answers = [*answers, *prompts][: len(prompts)]
    documents = Documents((tokenize(prompts), tokenize(answers)))
    pairs = np.array(list(itertools.combinations(range(len(prompts)), 2)))
    kept = set(map(tuple, possible_pairs(documents, pairs, LEAST, SHORT).tolist()))
    for one, other in itertools.combinations(range(len(prompts)), 2):
        a, b = set(documents.of(one).tolist()), set(documents.of(other).tolist())
        if min(len(a), len(b)) < SHORT or len(a & b) >= LEAST * len(a | b):
            assert (one, other) in kept


def test_the_bound_drops_what_shares_little():
    documents = Documents((tokenize([" ".join(f"{side}{n}" for n in range(40)) for side in "ab"]),))
    assert possible_pairs(documents, np.array([[1, 0]]), LEAST, SHORT).tolist() == []
    assert possible_pairs(documents, np.empty((0, 2), dtype=np.int64), LEAST, SHORT).tolist() == []


def test_texts_are_candidates_by_shared_word_pairs():
    texts = [f"{' '.join(f'x{n}' for n in range(8))} {end}" for end in ("one", "two")]
    documents = Documents((tokenize([*texts, "nothing of this at all", *texts[:1]]),))
    assert candidate_pairs(documents).tolist() == [[1, 0], [3, 0], [3, 1]]
    assert candidate_pairs(documents, focus=[2]).tolist() == []
    assert candidate_pairs(Documents((tokenize([]),))).tolist() == []


HELP = [f"Does a {tool} help against {harm}?" for tool, harm in zip("abcdef", "uvwxyz", strict=True)]


@pytest.mark.parametrize(
    ("prompts", "kept"),
    [
        (["Does a load generator help against cheap backups?", "Does a load generator help against slow reads?"], 0),
        (["Does a load generator help against cheap backups?", "Can a load generator help against cheap backups?"], 1),
    ],
)
def test_a_short_prompt_of_a_known_frame_is_another_one_though_a_slot_agrees(prompts, kept):
    documents = Documents((tokenize([*prompts, *HELP]),))
    pairs = without_shared_frame([(1, 0, 0.6)], documents, candidate_pairs(documents))
    assert len(pairs) == kept
