"""I003's ``empty_context``: whose context is missing, and who needs none."""

from __future__ import annotations

import pytest

from tests.facts_of import facts_of, marked, source_of

WITH = [
    {"question": f"What colour is item {n}?", "context": f"Item {n} is red.", "answer": f"Item {n} is red."}
    for n in range(6)
]
ASKED, SAID = "According to the passage, who wrote the letter?", "Anna wrote it."


def record(prompt=ASKED, answer=SAID, **context):
    return {"question": prompt, **context, "answer": answer}


@pytest.mark.parametrize(
    ("one", "found"),
    [
        (record(context=""), True),
        (record(context="  "), True),
        (record(context=None), True),
        (record(), True),  # the others have one
        (record(context="Anna wrote the letter."), False),
        (record("Who wrote Faust?", "Goethe.", context=""), False),
        (record(answer="The passage is missing.", context=""), False),
        (record(f"{ASKED}\n\nAnna sat down and wrote to her brother.", context=""), False),
    ],
)
def test_who_lacks_its_context(tmp_path, one, found):
    source = source_of(tmp_path, [*WITH, one])
    assert marked(source, "context") == ({"empty_context": [6]} if found else {})
    assert "missing_reference" not in marked(source, "ambiguity"), "one defect, one owner"


def test_what_is_said(tmp_path):
    marks = facts_of(
        source_of(tmp_path, [*WITH, record(context=""), record("What is the tone of the text?")]), "context"
    )
    assert [mark.text for mark in marks["empty_context"].marks.values()] == [
        "refers to material (`passage`) that is not there: `context` is empty",
        "refers to material (`text`) that is not there: the record has no context, as others do",
    ]


def test_a_dataset_without_such_a_column_is_d007s(tmp_path):
    source = source_of(tmp_path, [record(), record("Who wrote Faust?", "Goethe.")])
    fact = facts_of(source, "context")["empty_context"]
    assert fact.examined == 0
    assert fact.reason == (
        "no record has a context column (context, passage, document ...), nor do prompts fill a place (`Context:`)"
    )
    assert marked(source, "ambiguity") == {"missing_reference": [0]}


def test_a_column_that_few_records_have_is_no_form(tmp_path):
    plain = [record(f"What is {n} + 1?", f"It is {n + 1}.") for n in range(9)]
    source = source_of(tmp_path, [*plain, WITH[0], record()])
    assert marked(source, "context") == {}
    assert marked(source, "ambiguity") == {"missing_reference": [10]}


def test_a_column_under_metadata_counts(tmp_path):
    nested = {"question": ASKED, "metadata": {"context": "Anna wrote the letter."}, "answer": SAID}
    assert marked(source_of(tmp_path, [*WITH, nested]), "context") == {}
