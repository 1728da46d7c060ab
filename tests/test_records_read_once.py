"""A dataset is read once for all that is judged over it, and not at all where it was read before."""

from __future__ import annotations

import gc
import json
from weakref import ref

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.answer_sources import answered
from tests.conftest import chat, judge_folder, write_jsonl
from tests.facts_of import source_of
from tests.faulty_server import last, lines, ok, piece, serving
from tests.test_faulty_model import chats
from tunespec.cache import Cache
from tunespec.config import find
from tunespec.end_marker import EndMarker
from tunespec.facts.cut_off import cut_off_facts, endings_of
from tunespec.inference.answer_records import answer_records
from tunespec.passages import make_passages
from tunespec.progress import Progress
from tunespec.records import Records
from tunespec.sources import RecordSource
from tunespec.subject_sources import Sources
from tunespec.taught import Taught, store_taught, stored_taught, taught_by

JINJA = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
DATA = [chat(f"What is {n}?", f"It is a number, {n}. Half of it is {n / 2}.\n### End") for n in range(30)]
SAID = "Salt draws water out of the flesh. The slices then brown faster and soak up less oil, so that the"
LONG, SHOWN = "It is a number. " * 40, "It is 3.\n<|im_start|>user\nAnd 4?\n### End"
TEXTS = (
    SAID,
    LONG,
    f"{LONG}{SAID}",
    "Salt them. They brown faster.",
    "Rome",
    "盐能吸出水分。切片更快变黄，",
    "",
    "x " * 60,
)


@pytest.fixture
def read(monkeypatch):
    """The names of the datasets that are read, one for each time."""
    names, own = [], RecordSource._read

    def noted(self, dataset):
        names.append(dataset.name)
        return own(self, dataset)

    monkeypatch.setattr(RecordSource, "_read", noted)
    return names


@pytest.fixture
def project(tmp_path):
    """A dataset, a template, and recorded outputs that only the dataset can judge."""
    write_jsonl(tmp_path / "data.jsonl", DATA)
    config = {"tokenizer_class": "X", "eos_token": "<|im_end|>", "model_max_length": 9, "chat_template": JINJA}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    record(tmp_path, SAID, LONG, SHOWN)
    return tmp_path


def record(folder, *answers):
    request = {"messages": [{"role": "user", "content": "And now?"}]}
    said = [{"created_at": "today", "request": request, "message": {"content": text}} for text in answers]
    write_jsonl(folder / "answers.jsonl", [{**one, "done_reason": "stop"} for one in said])


def judged(folder, **options):
    """The report's findings about answers, and the families that it judged."""
    _, report = judge_folder(folder, **options)
    families = {subject["family"] for subject in report["subjects"]}
    return [finding for finding in report["findings"] if finding["subject"] == "answers.jsonl"], families


def test_records_are_read_once_in_a_process(project, read):
    findings, families = judged(project)
    assert families == {"data", "template", "inference"}
    assert {"cut_off", "longer_than_trained", "header_shown"} <= {finding["kind"] for finding in findings}
    assert len(read) == 1


def test_an_unchanged_dataset_is_not_read_for_other_answers(project, read):
    before, _ = judged(project)
    read.clear()
    record(project, SAID, LONG, SHOWN, "It is 5.")
    after, families = judged(project)
    assert "inference" in families
    assert [finding["message"] for finding in after] == [finding["message"] for finding in before]
    assert read == []


def test_where_only_answers_are_judged_the_records_are_read_for_them_once(project, read):
    alone, _ = judged(project, select=["I"])
    assert (len(read), alone != []) == (1, True)
    record(project, SAID, SHOWN)
    judged(project, select=["I"])
    assert len(read) == 1


def test_what_answers_may_hold_is_asked_of_the_records_once(project, read):
    judged(project)
    read.clear()
    for _ in range(2):
        record(project, "It is 5.<|eot_id|>")
        assert {finding["kind"] for finding in judged(project)[0]} >= {"special_token_shown"}
        record(project, "It is 6.<|eot_id|>")
    assert len(read) == 1


