"""A model's answers, written down and read again."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.answer_sources import LIVE, answered, found, source_of
from tunespec.discover_answers import is_probe
from tunespec.errors import CannotJudgeError
from tunespec.inference.recorded import is_recording, read_recorded
from tunespec.inference.recording import open_recording, write_recording
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile

SYSTEM = {"role": "system", "content": "The code name is Marigold."}
ASKED = answered(
    "What is the code name?",
    "It is Heron.",
    before=(SYSTEM,),
    expected={"must": ("Marigold",), "any": (), "must_not": (), "context": ("Marigold",), "secret": ()},
)
RUNAWAY = answered("Count.", "1, 2, 3", reason="length", runaway=True, own=False, case="long")


def written(folder, *answers):
    path = folder / "out" / "answers.jsonl"
    write_recording(path, answers, LIVE)
    return path


def read(path):
    file = DataFile(path, path.name, None, "jsonl")
    return read_recorded((file,), Shapes({}, {}))[0]


def kept(one):
    expected = {key: texts for key, texts in one.expected.items() if texts}
    return one.id, one.messages, one.reply.text, one.reply.reason, one.case, one.runaway, one.own, expected


def test_what_was_written_is_read_again(tmp_path):
    answers = read(written(tmp_path, ASKED, RUNAWAY))
    assert [kept(one) for one in answers] == [kept(ASKED), kept(RUNAWAY)]


@given(question=st.text(min_size=1), text=st.text())
def test_any_text_survives(tmp_path_factory, question, text):
    one = answered(question, text)
    assert [kept(again) for again in read(written(tmp_path_factory.mktemp("any"), one))] == [kept(one)]


def test_a_recording_is_known_by_its_content_and_is_no_probe_file(tmp_path):
    records = [orjson.loads(line) for line in written(tmp_path, ASKED, RUNAWAY).read_bytes().splitlines()]
    assert all(is_recording(record) and not is_probe(record) for record in records)


def test_a_recording_is_judged_by_what_its_probes_expected(tmp_path):
    source = source_of(tmp_path, read(written(tmp_path, ASKED)), served=None)
    assert found(source, "ignored_fact") == {
        "ignored_fact": [(0, "`one` does not hold `Marigold`, though the system message says it")]
    }


def test_a_file_that_cannot_be_written_is_told_before_the_model_is_asked(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CannotJudgeError, match=r"--record .*answers.jsonl: "):
        open_recording(tmp_path / "file" / "answers.jsonl")
