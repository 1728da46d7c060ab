"""Record shapes: which keys make which shape, and how each becomes a conversation.

Keys and their meaning follow the trainers that read them: TRL, Axolotl, LlamaFactory, torchtune, mlx-lm,
mistral-finetune and OpenAI's fine-tuning API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson

from tunespec.conversation import ROLES, Conversation, Turn
from tunespec.messages import WrongTypeError, turns_of
from tunespec.reading.lines import kind_of

Record = Mapping[str, Any]
Convert = Callable[[Record], Conversation]

_MESSAGES = ("messages", "conversations", "conversation", "interactions")
_PAIRS = (
    ("prompt", ("completion", "response", "generation", "output", "answer", "chosen_answer", "canonical_solution")),
    ("question", ("answer", "response", "output", "std_answer")),
    ("instruction", ("output", "response", "answer", "completion")),
    ("query", ("response", "answer", "output")),
    ("problem", ("solution", "answer")),
    ("input", ("output", "response")),
    ("text", ("code",)),
)
_PREFERENCE = (
    ("chosen", "rejected"),
    ("chosen_response", "rejected_response"),
    ("response_j", "response_k"),
    ("preferred_output", "non_preferred_output"),
)
_PROMPT_OF_PREFERENCE = ("prompt", "question", "instruction", "input", *_MESSAGES)


class Shapes:
    """Finds the shape of records and converts them; remembers the answer for each set of keys."""

    def __init__(self, columns: Mapping[str, str] | None = None, roles: Mapping[str, str] | None = None) -> None:
        """Args: the configured ``columns`` (canonical name -> column) and ``roles`` (role name -> canonical)."""
        self._columns = dict(columns or {})
        self._roles = {**ROLES, **{name.lower(): role for name, role in (roles or {}).items()}}
        self._known: dict[tuple[str, ...], Convert | None] = {}

    def convert(self, record: Record) -> Conversation | None:
        """The record as a conversation; None if no shape has its keys."""
        keys = tuple(record)
        try:
            convert = self._known[keys]
        except KeyError:
            convert = self._known[keys] = self._find(frozenset(keys))
        if convert is None:
            return None
        try:
            return convert(record)
        except WrongTypeError as error:
            return Conversation("", (), defect=str(error))

    def _find(self, keys: frozenset[str]) -> Convert | None:
        mapped = frozenset(column for name, column in self._columns.items() if name != "split")
        if mapped and mapped <= keys:
            return partial(_mapped, columns=self._columns, roles=self._roles)
        return self._preference_or_chat(keys) or self._pair_or_text(keys)

    def _preference_or_chat(self, keys: frozenset[str]) -> Convert | None:
        for chosen, rejected in _PREFERENCE:
            if {chosen, rejected} <= keys:
                prompt = next((key for key in _PROMPT_OF_PREFERENCE if key in keys), None)
                return partial(_preference, keys=(prompt, chosen, rejected), roles=self._roles)
        key = next((key for key in _MESSAGES if key in keys), None)
        return partial(_messages, key=key, roles=self._roles) if key else None

    def _pair_or_text(self, keys: frozenset[str]) -> Convert | None:
        if {"instruction", "instances"} <= keys:
            return _self_instruct
        for prompt, answers in _PAIRS:
            answer = next((key for key in answers if key in keys), None)
            if prompt in keys and answer:
                return partial(_pair, prompt=prompt, answer=answer, roles=self._roles)
        if "segments" in keys:
            return _segments
        return _text if "text" in keys else None


def _mapped(record: Record, *, columns: Mapping[str, str], roles: Mapping[str, str]) -> Conversation:
    """The shape that the configuration's ``columns`` describe; objects become their JSON."""
    if "messages" in columns:
        turns = turns_of(record[columns["messages"]], columns["messages"], roles)
        return _with_system("messages", turns, None, record)
    if "text" in columns:
        return Conversation("text", (Turn("text", _as_text(record[columns["text"]])),))
    turns = tuple(
        Turn(role, _as_text(record[columns[name]]), role)
        for name, role in (("prompt", "user"), ("answer", "assistant"))
        if name in columns
    )
    system = _as_text(record[columns["system"]]) if "system" in columns else None
    return Conversation("mapped", turns, system)


