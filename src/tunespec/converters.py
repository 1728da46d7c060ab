"""Records of each shape into conversations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunespec.canonical import canonical
from tunespec.conversation import Conversation, Turn
from tunespec.headers import transcript
from tunespec.messages import WrongTypeError, turns_of
from tunespec.reading.lines import kind_of

Record = Mapping[str, Any]


def mapped_record(record: Record, *, columns: Mapping[str, str], roles: Mapping[str, str]) -> Conversation:
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
    return canonical(value).decode()


def _string(record: Record, key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WrongTypeError(f"{key} is {kind_of(value)}, not a string")
    return value


def messages_record(record: Record, *, key: str, roles: Mapping[str, str]) -> Conversation:
    """A list of messages under ``key``, with a system prompt beside or in it."""
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


def pair_record(record: Record, *, prompt: str, answer: str, roles: Mapping[str, str]) -> Conversation:
    """A prompt and an answer under two keys; Alpaca's input and history belong to the prompt."""
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
    if not isinstance(history, list | tuple) or not all(isinstance(pair, list) and len(pair) == 2 for pair in history):
        raise WrongTypeError("history is not a list of [prompt, answer] pairs")
    return [
        Turn(role, _as_text(text), role)
        for pair in history
        for role, text in zip(("user", "assistant"), pair, strict=True)
    ]


def self_instruct_record(record: Record) -> Conversation:
    """One instruction with several inputs and outputs."""
    instances = record["instances"]
    if not isinstance(instances, list) or not all(isinstance(instance, dict) for instance in instances):
        raise WrongTypeError("instances is not a list of objects")
    turns: list[Turn] = []
    for instance in instances:
        asked = f"{_string(record, 'instruction')}\n{_string(instance, 'input')}".strip()
        turns += [Turn("user", asked, "user"), Turn("assistant", _string(instance, "output"), "assistant")]
    return Conversation("self-instruct", tuple(turns))


def segments_record(record: Record) -> Conversation:
    """Axolotl's template-free ``input_output``: segments with ``label: true`` are trained on."""
    segments = record["segments"]
    if not isinstance(segments, list) or not all(isinstance(segment, dict) for segment in segments):
        raise WrongTypeError("segments is not a list of objects")
    roles = ("user", "assistant")
    turns = [Turn(roles[bool(s.get("label"))], _string(s, "text"), roles[bool(s.get("label"))]) for s in segments]
    return Conversation("segments", tuple(turns))


def text_record(record: Record) -> Conversation:
    """One text that holds prompt and answer; headers.py divides it."""
    return Conversation("text", (Turn("text", _string(record, "text")),))


def preference_record(record: Record, *, keys: tuple[str | None, str, str], roles: Mapping[str, str]) -> Conversation:
    """A prompt with a chosen and a rejected answer, as texts or as lists of messages.

    The prompt may stand in both answers; a text under ``prompt`` then only repeats it, as TRL's
    ``maybe_extract_prompt`` has it (UltraFeedback), while a list of messages would be joined with them.
    """
    prompt_key, chosen_key, rejected_key = keys
    prompt = _side(record, prompt_key, "user", roles) if prompt_key else ()
    divide = _side if prompt_key else _whole_side
    chosen, rejected = (divide(record, key, "assistant", roles) for key in (chosen_key, rejected_key))
    if prompt_key and isinstance(record[prompt_key], str | None) and any(turn.role == "user" for turn in chosen):
        prompt = ()
    chosen, rejected = (*prompt, *chosen), (*prompt, *rejected)
    conversation = _with_system("preference", chosen, None, record)
    if rejected and rejected[0].role == "system":
        rejected = rejected[1:]
    return conversation._replace(rejected=rejected)


def _whole_side(record: Record, key: str, role: str, roles: Mapping[str, str]) -> tuple[Turn, ...]:
    """One side of a pair without a prompt; a text is a transcript, or, undivided, a turn that nobody named."""
    if not isinstance(record.get(key), str):
        return _side(record, key, role, roles)
    divided = transcript(record[key])
    return tuple(Turn(speaker, text, speaker) for speaker, text in divided) or (Turn(role, record[key]),)


def _side(record: Record, key: str, role: str, roles: Mapping[str, str]) -> tuple[Turn, ...]:
    value = record.get(key)
    if isinstance(value, dict) and "messages" in value:
        value = value["messages"]
    if isinstance(value, list | dict):
        return turns_of(value, key, roles)
    return (Turn(role, _string(record, key), role),)
