"""Records that are longer than the trainer keeps."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat
from tests.facts_of import facts_of, source_of
from tunespec.errors import CannotJudgeError
from tunespec.facts.truncation import truncation_fact
from tunespec.tokenizer_file import read_tokenizer

pytest.importorskip("tokenizers")
SETTINGS = '[pitfalls.missing-end-marker]\ntokenizer = "tokenizer.json"\nmax_length = 10\n'


def tokenizer(folder, added=()):
    """Writes a tokenizer that makes one token of each word."""
    tokens = [{"id": i, "content": t, "special": True} for i, t in enumerate(added, start=1)]
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    document = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{**flags, **token} for token in tokens],
        "normalizer": None,
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {"[UNK]": 0}, "unk_token": "[UNK]"},
    }
    (folder / "tokenizer.json").write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(
    ("prompt", "answer", "says"),
    [
        ("one two three", "four five six seven", None),
        ("one two three four five", "six seven eight nine ten", None),  # exactly what fits
        ("one two three four five", "six seven eight nine ten eleven", "its end is cut away"),
        ("1 2 3 4 5 6 7 8 9 10", "eleven", "all of its answer is cut away"),
    ],
)
def test_tokens_are_counted(tmp_path, prompt, answer, says):
    tokenizer(tmp_path)
    facts = facts_of(source_of(tmp_path, [chat(prompt, answer)], SETTINGS), "truncation")
    marks = list(facts["truncated_end"].marks.values())
    assert [(mark.value, mark.limit) for mark in marks] == ([(11, 10)] if says else [])
    assert all(says in mark.text for mark in marks)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("four five six seven eight nine ten", ""),  # as many words as fit: how many tokens they are is not known
        (
            "4 5 6 7 8 9 10 11",
            "has at least 11 tokens (one a word), and 10 fit (`cutoff_len: 10`): its end is cut away",
        ),
        ("alongwordthatmanytokensmakeup" * 9, ""),
    ],
)
def test_without_a_tokenizer_a_word_is_a_token_at_least(tmp_path, answer, text):
    source = source_of(tmp_path, [chat("one two three", answer), chat("Hi?", "Hello.")])
    fact = truncation_fact(source.records, source.passages, None, 10, " (`cutoff_len: 10`)")
    assert [mark.text for mark in fact.marks.values()] == (
        [f"{text} (1 records are too long, 0% of them lose their whole answer)"] if text else []
    )
    why = "no tokenizer.json is at hand to count the tokens: 10 fit (`cutoff_len: 10`)"
    assert fact.reason == (None if text else why)


def test_a_losing_answer_is_a_text_of_its_own(tmp_path):
    tokenizer(tmp_path)
    record = {"prompt": "one two three four", "chosen": "five six seven", "rejected": "eight nine ten eleven"}
    facts = facts_of(source_of(tmp_path, [record], SETTINGS), "truncation")
    assert facts["truncated_end"].marks == {}


def test_without_a_limit_nothing_is_counted(tmp_path):
    facts = facts_of(source_of(tmp_path, [chat("Hi?", "Hello.")]), "truncation")
    assert facts["truncated_end"].reason == 'no length limit given (tokenizer = "tokenizer.json", max_length = 2048)'


def test_a_tokenizer_that_is_not_there_or_broken_is_an_error(tmp_path):
    with pytest.raises(CannotJudgeError, match="no such file"):
        facts_of(source_of(tmp_path, [chat("Hi?", "Hello.")], SETTINGS), "truncation")
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CannotJudgeError, match="not a tokenizer"):
        facts_of(source_of(tmp_path, [chat("Hi?", "Hello.")], SETTINGS), "truncation")


def test_a_tokenizer_is_read_again_only_when_its_file_changes(tmp_path):
    tokenizer(tmp_path)
    first = read_tokenizer(tmp_path / "tokenizer.json")
    assert read_tokenizer(tmp_path / "tokenizer.json") is first
    tokenizer(tmp_path, added=["<|end|>"])
    assert read_tokenizer(tmp_path / "tokenizer.json").token_to_id("<|end|>") == 1


def test_the_tokenizers_own_tokens_are_special(tmp_path):
    tokenizer(tmp_path, added=("<<turn>>",))
    source = source_of(tmp_path, [chat("Hi?", "Hello there, and come in.<<turn>>")], SETTINGS)
    assert sorted(facts_of(source, "special_tokens")["special_token"].marks) == [0]
