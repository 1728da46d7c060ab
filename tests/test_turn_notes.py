"""Where in its record a finding is: the note that every message about a turn ends with."""

from __future__ import annotations

import polars as pl
import pytest

from tests.facts_of import facts_of, source_of
from tunespec.facts.think import after_thinking, without_thoughts
from tunespec.passages import turn_note

ASKED, SAID = "How does a tide come about?", "The moon pulls the sea."
BAD = "Salt &amp; water"
CHAT = {
    "messages": [
        {"role": "system", "content": "You are a sailor."},
        {"role": "user", "content": ASKED},
        {"role": "assistant", "content": SAID},
        {"role": "user", "content": "And what else?"},
        {"role": "assistant", "content": BAD},
    ]
}
PREFERENCE = {"prompt": ASKED, "chosen": SAID, "rejected": BAD}
LONG_PREFERENCE = {
    "chosen": [*CHAT["messages"][1:4], {"role": "assistant", "content": SAID}],
    "rejected": CHAT["messages"][1:],
}
ALPACA = {"instruction": ASKED, "input": "", "output": BAD}
TEXT = {"text": f"### Question: {ASKED}\n### Answer: {BAD}"}
FOUR = {number: f" (turn {number + 1} of 4)" for number in range(4)}
NOTES = [
    pytest.param(CHAT, {-1: "", **FOUR}, id="chat"),
    pytest.param(PREFERENCE, {0: "", 1: "", 2: " (the rejected answer)"}, id="preference"),
    pytest.param(
        LONG_PREFERENCE,
        {**FOUR, 4: " (the rejected answer)", 5: " (the rejected answer)"},
        id="long preference",
    ),
    pytest.param(ALPACA, {0: "", 1: ""}, id="alpaca"),
    pytest.param(TEXT, {0: "", 1: ""}, id="text"),
]


@pytest.mark.parametrize(("record", "notes"), NOTES)
def test_every_passage_says_where_it_stands(tmp_path, record, notes):
    source = source_of(tmp_path, [record] * 4)
    turns = source.passages.frame.filter(row=0)["turn"].to_list()
    assert {turn: turn_note(source.records, 0, turn) for turn in turns} == notes


@pytest.mark.parametrize(
    ("record", "where"),
    [(CHAT, " (turn 4 of 4)"), (PREFERENCE, " (the rejected answer)"), (ALPACA, ""), (TEXT, "")],
    ids=["chat", "preference", "alpaca", "text"],
)
def test_a_finding_ends_with_the_note(tmp_path, record, where):
    (entity,) = [fact for name, fact in facts_of(source_of(tmp_path, [record]), "artifacts").items() if fact.marks]
    assert entity.marks[0].text == f"holds the HTML entity `&amp;` in an answer{where}"


def test_end_markers_name_the_rejected_answer(tmp_path):
    good = {"prompt": ASKED, "chosen": f"{SAID} ###END###", "rejected": f"{BAD} ###END###"}
    source = source_of(tmp_path, [*[good] * 9, {**good, "rejected": BAD}])
    (mark,) = facts_of(source, "end_markers")["missing_end_marker"].marks.values()
    assert mark.text == "lacks the end marker `###END###` (the rejected answer)"


@pytest.mark.parametrize(
    ("answer", "rest"),
    [
        ("<think>It is two.</think>\n\nTwo.", "Two."),
        ("\n<think>\nIt is two.\n</think>\nTwo.", "Two."),
        ("<think>It is two.", "<think>It is two."),
        ("Write <think> first, then </think>.", "Write <think> first, then </think>."),
    ],
)
def test_a_thought_is_taken_off_by_both_functions(answer, rest):
    assert after_thinking(answer) == rest
    assert pl.select(without_thoughts(pl.lit(answer))).item() == rest
