"""A dataset is read once for all that is judged over it, and not at all where it was read before."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.conftest import chat, judge_folder, write_jsonl
from tunespec.cache import Cache
from tunespec.facts.cut_off import cut_off_facts
from tunespec.config import find
from tunespec.end_marker import EndMarker
from tunespec.inference.training_data import TrainingData
from tunespec.judge import Judge
from tunespec.passages import make_passages
from tunespec.progress import Progress
from tunespec.sources import RecordSource
from tunespec.subject_sources import Sources
from tunespec.subjects import DataFile, Dataset
from tunespec.taught import stored_taught, taught_by

JINJA = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
DATA = [chat(f"What is {n}?", f"It is a number, {n}. Half of it is {n / 2}.\n### End") for n in range(30)]
SAID = "Salt draws water out of the flesh. The slices then brown faster and soak up less oil, so that the"
LONG, SHOWN = "It is a number. " * 40, "It is 3.\n<|im_start|>user\nAnd 4?\n### End"


@pytest.fixture
def read(monkeypatch):
    """The names of the datasets that are read, one for each time."""
    names, own = [], RecordSource._read
    monkeypatch.setattr(RecordSource, "_read", lambda self, dataset: names.append(dataset.name) or own(self, dataset))
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


def test_answers_alone_are_compared_with_records_that_are_then_read_no_more(project, read):
    alone, families = judged(project, select=["D001,D003,I"])
    (project / ".tunespec_cache").rename(project / "gone")
    assert [finding["message"] for finding in judged(project)[0] if finding["code"] != "T001"]
    read.clear()
    record(project, SAID)
    judged(project, select=["I"])
    assert (alone != [], "inference" in families, read) == (True, True, [])


def test_a_changed_dataset_is_read_again(project, read):
    judged(project)
    read.clear()
    write_jsonl(project / "data.jsonl", [*DATA, chat("What is 31?", LONG)])
    assert "longer_than_trained" not in {finding["kind"] for finding in judged(project)[0]}
    assert len(read) == 1
