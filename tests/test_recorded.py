"""The shapes in which servers' answers are written down, read as answers."""

from __future__ import annotations

import orjson
import pytest

from tests.answer_sources import answered, reasons, source_of
from tests.conftest import write_jsonl
from tunespec.config import find
from tunespec.errors import CannotJudgeError
from tunespec.inference.answered import Call
from tunespec.inference.recorded import read_recorded
from tunespec.inference.source import AnswerSource
from tunespec.inference.tables import build
from tunespec.progress import Progress
from tunespec.recognise import recognise
from tunespec.report.subject_lines import subject_lines
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile, Recording

OLLAMA = {"model": "tuned", "created_at": "2026-11-02T09:01:00Z"}
LAST = {"done": True, "done_reason": "length", "eval_count": 3, "prompt_eval_count": 9}
CALL = {"function": {"name": "weather", "arguments": {}}}
ASKED = {"messages": [{"role": "user", "content": "Which city?"}]}


def said(text, **more):
    return {**OLLAMA, "message": {"role": "assistant", "content": text}, "done": False, **more}


def generated(text, **more):
    return {**OLLAMA, "response": text, "done": False, **more}


def completion(*contents, **more):
    choices = [
        {"index": at, "message": {"role": "assistant", "content": text, **more}, "finish_reason": "stop"}
        for at, text in enumerate(contents)
    ]
    return {"id": "cmpl-1", "object": "chat.completion", "choices": choices, "usage": {"completion_tokens": 4}}


def recorded(folder, *records):
    path = write_jsonl(folder / "outputs.jsonl", records)
    return read_recorded((DataFile(path, path.name, None, "jsonl"),), Shapes())


def told(answers):
    return [(one.reply.text, one.reply.ended, one.reply.tokens, one.place.line) for one in answers]


@pytest.mark.parametrize("piece", [said, generated], ids=["chat", "generate"])
def test_the_pieces_of_a_stream_are_one_answer(tmp_path, piece):
    streams = [piece("It is"), piece(" Rome."), piece("", **LAST), piece("Pa"), piece("ris.", **LAST)]
    found = recorded(tmp_path, *streams)
    assert told(found.answered) == [("It is Rome.", "length", 3, 1), ("Paris.", "length", 3, 4)]
    assert [one.reply.prompt_tokens for one in found.answered] == [9, 9]
    assert found.unread == []
    assert recognise(tmp_path / "outputs.jsonl", Shapes()).kind == "outputs"


@pytest.mark.parametrize("piece", [said, generated], ids=["chat", "generate"])
def test_a_stream_that_was_cut_off_is_broken(tmp_path, piece):
    assert told(recorded(tmp_path, piece("It is"), piece(" Ro")).answered) == [("It is Ro", "broken", None, 1)]
    other = piece("Oslo.", **LAST, model="other")
    assert told(recorded(tmp_path, piece("It is"), other).answered) == [
        ("It is", "broken", None, 1),
        ("Oslo.", "length", 3, 2),
    ]


def test_a_stream_keeps_its_calls_and_its_request(tmp_path):
    calling = {**said(""), "message": {"role": "assistant", "content": "", "tool_calls": [CALL]}}
    (one,) = recorded(tmp_path, said("", request=ASKED), calling, said("", **LAST)).answered
    assert (one.reply.text, one.reply.calls, one.question) == ("", (Call("weather", {}),), "Which city?")


def test_a_torn_line_does_not_end_a_stream(tmp_path):
    lines = [
        orjson.dumps(said("It is")),
        b'{"model": "tu',
        orjson.dumps(said(" Rome.")),
        orjson.dumps(said("", **LAST)),
    ]
    path = tmp_path / "outputs.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    found = read_recorded((DataFile(path, path.name, None, "jsonl"),), Shapes())
    assert told(found.answered) == [("It is Rome.", "length", 3, 1)]
    assert [unread.place.line for unread in found.unread] == [2]


@pytest.mark.parametrize("whole", [said("Rome.", **LAST), generated("Rome.", **LAST)], ids=["chat", "generate"])
def test_a_body_without_its_prompt(tmp_path, whole):
    (one,) = recorded(tmp_path, whole).answered
    assert (one.reply.text, one.reply.ended, one.question) == ("Rome.", "length", "")


def test_a_generated_body_beside_its_prompt(tmp_path):
    flat = generated("Rome.", **LAST, prompt="Which city?", system="Be brief.")
    wrapped = {"request": {"prompt": "Which city?"}, "response": generated("Rome.", **LAST)}
    first, second = recorded(tmp_path, flat, wrapped).answered
    assert [one.question for one in (first, second)] == ["Which city?"] * 2
    assert first.messages[0] == {"role": "system", "content": "Be brief."}
    assert second.reply.ended == "length"


