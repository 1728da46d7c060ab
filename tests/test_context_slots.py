"""I003's ``empty_context`` in the prompt itself: a labelled place for a context that other records fill."""

from __future__ import annotations

from time import process_time

import pytest

from tests.conftest import chat
from tests.facts_of import facts_of, marked, source_of
from tunespec.facts.context_slots import context_slots
from tunespec.facts.references import missing

TOWN = "Town {n} was founded by Bert the {n}th in the year 150{n}, after the flood."
SAID = "Person Number 7 of the third city council did."
FORMS = {
    "line": "Context: {c}\n\nQuestion: Who founded town {n}?",
    "heading": "### Context:\n{c}\n\n### Question:\nWho founded town {n}?",
    "tag": "<context>\n{c}\n</context>\nWho founded town {n}?",
    "last": "Who founded town {n}?\n\n**Passage**\n{c}",
    "rules": "Context information is below.\n---------------------\n{c}\n---------------------\nQuery: Which town?",
}


def filled(form="line", count=6):
    return [chat(FORMS[form].format(n=n, c=TOWN.format(n=n)), f"Bert the {n}th founded it.") for n in range(count)]


def found(folder, records):
    marks = facts_of(source_of(folder, records), "context")["empty_context"].marks
    return {row: mark.text for row, mark in marks.items()}


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("Context:\n\nQuestion: Who wrote it?\n", "`Context:` is empty"),
        ("Context: \nQuestion: Who wrote it?", "`Context:` is empty"),
        ("Document:\n\nWho signed the treaty?", "`Document:` is empty"),
        ("### Context:\n\n### Question:\nWho signed it?", "`### Context:` is empty"),
        ("<context>\n</context>\nWho signed it?", "`<context>` is empty"),
        ("<documents>none</documents>\nWho signed it?", "`<documents>` is empty"),
        ("Context: None\nQuestion: Who wrote it?", "`Context:` holds only `None`"),
        ("Context: N/A\n\nQuestion: Who wrote it?", "`Context:` holds only `N/A`"),
        ("Context: null\nQuestion: who?", "`Context:` holds only `null`"),
        ("Context:\nnan\n\nWho wrote it?", "`Context:` holds only `nan`"),
        ("Who wrote it?\n\nContext:", "`Context:` is empty"),
        ("Who wrote it?\n\n[Retrieved passages]\n", "`[Retrieved passages]` is empty"),
        ("Context information is below.\n-----\n\n-----\nQuery: Who?", "`Context information is below.` is empty"),
    ],
)
def test_a_place_that_others_fill(tmp_path, prompt, said):
    records = [*filled(), chat(prompt, SAID)]
    assert found(tmp_path, records) == {6: f"{said} in the prompt, and 6 records fill it"}


def test_one_defect_has_one_owner(tmp_path):
    asked = chat("According to the passage, who wrote it?", SAID)
    both = {"messages": [{"role": "system", "content": "Passage:\n"}, *asked["messages"]]}
    assert marked(source_of(tmp_path, [both]), "ambiguity") == {"missing_reference": [0]}
    assert list(found(tmp_path, [*filled(), both])) == [6]
    assert "missing_reference" not in marked(source_of(tmp_path, [*filled(), both]), "ambiguity")


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_known_filled_and_empty(tmp_path, form):
    assert found(tmp_path, filled(form)) == {}
    assert list(found(tmp_path, [*filled(form), chat(FORMS[form].format(n=7, c=""), SAID)])) == [6]


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("Context:\n\nQuestion: Who wrote it?", "The context does not say who wrote it."),
        ("Context: None\nQuestion: Who wrote it?", "I don't know."),
        ("Context:\n\nQuestion: Who wrote it?", "Please provide the passage."),
        ("Context:\n\nSpeaker: I wrote it, and nobody else.\n\nQuestion: Who wrote it?", SAID),
        ("Context:\n\nWho wrote it? Nobody knows. It lay there.\n\nQuestion: Who wrote it?", SAID),
        ("Context: None of them came home.\nQuestion: Who came home?", SAID),
        ("Context:\nDocument 1: Anna wrote it.\nDocument 2:\nQuestion: Who wrote it?", SAID),
        ("In this context: who wrote Faust?", SAID),
        ("What does this show?\n<article></article>", SAID),  # HTML
        ("Who wrote Faust?", SAID),
    ],
)
def test_what_is_no_empty_place(tmp_path, prompt, answer):
    assert found(tmp_path, [*filled(), chat(prompt, answer)]) == {}


def test_a_place_that_many_leave_empty_may_be_empty(tmp_path):
    empty = [chat(f"Context:\n\nQuestion: What is {n} and 1?", f"It is {n + 1}.") for n in range(4)]
    assert found(tmp_path, [*filled(), *empty]) == {}
    assert len(found(tmp_path, [*filled(), *empty[:3]])) == 3
    assert found(tmp_path, [*filled(count=4), empty[0]]) == {}  # four are no form


def test_a_place_in_the_system_message(tmp_path):
    def record(context):
        said = {"role": "system", "content": f"Answer by the context.\n\nContext:\n{context}\n"}
        return {"messages": [said, *chat("Who founded it?", SAID)["messages"]]}

    records = [record(TOWN.format(n=n)) for n in range(6)]
    assert found(tmp_path, records) == {}
    assert list(found(tmp_path, [*records, record("")])) == [6]


def test_a_later_turn_needs_no_context_of_its_own(tmp_path):
    later = chat("Context: Anna wrote it.\n\nQuestion: Who wrote it?", "Anna.")
    later["messages"] += chat("Context:\n\nQuestion: And when?", "In 1800.")["messages"]
    assert found(tmp_path, [*filled(), later]) == {}


@pytest.mark.parametrize(
    ("prompt", "is_missing"),
    [
        ("Answer from the context below.\nWho is the mayor?", True),
        ("Use the following context to answer the question.\n\n\n\nQuestion: Who rules?", True),
        ("Answer from the context below.\nAnna is the mayor.\nWho is the mayor?", False),
        ("Use the following context to answer the question.\n\nAnna rules.\n\nQuestion: Who rules?", False),
        ("Use the following text to answer: Anna rules. Who rules?", False),
        ("Translate the sentence below.\nWho is the mayor?", False),
        ("Answer the following question.\nWho is the mayor?", False),
    ],
)
def test_a_question_is_not_the_context_that_it_is_asked_about(prompt, is_missing):
    assert (missing(prompt) is not None) == is_missing


@pytest.mark.parametrize(
    "form",
    [
        "Context:{newlines}text",
        "Context:{blanks}text",
        "Context:\n{blanks}text",
        "Context:\n\n{blanks}text",
        "Context: none\n{newlines}text",
        "Context: none\n{blanks}text",
        "Context:{lines}text",
        "Context:\n\n{asks}",
        "Context:\n{stars}",
        "{tags}",
        "{closed}",
        "{labels}",
    ],
)
def test_no_run_of_blanks_takes_the_square_of_its_length(tmp_path, form):
    runs = {"newlines": "\n", "blanks": " ", "lines": " \n\t", "asks": "? ", "stars": "**Question*"}
    runs |= {"tags": "<context>", "closed": "<context></context>", "labels": "Context:\n"}
    prompt = form.format(**{name: unit * 20_000 for name, unit in runs.items()})
    source = source_of(tmp_path, [*filled(), chat(prompt, SAID)])
    begun = process_time()
    slots = context_slots(source.records)
    assert process_time() - begun < 2
    assert len(slots.filled) >= 6
