"""Advice on records of no known shape: what is proposed works, and where nothing would, it is said what they are."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from tests.conftest import write_jsonl
from tunespec.errors import CannotJudgeError
from tunespec.recognise import recognise
from tunespec.shapes import Shapes

PAIRS = [{"prompt": f"What is {name}?", "completion": f"It is a kind of {name}."} for name in ("tea", "rice", "salt")]
TALK = [{"role": "user", "content": "What is tea?"}, {"role": "assistant", "content": "A drink."}]
GEMINI = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}, {"role": "model", "parts": [{"text": "Hello"}]}]}


def why(path):
    return recognise(path, Shapes()).why


def why_json(folder, document):
    (folder / "a.json").write_text(json.dumps(document), encoding="utf-8")
    return why(folder / "a.json")


def test_one_object_around_the_records(tmp_path):
    assert why_json(tmp_path, {"data": PAIRS}) == (
        "one object that holds 3 objects under `data`: if these are your records, write that list as the file"
    )


def test_one_object_around_the_splits(tmp_path):
    assert why_json(tmp_path, {"version": 1, "train": PAIRS, "test": PAIRS[:1]}) == (
        "one object that holds 3 objects under `train` and 1 under `test`: "
        "if these are your records, write each list as a file of its own"
    )


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"messy": "a", "clean": "b"}, {"prompt": "messy", "answer": "clean"}),
        ({"n": 1, "messy": "a", "rows": [1], "clean": "b"}, {"prompt": "messy", "answer": "clean"}),
        ({"question_text": "2 + 2?", "sum": 4}, {"prompt": "question_text", "answer": "sum"}),
        ({"messy": {"city": " Bonn"}, "clean": {"city": "Bonn"}}, {"prompt": "messy", "answer": "clean"}),
        ({"id": 7, "dialog": TALK}, {"messages": "dialog"}),
        ({"story": "Once upon a time.", "tags": ["tale"]}, {"text": "story"}),
    ],
)
def test_a_mapping_that_is_proposed_works(tmp_path, record, told):
    path = write_jsonl(tmp_path / "a.jsonl", [record, record])
    advice = re.search(r"columns = \{.*\}", why(path))
    assert advice is not None
    columns = tomllib.loads(advice.group())["columns"]
    assert columns == told
    conversation = Shapes(columns).convert(record)
    assert conversation is not None
    assert conversation.turns
    assert not conversation.defect


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (GEMINI, "none of them holds text, or messages that can be read (contents[0] has no content)"),
        ({"tokens": [1, 2], "labels": [1, 2]}, "none of them holds text"),
    ],
)
def test_where_no_mapping_helps_none_is_proposed(tmp_path, record, words):
    said = why(write_jsonl(tmp_path / "a.jsonl", [record, record]))
    assert words in said
    assert "columns =" not in said


def test_a_table_without_a_header(tmp_path):
    rows = '"Where does the owl live in winter?","It lives in the forest."\n"What does a fox eat?","Mice."\n'
    (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
    said = why(tmp_path / "a.csv")
    assert said.startswith(
        "its first line is taken for the names of its columns (Where does the owl live in winter?, It"
    )
    assert "if it is a record, write a header above it, such as prompt,completion; else " in said


@pytest.mark.parametrize("columns", ['{prompt = "data", answer = "data"}', '{text = "data", system = "data"}'])
def test_one_column_for_two_things_is_refused(judge, tmp_path, columns):
    write_jsonl(tmp_path / "a.jsonl", [{"data": "a"}])
    (tmp_path / "tunespec.toml").write_text(f"columns = {columns}\n", encoding="utf-8")
    with pytest.raises(CannotJudgeError, match=r"columns: '(prompt|text)' and '(answer|system)' are both 'data'"):
        judge(tmp_path)
