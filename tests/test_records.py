"""Odd records become findings, never crashes."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat, write_jsonl

PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]


ODD = [
    {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "tool_calls": True}]},
    {"messages": [{"role": "user", "content": [{"type": ["x"], "text": "a"}]}, {"role": "assistant", "content": "b"}]},
    {"messages": [{"role": "user", "content": "a"}, {"role": "tool", "content": "b", "tool_call_id": [1]}]},
    {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "tool_calls": "[1]"}]},
    {"instruction": "a", "output": "b", "history": 5},
    {"prompt": "a", "completion": "b", "big": 10**30},
    {"prompt": "a \ud800", "completion": "b"},
]


@pytest.mark.parametrize("record", ODD)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_odd_records_are_findings_and_no_crash(judge, tmp_path, record, name):
    good = {key: "x y z" if isinstance(value, str) else value for key, value in PAIR[0].items()}
    records = [good, record]
    text = json.dumps(records) if name == "a.json" else "\n".join(map(json.dumps, records))
    (tmp_path / name).write_text(text, encoding="utf-8")
    code, report = judge(tmp_path, paths=[name])
    assert code == 1
    assert report["summary"]["rows"] == 2


def test_deep_nesting_is_survived(judge, tmp_path):
    deep = "[" * 400 + "]" * 400
    (tmp_path / "a.jsonl").write_text(f'{json.dumps(PAIR[0])}\n{{"prompt": "a", "x": {deep}}}\n', encoding="utf-8")
    assert judge(tmp_path)[0] == 1


def test_a_tag_that_is_spoken_about_is_no_habit(judge, tmp_path):
    answers = ["Put <think> first.", "The tag is <think>, closed later.", "Write <think> and the thoughts."]
    write_jsonl(tmp_path / "a.jsonl", [chat(f"How to think, {n}?", answer) for n, answer in enumerate(answers)])
    assert judge(tmp_path)[1]["findings"] == []