def _as_text(value: Any) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _string(record: Record, key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WrongTypeError(f"{key} is {kind_of(value)}, not a string")
    return value


def _messages(record: Record, *, key: str, roles: Mapping[str, str]) -> Conversation:
    system = record.get("system", record.get("system_prompt"))
    return _with_system(key, turns_of(record[key], key, roles), system, record)


def _with_system(shape: str, turns: tuple[Turn, ...], system: Any, record: Record) -> Conversation:
    tools = record.get("tools", record.get("functions", record.get("available_tools")))
    if turns and turns[0].role == "system":
        first, turns = turns[0], turns[1:]
        system = first.text
        tools = tools or [tool for declared in first.calls for tool in _as_list(declared)] or None
    label = record.get("label", record.get("kto_tag"))
    return Conversation(shape, turns, system if isinstance(system, str) else None, None, label, tools)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _pair(record: Record, *, prompt: str, answer: str, roles: Mapping[str, str]) -> Conversation:
    shape = "alpaca" if prompt == "instruction" else f"{prompt}/{answer}"
    label = record.get("label") if isinstance(record.get("label"), bool) else None
    if isinstance(record[prompt], list) or isinstance(record[answer], list):
        turns = (*_side(record, prompt, "user", roles), *_side(record, answer, "assistant", roles))
        return _with_system(shape, turns, None, record)._replace(label=label)
    asked = _string(record, prompt)
    if prompt == "instruction" and record.get("input"):
        asked = f"{asked}\n{_string(record, 'input')}"
    turns = (*_history(record), Turn("user", asked, "user"), Turn("assistant", _string(record, answer), "assistant"))
    system = record.get("system")
    return Conversation(shape, turns, system if isinstance(system, str) and system else None, None, label)


def _history(record: Record) -> list[Turn]:
    """Alpaca's earlier exchanges; LlamaFactory trains on their answers too."""
    history = record.get("history") or ()
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in history):
        raise WrongTypeError("history is not a list of [prompt, answer] pairs")
    return [
        Turn(role, _as_text(text), role)
        for pair in history
        for role, text in zip(("user", "assistant"), pair, strict=True)
    ]


def _self_instruct(record: Record) -> Conversation:
    instances = record["instances"]
    if not isinstance(instances, list) or not all(isinstance(instance, dict) for instance in instances):
        raise WrongTypeError("instances is not a list of objects")
    turns: list[Turn] = []
    for instance in instances:
        asked = f"{_string(record, 'instruction')}\n{_string(instance, 'input')}".strip()
        turns += [Turn("user", asked, "user"), Turn("assistant", _string(instance, "output"), "assistant")]
    return Conversation("self-instruct", tuple(turns))


def _segments(record: Record) -> Conversation:
    """Axolotl's template-free ``input_output``: segments with ``label: true`` are trained on."""
    segments = record["segments"]
    if not isinstance(segments, list) or not all(isinstance(segment, dict) for segment in segments):
        raise WrongTypeError("segments is not a list of objects")
    roles = ("user", "assistant")
    turns = [Turn(roles[bool(s.get("label"))], _string(s, "text"), roles[bool(s.get("label"))]) for s in segments]
    return Conversation("segments", tuple(turns))


def _text(record: Record) -> Conversation:
    return Conversation("text", (Turn("text", _string(record, "text")),))


def _preference(record: Record, *, keys: tuple[str | None, str, str], roles: Mapping[str, str]) -> Conversation:
    prompt_key, chosen_key, rejected_key = keys
    prompt = _side(record, prompt_key, "user", roles) if prompt_key else ()
    chosen = (*prompt, *_side(record, chosen_key, "assistant", roles))
    rejected = (*prompt, *_side(record, rejected_key, "assistant", roles))
    conversation = _with_system("preference", chosen, None, record)
    if rejected and rejected[0].role == "system":
        rejected = rejected[1:]
    return conversation._replace(rejected=rejected)


def _side(record: Record, key: str, role: str, roles: Mapping[str, str]) -> tuple[Turn, ...]:
    value = record.get(key)
    if isinstance(value, dict) and "messages" in value:
        value = value["messages"]
    if isinstance(value, list | dict):
        return turns_of(value, key, roles)
    return (Turn(role, _string(record, key), role),)