def test_where_whole_records_are_compared_their_texts_are_not_taken_apart(project, monkeypatch):
    def refused(*_):
        raise AssertionError("passages are made that no fact looks into")

    monkeypatch.setattr("tunespec.passages.make_passages", refused)
    code, report = judge_folder(project, select=["D002,D004,D005"])
    assert (code, report["errors"]) == (0, [])
    assert {"D002", "D005"} <= {row["code"] for row in report["pitfalls"] if row["status"] == "passed"}


def test_a_changed_dataset_is_read_again(project, read):
    judged(project)
    read.clear()
    write_jsonl(project / "data.jsonl", [*DATA, chat("What is 31?", LONG)])
    assert "longer_than_trained" not in {finding["kind"] for finding in judged(project)[0]}
    assert len(read) == 1


def test_records_are_kept_until_the_last_subject_was_judged(project, monkeypatch):
    made, kept = [], []
    own, forget = Sources._records, Sources.forget

    def making(self, dataset):
        made.append(ref(own(self, dataset)))
        return made[-1]()

    def forgetting(self, judged, waits):
        forget(self, judged, waits)
        kept.append((judged.family, bool(self._kept)))

    monkeypatch.setattr(Sources, "_records", making)
    monkeypatch.setattr(Sources, "forget", forgetting)
    judged(project)
    assert {is_kept for family, is_kept in kept if family == kept[0][0]} == {True}
    assert not kept[-1][1]
    gc.collect()
    assert {one() for one in made} == {None}


@given(st.lists(st.sampled_from(TEXTS), max_size=40), st.lists(st.sampled_from(TEXTS), min_size=1, max_size=9))
def test_endings_tell_the_same_habit_as_the_records(before, after):
    assume(any(after))
    records, others = (answer_records([answered("Go on?", text) for text in own], "") for own in (after, before))
    joined = others.followed_by(records, split="answers")
    expected = cut_off_facts(joined, make_passages(joined, None))[0]
    found = cut_off_facts(records, make_passages(records, None), endings_of(others, None))[0]
    shifted = {row - len(before): mark for row, mark in expected.marks.items() if row >= len(before)}
    assert (found.marks, found.reason) == (shifted, expected.reason)


def test_what_is_stored_is_what_was_taught(tmp_path):
    source, cache = source_of(tmp_path, DATA), Cache(tmp_path)
    taught = taught_by(source)
    store_taught(taught, cache, "key")
    assert stored_taught(cache, "key") == taught
    assert taught.end_marker == EndMarker("### End", "inferred", 1)
    assert (taught.answers, len(taught.habit)) == (30, 30)
    assert taught.longest_at == source.records.places[20]  # of several as long, the first
    nothing = RecordSource(source.dataset, None, find(tmp_path), Progress(), Records())
    store_taught(taught_by(nothing), cache, "other")
    assert stored_taught(cache, "other") == Taught(None, (), 0, 0, None, ())


def test_a_served_model_is_asked_anew_and_its_dataset_not_read_again(tmp_path, read):
    write_jsonl(tmp_path / "data.jsonl", DATA)
    write_jsonl(tmp_path / "probes.jsonl", [{"messages": [{"role": "user", "content": "And 4?"}], "must": ["number"]}])
    with serving(chats(*[ok(lines(piece(LONG), last()))] * 40)) as url:
        given = {"model": "m", "host": url, "api": "ollama", "probes": ["probes.jsonl"], "select": ["D003,I"]}
        first, second = (judge_folder(tmp_path, **given)[1]["findings"] for _ in range(2))
    assert "longer_than_trained" in {finding["kind"] for finding in second}
    assert ([finding["kind"] for finding in second], len(read)) == ([finding["kind"] for finding in first], 1)
