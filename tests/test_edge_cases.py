"""Of which kinds of edge case a record is, and of which it is not."""

from __future__ import annotations

import pytest

from tests.conftest import chat
from tests.edge_cases import OF_KIND, OF_NO_KIND, kinds_of, usual
from tests.facts_of import source_of
from tunespec.cases.kinds import KINDS
from tunespec.cases.sorting import sample, sorted_by_kind
from tunespec.groups import GROUPS
from tunespec.inference.probe import CASES

BY_TOPIC = ("rare",)  # told by a column, below


def test_the_kinds_are_those_that_probes_name():
    assert {kind.case for kind in KINDS} == {*CASES} - {"plain"}
    assert {*OF_KIND, *BY_TOPIC} == {kind.case for kind in KINDS}
    assert GROUPS["cases"].facts == {kind.fact for kind in KINDS}


@pytest.mark.parametrize("case", OF_KIND)
def test_records_of_a_kind(tmp_path, case):
    for record, kinds in zip(OF_KIND[case], kinds_of(tmp_path, OF_KIND[case]), strict=True):
        assert case in kinds, record


@pytest.mark.parametrize("case", OF_NO_KIND)
def test_what_looks_like_a_kind_and_is_none(tmp_path, case):
    for record, kinds in zip(OF_NO_KIND[case], kinds_of(tmp_path, OF_NO_KIND[case]), strict=True):
        assert case not in kinds, record


def test_usual_records_are_of_no_kind(tmp_path):
    assert set().union(*kinds_of(tmp_path, usual(200)[40:])) == set()


def test_a_topic_is_rare_beside_the_others(tmp_path):
    topics = ["wood"] * 20 + ["metal"] * 18 + ["glass"] * 2
    records = [{**record, "topic": topic} for record, topic in zip(usual(40), topics, strict=True)]
    records.append({**usual(41)[-1], "topic": "paper"})  # of which training has none
    found = sorted_by_kind(source_of(tmp_path, records), range(40), [40])
    assert {kind.case: rows for kind, rows in found.items() if rows} == {"rare": {38, 39, 40}}


@pytest.mark.parametrize("topics", [["wood"] * 36 + ["metal"] * 4, [f"title {n}" for n in range(40)]])
def test_two_classes_and_titles_are_no_topics(tmp_path, topics):
    records = [{**record, "topic": topic} for record, topic in zip(usual(40), topics, strict=True)]
    assert not any(sorted_by_kind(source_of(tmp_path, records), range(40), ()).values())


def test_letters_that_are_usual_are_no_edge_case(tmp_path):
    german = [chat(f"Wofür ist das Gerät {n} da?", "Für die Arbeit, natürlich.") for n in range(30)]
    records = [*german, chat("Wofür ist das da?", "Für die Freude 🙂"), chat("Wofür ist אבג da?", "Für dich.")]
    found = sorted_by_kind(source_of(tmp_path, records), range(30), (30, 31))
    assert next(rows for kind, rows in found.items() if kind.case == "unicode") == {30, 31}


def test_losing_answers_tell_nothing(tmp_path):
    pair = {"prompt": "Who forged it?", "chosen": "A smith of the town.", "rejected": "The text does not say."}
    found = sorted_by_kind(source_of(tmp_path, [pair]), [0], ())
    assert next(rows for kind, rows in found.items() if kind.case == "unanswerable") == set()


def test_a_sample_does_not_depend_on_the_order(tmp_path):
    records = usual(60)
    sources = [source_of(tmp_path / name, own) for name, own in (("a", records), ("b", records[::-1]))]
    chosen = [{source.records.contents[row] for row in sample(source, range(60), 20)} for source in sources]
    assert chosen[0] == chosen[1]
    assert len(chosen[0]) == 20
    assert sample(sources[0], range(60), 60) == range(60)
