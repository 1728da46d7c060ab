"""E002's facts, case by case."""

from __future__ import annotations

import sys
from datetime import date

import pytest

from tests.reviews import marked, outputs, reasons, records, said, source_of
from tunespec.review.agreement import alpha

SHARES = ("too_few_reviewed", "outdated_review", "rejected_share")
LINES = ("unreadable_review", "misdated_review", "foreign_review")
OUTPUTS = "outputs.jsonl"


def judged(count, *, wrong=0, **more):
    """So many judgements; the first of them reject."""
    return [said(n, *(["correct"] if n < wrong else []), **more) for n in range(count)]


@pytest.mark.parametrize(
    ("lines", "target", "found"),
    [
        (judged(30), outputs(100), {}),
        (judged(12), outputs(12), {}),  # all that there are
        (
            judged(29),
            outputs(100),
            {"too_few_reviewed": "29 of 100 outputs are judged, where 30 must be"},
        ),
        (
            judged(20, wrong=2),
            outputs(100),
            {"too_few_reviewed": "20 of 100 outputs are judged, where 30 must be; 2 of those are rejected"},
        ),
        (judged(30, wrong=3), outputs(100), {}),
        (
            judged(30, wrong=4),
            outputs(100),
            {
                "rejected_share": "4 of 30 judged outputs are rejected (13%, allowed 10%): 4 not correct; "
                "the first is outputs.jsonl:1"
            },
        ),
        (  # the other 20 cannot change it any more
            judged(10, wrong=4),
            outputs(100),
            {
                "too_few_reviewed": "10 of 100 outputs are judged, where 30 must be; 4 of those are rejected",
                "rejected_share": "4 of 10 judged outputs are rejected (40%, allowed 10%): 4 not correct; "
                "the first is outputs.jsonl:1",
            },
        ),
        (  # too few for a verdict
            judged(9, wrong=9),
            outputs(100),
            {"too_few_reviewed": "9 of 100 outputs are judged, where 30 must be; 9 of those are rejected"},
        ),
        (  # a slip, or not: two more will tell
            judged(1, wrong=1),
            outputs(3),
            {"too_few_reviewed": "1 of 3 outputs are judged, where 3 must be; 1 of those are rejected"},
        ),
        (judged(30, day="2025-11-26"), outputs(100), {}),
        (
            judged(30, day="2025-11-25"),
            outputs(100),
            {"outdated_review": "of 30 judged outputs, 0 were judged in the last 365 days, where 30 must be"},
        ),
        ([*judged(90, day="2020-01-01"), *judged(30)], outputs(100), {}),  # old ones beside enough new ones
    ],
)
def test_how_much_is_judged_how_lately_and_how_well(tmp_path, lines, target, found):
    assert marked(source_of(tmp_path, lines, target), *SHARES) == {
        kind: {OUTPUTS: text} for kind, text in found.items()
    }


def test_more_than_half_of_the_reviewers_accept(tmp_path):
    lines = [*judged(12), *judged(12, wrong=2, who="Grace")]
    rejected = "2 of 12 judged outputs are rejected (17%, allowed 10%): 2 not correct; the first is outputs.jsonl:1"
    assert marked(source_of(tmp_path, lines, outputs(12)), *SHARES) == {"rejected_share": {OUTPUTS: rejected}}
    lines += judged(12, who="Alan")
    assert marked(source_of(tmp_path, lines, outputs(12)), *SHARES) == {}


def test_outputs_are_to_be_reviewed_if_there_are_some(tmp_path):
    """A review of the records alone says nothing of the outputs; one of the outputs is enough."""
    of_records = [said(n, of="record") for n in range(30)]
    source = source_of(tmp_path, of_records, records(40), outputs(12))
    assert marked(source, *SHARES) == {"too_few_reviewed": {OUTPUTS: "0 of 12 outputs are judged, where 12 must be"}}
    assert marked(source_of(tmp_path, judged(12), records(40), outputs(12)), *SHARES) == {}
    assert marked(source_of(tmp_path, of_records, records(40)), *SHARES) == {}


def test_what_nobody_judged_is_named_by_its_subject(tmp_path):
    source = source_of(tmp_path, judged(1), records(40))
    assert marked(source, *SHARES) == {"too_few_reviewed": {"data": "0 of 40 records are judged, where 30 must be"}}


