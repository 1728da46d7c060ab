"""Preference records whose prompt stands in both answers: TRL takes it from there (``maybe_extract_prompt``)."""

from __future__ import annotations

import pytest

from tests.facts_of import marked, source_of
from tunespec.shapes import Shapes

ASKED = "Where does the owl live in winter?"


def said(*texts):
    names = ["user", "assistant"] * len(texts)
    return [{"role": name, "content": text} for name, text in zip(names, texts, strict=False)]


def ultra(asked=ASKED):
    return {"prompt": ASKED, "chosen": said(asked, "In the barn."), "rejected": said(asked, "Nowhere at all.")}


def harmless(*texts, last):
    names = ["\n\nHuman: ", "\n\nAssistant: "] * len(texts)
    return "".join(name + text for name, text in zip(names, [*texts, last], strict=False))


HH = {
    "chosen": harmless("Hi there", "Hello: what can I do?", ASKED, last="In the barn.\n\nNote: it hunts there."),
    "rejected": harmless("Hi there", "Hello: what can I do?", ASKED, last="Nowhere."),
}


def turns_of(record):
    conversation = Shapes().convert(record)
    assert conversation is not None
    assert not conversation.defect
    return [(turn.role, turn.text) for turn in conversation.turns], [t.text for t in conversation.rejected or ()]


def test_a_prompt_that_both_lists_hold_stands_there_once():
    chosen, rejected = turns_of(ultra())
    assert chosen == [("user", ASKED), ("assistant", "In the barn.")]
    assert rejected == [ASKED, "Nowhere at all."]


def test_a_transcript_is_divided_into_its_turns():
    chosen, rejected = turns_of(HH)
    assert chosen == [
        ("user", "Hi there"),
        ("assistant", "Hello: what can I do?"),
        ("user", ASKED),
        ("assistant", "In the barn.\n\nNote: it hunts there."),
    ]
    assert rejected[-1] == "Nowhere."


@pytest.mark.parametrize(
    "record",
    [
        ultra(),
        HH,
        {"chosen": f"{ASKED} In the barn, I suppose.", "rejected": f"{ASKED} Nowhere, I suppose."},
        {"chosen": "<|user|>\nWhere?\n<|assistant|>\nThere.", "rejected": "<|user|>\nWhere?\n<|assistant|>\nHere."},
    ],
    ids=["ultrafeedback", "hh", "no headers", "headers of tokens"],
)
def test_an_implicit_prompt_is_no_wrong_order(tmp_path, record):
    assert marked(source_of(tmp_path, [record]), "format") == {}


@pytest.mark.parametrize(
    "record",
    [
        {**ultra(), "prompt": said(ASKED)},  # both are lists: TRL joins them
        {"chosen": said(ASKED, "In the barn.")[1:], "rejected": said(ASKED, "Nowhere.")[1:]},
        {"chosen": harmless(ASKED, "In the barn.", last="And?"), "rejected": harmless(ASKED, "No.", last="And?")},
        {**HH, "rejected": HH["rejected"].replace("\n\nHuman: ", "\n\nAssistant: ", 1)},
    ],
    ids=["twice", "no prompt at all", "ends with a user", "starts with an answer"],
)
def test_a_wrong_order_is_found(tmp_path, record):
    found = marked(source_of(tmp_path, [record]), "format")
    assert found.get("role_order", found.get("preference")) == [0]


def test_an_answer_that_quotes_another_dialogue_is_one_turn():
    text = harmless(ASKED, last="As the play goes:\nUser: Who is there?\nQ: Nay, answer me.")
    assert turns_of({"chosen": text, "rejected": text})[0][1][1].endswith("answer me.")
