"""Leakage beyond single records: conversations that begin alike, and what must not count."""

from __future__ import annotations

import pytest

from tests.conftest import chat, write_jsonl
from tunespec import CannotJudgeError


def talk(*texts):
    roles = ["user", "assistant"] * (len(texts) // 2)
    return {"messages": [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]}


LONG = talk("How deep is Lake Baikal?", "It is 1,642 metres deep.", "And how old?", "About 25 million years.")
SHORT = chat("How deep is Lake Baikal?", "It is 1,642 metres deep.")
OTHER = chat("Who painted the Night Watch?", "Rembrandt van Rijn.")


def leaks(judge, tmp_path, train, validation):
    write_jsonl(tmp_path / "train.jsonl", train)
    write_jsonl(tmp_path / "validation.jsonl", validation)
    _, report = judge(tmp_path)
    return [(f["kind"], f["line"], f["related"][0]["line"]) for f in report["findings"] if f["code"] == "D004"]


@pytest.mark.parametrize(("train", "validation"), [(LONG, SHORT), (SHORT, LONG)])
def test_a_conversation_that_begins_another_is_a_leak(judge, tmp_path, train, validation):
    assert leaks(judge, tmp_path, [OTHER, train], [validation]) == [("leaked_prompt", 1, 2)]


def test_a_greeting_begins_many_conversations(judge, tmp_path):
    train = talk("Hi!", "Hello, how can I help?", "What is a fjord?", "A narrow inlet of the sea.")
    validation = talk("Hi!", "Hello, how can I help?", "Who wrote Emma?", "Jane Austen.")
    assert leaks(judge, tmp_path, [train], [validation]) == []


def test_one_opening_with_another_answer_is_no_leak(judge, tmp_path):
    other_way = talk("How deep is Lake Baikal?", "Shall I use metres?", "Yes.", "It is 1,642 metres deep.")
    assert [kind for kind, *_ in leaks(judge, tmp_path, [other_way], [SHORT])] == ["near_leaked_record"]


def test_case_hyphens_and_final_marks_do_not_hide_a_leak(judge, tmp_path):
    train = chat("Who won the latest super-bowl?", "The Eagles.")
    validation = chat("who won the latest Super Bowl", "the Eagles!")
    assert leaks(judge, tmp_path, [OTHER, train], [validation]) == [("leaked_record", 1, 2)]


def test_another_sign_is_another_question(judge, tmp_path):
    train, validation = chat("What is 3 + 5?", "8"), chat("What is 3 - 5?", "-2")
    assert leaks(judge, tmp_path, [train], [validation]) == []


def test_contradicting_labels_are_no_near_duplicates(judge, tmp_path):
    rated = {"prompt": "Describe the taste of a ripe quince.", "completion": "It is tart, floral and astringent raw."}
    write_jsonl(tmp_path / "data.jsonl", [rated | {"label": True}, rated | {"label": False}])
    _, report = judge(tmp_path)
    assert report["findings"] == []


PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]


@pytest.mark.parametrize("benchmark", [[], [{"question": "Which?", "choices": ["a"], "answer": 0}], [{"text": "x"}]])
def test_a_benchmark_without_prompts_is_no_pass(judge, tmp_path, benchmark):
    write_jsonl(tmp_path / "a.jsonl", PAIR)
    write_jsonl(tmp_path / "bench/b.jsonl", benchmark)
    settings = 'data = ["a.jsonl"]\n[pitfalls.split-leakage]\nagainst = ["bench/b.jsonl"]\n'
    (tmp_path / "tunespec.toml").write_text(settings, encoding="utf-8")
    with pytest.raises(CannotJudgeError, match=r"bench/b.jsonl: no record with a prompt"):
        judge(tmp_path)
