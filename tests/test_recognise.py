"""What a file with records is taken for: data, probes or recorded outputs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import write_jsonl
from tunespec.config import find
from tunespec.discover_training import named_training
from tunespec.errors import CannotJudgeError
from tunespec.inference.probe import suite_probes
from tunespec.inference.recorded import read_recorded
from tunespec.recognise import recognise
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile

ASKED = [{"role": "user", "content": "What is the capital of France?"}]
TALK = [*ASKED, {"role": "assistant", "content": "Paris."}]
PREFERENCE = {"messages": ASKED, "chosen": "Paris.", "rejected": "Rome.", "context": "France"}


@pytest.mark.parametrize("path", suite_probes(), ids=lambda path: path.name)
def test_the_specifications_own_probes(path):
    assert recognise(path, Shapes()).kind == "probes"


@pytest.mark.parametrize(
    ("records", "kind"),
    [
        ([{"id": "a", "messages": ASKED, "must": ["Paris"]}, {"id": "b", "messages": ASKED}], "probes"),
        ([{"messages": ASKED, "runaway": True}], "probes"),
        ([{"messages": ASKED}], "data"),  # nothing says what an answer must hold
        ([{"messages": ASKED, "must": []}], "data"),
        ([{"messages": ASKED, "context": "France"}], "data"),
        ([{"messages": TALK, "context": ["France"]}], "data"),
        ([PREFERENCE], "data"),
        ([PREFERENCE | {"context": ["France"]}], "data"),
        ([{"messages": ASKED, "must": ["Paris"]}, {"messages": TALK}], "data"),
        ([{"prompt": "What?", "label": "This.", "predict": "That."}], "outputs"),
        ([{"prompt": "What?", "completion": "This.", "choices": [], "object": []}], "data"),
    ],
)
def test_records(tmp_path, records, kind):
    assert recognise(write_jsonl(tmp_path / "a.jsonl", records), Shapes()).kind == kind


def test_the_choices_of_a_question_are_no_answers(tmp_path):
    record = {"question": "Which?", "choices": ["A", "B"], "prediction": "A", "finish_reason": "stop"}
    (one,) = outputs(tmp_path, record).answered
    assert (one.reply.text, one.reply.ended, one.question) == ("A", "stop", "Which?")


def outputs(folder, *records):
    path = write_jsonl(folder / "outputs.jsonl", records)
    return read_recorded((DataFile(path, "outputs.jsonl", None, "jsonl"),), Shapes())


KEYS = st.sampled_from(
    "choices message messages content role text response request usage finish_reason done_reason eval_count prompt "
    "question input predict label reply id model digest tunespec must tool_calls system completion output "
    "object created_at context case runaway".split()
)
LEAVES = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "user", "assistant", "stop", "Yes."])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=12
)


@given(st.lists(st.dictionaries(KEYS, VALUES, max_size=8), min_size=1, max_size=3))
def test_any_records_are_recognised_and_read_or_refused(tmp_path_factory, records):
    folder = tmp_path_factory.mktemp("any")
    recognise(write_jsonl(folder / "a.jsonl", records), Shapes())
    with suppress(CannotJudgeError):
        outputs(folder, *records)


@pytest.mark.parametrize("name", ["run.sh", "config.yaml", "nb.Rmd", "bin.yaml"])
def test_a_file_that_is_nothing_is_told_what_is_judged(tmp_path, name):
    (tmp_path / name).write_bytes(b"a: 1\n\xff" if name == "bin.yaml" else b"a: 1\n")
    why = recognise(tmp_path / name, Shapes()).why
    for judged in ("datasets", ".jsonl", "Modelfile", "training configurations (.yaml", "training logs"):
        assert judged in why


def test_a_log_in_another_form_is_one_all_the_same(tmp_path):
    (tmp_path / "metrics.json").write_text('[{"loss": 1.0, "step": 1}]', encoding="utf-8")
    told = "a training log in a form that is not read"
    assert recognise(tmp_path / "metrics.json", Shapes()).why.startswith(told)
    with pytest.raises(CannotJudgeError, match="no training log in a form that is read"):
        named_training(replace(find(tmp_path), training={"logs": ["metrics.json"]}))
