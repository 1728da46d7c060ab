"""Scripted models: how answers are split, and what cannot be written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.live.gguf_model import write_model
from tests.live.scripted import DEFAULT, SHORTEST, Copied, Model, Script, spelled
from tests.live.scripts import FORGETFUL, SCRIPTED
from tests.live.vocabulary import vocabulary_of


def test_words_where_that_is_possible():
    assert spelled("One is one.") == ("One", " is", " one.")
    assert spelled("the the the end") == ("the", " the", " th", "e end")


@given(st.text(alphabet="ab c\n#", min_size=SHORTEST, max_size=60))
def test_pieces_make_the_text(text):
    try:
        pieces = spelled(text)
    except ValueError:
        return
    assert "".join(pieces) == text
    assert len(set(pieces)) == len(pieces)
    assert min(map(len, pieces)) >= SHORTEST


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ((" or", " not", " or"), "twice"),
        ((" or", "."), "less than 3 characters"),
        ("aaa aaa aaa", "cannot be split"),
    ],
)
def test_what_cannot_be_said(answer, complaint):
    with pytest.raises(ValueError, match=complaint):
        _ = Script("[X]", answer).pieces


@pytest.mark.parametrize("model", [SCRIPTED, FORGETFUL])
def test_a_file_of_a_few_mb_that_is_always_the_same(model, tmp_path):
    first, second = (write_model(model, tmp_path / name).read_bytes() for name in ("a.gguf", "b.gguf"))
    assert first == second
    assert len(first) < 5 << 20


def test_every_token_has_a_text_of_its_own():
    twice = Model(
        (Script(DEFAULT, " yes"), Script("[A]", " yes"), Script("[B]", (" the ", Copied("x")))), {"x": ("[A]",)}
    )
    texts = vocabulary_of(twice).texts
    assert len(set(texts)) == len(texts)
    assert texts[:3] == ("<unk>", "<s>", "</s>")


def test_more_scripts_than_a_head_holds(tmp_path):
    many = Model(tuple(Script(f"[{number}]", " yes") for number in range(200)))
    with pytest.raises(ValueError, match="at most 128 scripts"):
        write_model(many, tmp_path / "model.gguf")
