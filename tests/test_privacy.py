"""No text of a record leaves the run."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat, tool_record, write_jsonl

PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]


SECRET = "xyzzy-plugh"
NUMBER = {"type": "object", "properties": {"x": {"type": "number"}}}


@pytest.mark.parametrize(
    "record",
    [
        tool_record({"x": SECRET}, NUMBER),
        tool_record([SECRET], NUMBER),
        tool_record(SECRET, NUMBER),
        {"conversations": [{"from": "human", "value": SECRET}, {"from": "function_call", "value": SECRET}]},
        {"messages": [{"role": "user", "content": SECRET}, {"role": "user", "content": SECRET}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": SECRET}]}]},
        {"prompt": SECRET, "completion": {"text": SECRET}},
        {"prompt": SECRET, "chosen": SECRET, "rejected": SECRET},
    ],
)
def test_no_text_of_a_record_reaches_report_or_cache(judge, tmp_path, record):
    write_jsonl(tmp_path / "a.jsonl", [record, *PAIR])
    _, report = judge(tmp_path)
    assert report["findings"]
    assert SECRET not in json.dumps(report)
    for path in (tmp_path / ".tunespec_cache").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


def test_what_is_kept_of_training_data_to_judge_answers_holds_no_text(judge, tmp_path):
    data = [chat(f"What is {SECRET} {n}?", f"A {SECRET} of {n}. It is known as {SECRET}.") for n in range(30)]
    write_jsonl(tmp_path / "data.jsonl", data)
    said = [f"It is <|{SECRET}|>.", f"It is a {SECRET}. " * 90, f"It is odd. It is not so odd as the {SECRET} that is,"]
    request = {"messages": [{"role": "user", "content": SECRET}]}
    outputs = [{"created_at": "today", "request": request, "message": {"content": text}} for text in said]
    write_jsonl(tmp_path / "outputs.jsonl", [{**one, "done_reason": "stop"} for one in outputs])
    _, report = judge(tmp_path)
    assert {"cut_off", "longer_than_trained"} <= {finding["kind"] for finding in report["findings"]}
    kept = [path for path in (tmp_path / ".tunespec_cache").rglob("*") if path.is_file()]
    assert any(path.name == "taught.json" for path in kept)
    assert all(SECRET.encode() not in path.read_bytes() for path in kept)