def test_each_choice_is_an_answer(tmp_path):
    found = recorded(tmp_path, {**completion("Rome.", "Oslo."), "request": ASKED}).answered
    assert [(one.id, one.reply.text, one.question) for one in found] == [
        ("cmpl-1", "Rome.", "Which city?"),
        ("cmpl-1 choice 2", "Oslo.", "Which city?"),
    ]
    assert len({one.place.key for one in found}) == 2


def test_the_choices_of_a_question_with_letters_are_no_answers(tmp_path):
    choices = [{"label": "A", "text": "Rome"}, {"label": "B", "text": "Oslo"}]
    (one,) = recorded(tmp_path, {"question": "Which?", "choices": choices, "prediction": "B"}).answered
    assert one.reply.text == "B"


def test_the_output_of_a_batch(tmp_path):
    body = {"status_code": 200, "request_id": "r", "body": completion("Rome.")}
    failed = {"status_code": 400, "body": {"error": {"message": "too long"}}}
    lines = [
        {"id": "batch_req_1", "custom_id": "city", "response": body, "error": None},
        {"id": "batch_req_2", "custom_id": "long", "response": failed, "error": None},
        {"id": "batch_req_3", "custom_id": "late", "response": None, "error": {"code": "e", "message": "expired"}},
    ]
    found = recorded(tmp_path, *lines)
    assert [(one.id, one.reply.text, one.reply.tokens) for one in found.answered] == [("city", "Rome.", 4)]
    assert [unread.why for unread in found.unread] == [
        "holds no answer, but the error `too long`",
        "holds no answer, but the error `expired`",
    ]
    assert recognise(tmp_path / "outputs.jsonl", Shapes()).kind == "outputs"


@pytest.mark.parametrize("content", [None, ""])
@pytest.mark.parametrize("request_", [{}, {"request": ASKED}, {"prompt": "Which city?"}], ids=["bare", "chat", "text"])
def test_a_call_needs_no_words(tmp_path, content, request_):
    ollama = {**said("", **LAST), "message": {"role": "assistant", "content": content, "tool_calls": [CALL]}}
    found = recorded(tmp_path, {**completion(content, tool_calls=[CALL]), **request_}, {**ollama, **request_})
    assert [(one.reply.text, one.reply.calls) for one in found.answered] == [("", (Call("weather", {}),))] * 2


@pytest.mark.parametrize("reason", ["load", "unload"])
@pytest.mark.parametrize("piece", [said, generated], ids=["chat", "generate"])
def test_a_line_that_only_loads_the_model_is_no_answer(tmp_path, piece, reason):
    loads = piece("", done=True, done_reason=reason)
    found = recorded(tmp_path, loads, piece("Rome.", **LAST))
    assert ([one.reply.text for one in found.answered], found.unread) == (["Rome."], [])
    with pytest.raises(CannotJudgeError, match="its lines only load or unload the model"):
        recorded(tmp_path, loads)


def test_lines_that_are_no_answer_are_found(tmp_path):
    path = tmp_path / "outputs.jsonl"
    path.write_bytes(b'{"torn": \n' + orjson.dumps(said("Rome.", **LAST)) + b'\n{"note": "by hand", "by": "me"}\n')
    (tmp_path / "tunespec.toml").touch()
    file = DataFile(path, path.name, None, "jsonl")
    source = AnswerSource(Recording(path.name, (file,)), find(tmp_path), Progress())
    table, described = build(["unreadable"], source)
    assert [(place.line, place.path) for place in table.places] == [(2, path.name), (1, path.name), (3, path.name)]
    marks = table.column("unreadable")
    assert list(marks) == [1, 2]
    assert marks[1].startswith("not valid JSON: ")
    assert marks[2] == "holds no prompt and answer: its columns are note, by"
    assert (table.examined["unreadable"], described["files"][0]["unread"]) == (3, 2)
    head = subject_lines({"subjects": [described], "passed_over": []})
    assert head == "outputs outputs.jsonl: 1 answer, 2 lines unreadable"
    assert len({place.key for place in table.places}) == 3


def test_the_answers_of_a_server_are_in_no_line(tmp_path):
    assert reasons(source_of(tmp_path, [answered("Which city?", "Rome.")]), "unreadable") == {
        "unreadable": "the answers are the server's own, not read from a file"
    }
