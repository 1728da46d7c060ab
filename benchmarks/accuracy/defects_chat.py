"""Conversations out of order: roles, tool calls, think blocks, system prompts, preferences."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from benchmarks.accuracy.defects import CHATS, Spoil, role_key, turns_of
from benchmarks.accuracy.defects_tools import CALLS
from benchmarks.accuracy.samples import Record


def variants(shape: str) -> Mapping[str, Mapping[str, Spoil]]:
    """Kind -> variant -> how a record becomes defective."""
    found: dict[str, Mapping[str, Spoil]] = {}
    if shape in CHATS:
        found = {"unknown_role": _ROLES, "role_order": _ORDER if shape != "tools" else _ORDER | _TOOL_ORDER}
        found["system_only_in_some"] = _NO_SYSTEM if shape in {"messages", "think"} else _SYSTEM
    if shape == "tools":
        found["tool_call"] = CALLS
    if shape in {"messages", "multi-turn", "sharegpt", "prompt/completion", "alpaca"}:
        found["think_only_in_some"] = _THINKS
    if shape == "think":
        found |= {"think_block": _BLOCKS, "think_only_in_some": {"no block": _without_block}}
    if shape == "preference":
        found["preference"] = _PREFERENCES
    return found


def _renamed(name: str) -> Spoil:
    def spoil(rng: random.Random, record: Record) -> Record:
        key = role_key(record)[0]
        rng.choice([turn for turn in turns_of(record) if turn[key] not in {"system", "tool"}])[key] = name
        return record

    return spoil


_UNKNOWN_ROLES = ("usr", "asistant", "bott", "teacher", "narrator", "", "AI", "customer", "humn", "User:", "moderator")
_ROLES: dict[str, Spoil] = {f"`{name}`": _renamed(name) for name in _UNKNOWN_ROLES}


def _reordered(change: Callable[[list[Record]], list[Record]]) -> Spoil:
    """The change sees the turns after the system prompt."""

    def spoil(_: random.Random, record: Record) -> Record:
        turns, key = turns_of(record), role_key(record)[0]
        start = int(turns[0][key] == "system")
        turns[start:] = change(turns[start:])
        return record

    return spoil


def _system_at(place: int) -> Spoil:
    def spoil(_: random.Random, record: Record) -> Record:
        named, text = role_key(record)
        turns_of(record).insert(place, {named: "system", text: "Be brief from now on."})
        return record

    return spoil


def _two_systems(_: random.Random, record: Record) -> Record:
    named, text = role_key(record)
    turns = turns_of(record)
    rest = turns[1:] if turns[0][named] == "system" else turns
    turns[:] = [{named: "system", text: "Be kind."}, {named: "system", text: "Be brief."}, *rest]
    return record


_ORDER: dict[str, Spoil] = {
    "two users in a row": _reordered(lambda turns: [turns[0], *turns]),
    "ends with the user": _reordered(lambda turns: [*turns, turns[0]]),
    "user alone": _reordered(lambda turns: turns[:1]),
    "assistant first": _reordered(lambda turns: turns[1:] if len(turns) > 2 else turns[::-1]),
    "assistant alone": _reordered(lambda turns: turns[-1:]),
    "two answers in a row": _reordered(lambda turns: [*turns, turns[-1]]),
    "backwards": _reordered(lambda turns: turns[::-1]),
    "system last": _system_at(99),
    "system before the answer": _system_at(-1),
    "two system prompts": _two_systems,
}
_TOOL_ORDER: dict[str, Spoil] = {"ends with a tool result": _reordered(lambda turns: turns[:-1])}


def _answers(record: Record, change: Callable[[str], str]) -> Record:
    if "completion" in record or "output" in record:
        key = "completion" if "completion" in record else "output"
        return {**record, key: change(record[key])}
    named, text = role_key(record)
    for turn in turns_of(record):
        if turn[named] in {"assistant", "gpt"}:
            turn[text] = change(turn[text])
    return record


def _changed_answer(change: Callable[[str], str]) -> Spoil:
    return lambda _, record: _answers(record, change)


def _without_block(_: random.Random, record: Record) -> Record:
    return _answers(record, lambda text: text.partition("</think>")[2].strip())


_THINKS: dict[str, Spoil] = {
    "a block": _changed_answer(lambda text: f"<think>\nFirst things first.\n</think>\n\n{text}"),
    "an empty block": _changed_answer(lambda text: f"<think></think>{text}"),
    "a block after blanks": _changed_answer(lambda text: f"\n  <think>hm</think> {text}"),
}
_BLOCKS: dict[str, Spoil] = {
    "never closed": _changed_answer(lambda text: text.replace("</think>", "")),
    "misspelt end": _changed_answer(lambda text: text.replace("</think>", "</thnk>")),
    "opened again": _changed_answer(lambda text: text.replace("</think>", "<think>")),
    "nothing after it": _changed_answer(lambda text: text.partition("</think>")[0] + "</think>"),
    "blanks after it": _changed_answer(lambda text: text.partition("</think>")[0] + "</think>\n\n  "),
    "cut in the block": _changed_answer(lambda text: text.partition("</think>")[0][:-4]),
}


def _system_added(_: random.Random, record: Record) -> Record:
    named, text = role_key(record)
    turns_of(record).insert(0, {named: "system", text: "You are a pirate."})
    return record


def _system_removed(_: random.Random, record: Record) -> Record:
    del turns_of(record)[0]
    return record


def _system_blank(_: random.Random, record: Record) -> Record:
    turns_of(record)[0]["content"] = " "
    return record


_SYSTEM: dict[str, Spoil] = {
    "a system prompt": _system_added,
    "as a key": lambda _, r: {**r, "system": "Be a pirate."},
}
_NO_SYSTEM: dict[str, Spoil] = {"no system prompt": _system_removed, "a blank one": _system_blank}


def _same_sides(change: Callable[[str], str]) -> Spoil:
    def spoil(_: random.Random, record: Record) -> Record:
        record["rejected"][-1]["content"] = change(record["chosen"][-1]["content"])
        return record

    return spoil


def _other_prompt(_: random.Random, record: Record) -> Record:
    record["rejected"][0]["content"] = "Something else entirely?"
    return record


def _same_prompts_only(_: random.Random, record: Record) -> Record:
    for side in ("chosen", "rejected"):
        record[side] = record[side][:1]
    return record


_PREFERENCES: dict[str, Spoil] = {
    "chosen equals rejected": _same_sides(str),
    "equal but for blanks": _same_sides(lambda text: f" {text.replace(' ', '  ')}\n"),
    "another prompt": _other_prompt,
    "no answers": _same_prompts_only,
}