def test_judgements_of_another_model_do_not_count(tmp_path):
    lines = [*judged(12, model="sha256:old"), said(50, model="sha256:new"), said(60)]
    source = source_of(tmp_path, lines, outputs(12, model="sha256:new"))
    assert marked(source, *SHARES, *LINES) == {
        "too_few_reviewed": {OUTPUTS: "0 of 12 outputs are judged, where 12 must be"},
        "foreign_review": {
            "reviews.jsonl:1": "14 of 14 judgements are of nothing that is here: 12 of another model (sha256:old), "
            "2 of outputs that are gone or changed"
        },
    }


def test_a_model_that_either_side_does_not_know_is_taken_for_the_same(tmp_path):
    assert marked(source_of(tmp_path, judged(12), outputs(12, model="sha256:new")), *SHARES, *LINES) == {}
    assert marked(source_of(tmp_path, judged(12, model="sha256:new"), outputs(12)), *SHARES, *LINES) == {}


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-11-27", ""),  # it is tomorrow already, elsewhere
        ("2026-11-28", "the judgement is of 2026-11-28, which is yet to come"),
        ("2026-10-31", ""),
        ("2026-10-30", "the judgement is of 2026-10-30, and outputs.jsonl was recorded later, on 2026-11-01"),
    ],
)
def test_days_that_cannot_be(tmp_path, day, why):
    source = source_of(tmp_path, [said(0, day=day)], outputs(1, made=date(2026, 11, 1)))
    assert marked(source, "misdated_review") == ({"misdated_review": {"reviews.jsonl:1": why}} if why else {})


def test_lines_that_nobody_can_read(tmp_path):
    source = source_of(tmp_path, [said(0), "<<<<<<< HEAD", {**said(1), "correct": 1}], outputs(2))
    assert marked(source, *LINES) == {
        "unreadable_review": {
            "reviews.jsonl:2": "not a JSON object but a string (byte 173)",
            "reviews.jsonl:3": "`correct` is 1, not true, false or null",
        }
    }


def pairs(count, *apart):
    """Two reviewers of so many answers, who differ on some."""
    return [*judged(count), *(said(n, *(["concise"] if n in apart else []), who="Grace") for n in range(count))]


def test_reviewers_who_disagree(tmp_path):
    source = source_of(tmp_path, pairs(12, 1, 5, 9), outputs(12), accepted=0.5)
    text = (
        "reviewers disagree on 3 of the 12 outputs that several judged, first on this one: "
        "Krippendorff's alpha is -0.10, and should be at least 0.667"
    )
    assert marked(source, "disagreement") == {"disagreement": {"reviews.jsonl:14": text}}


@pytest.mark.parametrize(
    "lines",
    [
        pairs(12, 1, 5),  # slips: where almost all is accepted, alpha falls to 0 by two of them
        [*judged(20, wrong=10), *judged(20, wrong=13, who="Grace")],  # three of twenty: alpha is 0.71
    ],
)
def test_reviewers_who_agree(tmp_path, lines):
    source = source_of(tmp_path, lines, outputs(20))
    assert (marked(source, "disagreement"), reasons(source, "disagreement")) == ({}, {})


def test_agreement_needs_ten_answers_with_two_reviewers(tmp_path):
    source = source_of(tmp_path, pairs(9, 1, 2, 3, 4), outputs(12))
    why = "less than 10 of what is here has two reviewers"
    assert (marked(source, "disagreement"), reasons(source, "disagreement")) == ({}, {"disagreement": why})


def test_agreement_says_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nltk.metrics.agreement", None)
    source = source_of(tmp_path, pairs(12, 1, 5, 9), outputs(12))
    why = "agreement needs an extra: pip install 'tunespec[agreement]'"
    assert reasons(source, "disagreement") == {"disagreement": why}


def test_alpha_is_krippendorffs():
    """His own example for nominal data with two observers, ten units: Computing Krippendorff's Alpha-Reliability, A."""
    meg, owen = "0100000010", "1110010000"
    votes = [(who, str(unit), vote) for who, said_ in (("Meg", meg), ("Owen", owen)) for unit, vote in enumerate(said_)]
    assert alpha(votes) == pytest.approx(0.095, abs=0.001)


def test_without_what_was_reviewed_the_lines_are_judged_alone(tmp_path):
    source = source_of(tmp_path, [said(0, day="2062-01-01"), {}])
    assert set(marked(source, *LINES, *SHARES)) == {"unreadable_review", "misdated_review"}
    why = "neither a dataset nor recorded outputs are among the files"
    assert reasons(source, "foreign_review", *SHARES) == dict.fromkeys(("foreign_review", *SHARES), why)
