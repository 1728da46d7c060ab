"""Records that are JSON, but of another shape, with other keys, or without text."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from benchmarks.accuracy.defects import CHATS, EMPTY, Spoil, pair_of, role_key, turns_of
from benchmarks.accuracy.samples import Record


def variants(shape: str) -> Mapping[str, Mapping[str, Spoil]]:
    """Kind -> variant -> how a record becomes defective."""
    found: dict[str, Mapping[str, Spoil]] = {
        "record_shape": _WRONG | (_WRONG_CHAT if shape in CHATS else {}) | (_WRONG_PAIR if pair_of(shape) else {}),
        "key_set": _KEYS | ({"lacks a key": _lacks("source")} if shape == "question/answer" else {}),
    }
    if shape == "text":
        found |= {"template_header": _HEADERS, "empty_prompt": _TEXT_PROMPT, "empty_answer": _TEXT_ANSWER}
    if pair := pair_of(shape):
        found |= {"empty_prompt": _emptied(pair[0]), "empty_answer": _emptied(pair[1])}
    if shape in CHATS:
        found |= {"empty_prompt": _emptied_turn("user"), "empty_answer": _emptied_turn("assistant")}
    if shape == "preference":
        found |= {"empty_prompt": {f"{_name(e)} prompt": _empty_preference(0, e) for e in EMPTY}}
        found |= {"empty_answer": {f"{_name(e)} answer": _empty_preference(1, e) for e in EMPTY}}
    return found


def _name(empty: Any) -> str:
    return "null" if empty is None else "no" if not empty else "blank"


def _other_record(record: Record, **other: Any) -> Record:
    """A record of another shape with the same words; ``other`` holds its keys, ``...`` stands for a text."""
    texts = [str(value) for value in record.values()]
    return {key: texts[0] if value is ... else value for key, value in other.items()}


def _unknown(_: random.Random, record: Record) -> Record:
    return _other_record(record, headline=..., tweet="short")


def _another(_: random.Random, record: Record) -> Record:
    return _other_record(record, query=..., response="Certainly, here it is.")


def _renamed(_: random.Random, record: Record) -> Record:
    return {f"{key}_": value for key, value in record.items()}


def _nested(_: random.Random, record: Record) -> Record:
    return {"data": record}


_WRONG: dict[str, Spoil] = {
    "unknown keys": _unknown, "another shape": _another, "renamed keys": _renamed, "nested record": _nested,
    "empty object": lambda _, __: {},
}  # fmt: skip


def _with_turns(turns: Any) -> Spoil:
    def spoil(_: random.Random, record: Record) -> Record:
        key = "messages" if "messages" in record else "conversations"
        return {**record, key: turns(record[key]) if callable(turns) else turns}

    return spoil


def _typed(value: Any) -> Spoil:
    def spoil(_: random.Random, record: Record) -> Record:
        turns_of(record)[-1][role_key(record)[1]] = value
        return record

    return spoil


def _without_role(_: random.Random, record: Record) -> Record:
    del turns_of(record)[-1][role_key(record)[0]]
    return record


_WRONG_CHAT: dict[str, Spoil] = {
    "messages are text": _with_turns("user: hi, assistant: hello"),
    "no messages": _with_turns([]),
    "messages are null": _with_turns(None),
    "messages are strings": _with_turns(lambda turns: [str(turn) for turn in turns]),
    "messages in a list": _with_turns(lambda turns: [turns]),
    "content is a number": _typed(42),
    "content is an object": _typed({"answer": "yes"}),
    "no role": _without_role,
}


def _number(rng: random.Random, record: Record) -> Record:
    return {**record, rng.choice(list(record)[:2]): 3.5} if "input" not in record else {**record, "output": 3.5}


def _object(_: random.Random, record: Record) -> Record:
    return {**record, next(iter(record)): {"text": "hello"}}


_WRONG_PAIR: dict[str, Spoil] = {"a number for text": _number, "an object for text": _object}


def _adds(key: str, value: Any) -> Spoil:
    return lambda _, record: {**record, key: value}


def _lacks(key: str) -> Spoil:
    return lambda _, record: {k: v for k, v in record.items() if k != key}


_KEYS: dict[str, Spoil] = {
    "adds a key": _adds("difficulty", "hard"),
    "adds null": _adds("reviewed_by", None),
    "adds a list": _adds("tags", ["a"]),
}


def _emptied(key: str) -> dict[str, Spoil]:
    def spoil(empty: Any) -> Spoil:
        return lambda _, record: {**record, key: empty} | ({"input": ""} if key == "instruction" else {})

    return {f"{_name(empty)} {key} ({empty!r})": spoil(empty) for empty in EMPTY}


def _emptied_turn(role: str) -> dict[str, Spoil]:
    def emptied(empty: Any) -> Spoil:
        def spoil(_: random.Random, record: Record) -> Record:
            named, text = role_key(record)
            names = {"user", "human"} if role == "user" else {"assistant", "gpt"}
            [turn for turn in turns_of(record) if turn[named] in names][-1][text] = empty
            return record

        return spoil

    found = {f"{_name(empty)} text ({empty!r})": emptied(empty) for empty in EMPTY}
    return found | {"no parts": emptied([]), "an empty part": emptied([{"type": "text", "text": ""}])}


def _empty_preference(turn: int, empty: Any) -> Spoil:
    def spoil(rng: random.Random, record: Record) -> Record:
        sides = ("chosen", "rejected") if turn == 0 else (rng.choice(("chosen", "rejected")),)
        for side in sides:
            record[side][turn]["content"] = empty
        return record

    return spoil


def _rewritten(*changes: tuple[str, str]) -> Spoil:
    def spoil(_: random.Random, record: Record) -> Record:
        text = record["text"]
        for old, new in changes:
            text = text.replace(old, new)
        return {"text": text}

    return spoil


def _without(side: int) -> Spoil:
    def spoil(_: random.Random, record: Record) -> Record:
        halves = record["text"].split("### Answer:\n")
        kept = ("### Question:\n", halves[1]) if side == 0 else (halves[0], "")
        return {"text": "### Answer:\n".join(kept)}

    return spoil


_HEADERS: dict[str, Spoil] = {
    "no question header": _rewritten(("### Question:\n", "")),
    "no answer header": _rewritten(("### Answer:\n", "")),
    "answer header twice": _rewritten(("### Answer:\n", "### Answer:\n### Answer:\n")),
    "question header twice": _rewritten(("### Answer:", "### Question:\nAnything else?\n\n### Answer:")),
    "headers exchanged": _rewritten(("Question:", "@"), ("Answer:", "Question:"), ("@", "Answer:")),
    "another level": _rewritten(("### Answer:", "## Answer:")),
    "misspelt": _rewritten(("### Answer:", "### Anwser:")),
    "another word": _rewritten(("### Answer:", "### Response:")),
    "lower case": _rewritten(("### Answer:", "### answer:")),
    "no colon": _rewritten(("### Answer:", "### Answer")),
    "bold instead": _rewritten(("### Answer:", "**Answer:**")),
    "no blank": _rewritten(("### Question:", "###Question:")),
}
_TEXT_PROMPT: dict[str, Spoil] = {"no text between the headers": _without(0)}
_TEXT_ANSWER: dict[str, Spoil] = {
    "no text after the last header": _without(1),
    "empty text": lambda _, __: {"text": ""},
    "blank text": lambda _, __: {"text": " \n"},
}
