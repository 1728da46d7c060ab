"""Calls of tools, as servers send them and as they want them back: their JSON differs, their meaning does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from tunespec.inference.answered import Call
from tunespec.inference.fields import count, listed, mapping, text


def calls_of(value: Any) -> tuple[Call, ...]:
    """The calls of a message: Ollama has their arguments as an object, OpenAI as its text."""
    return tuple(map(_call, value)) if isinstance(value, list) else ()


def joined_calls(deltas: Iterable[Mapping[str, Any]]) -> tuple[Call, ...]:
    """The calls of OpenAI's stream: each of them begins with its name, and the text of its arguments comes in parts."""
    parts: dict[int, tuple[str, str]] = {}
    for delta in deltas:
        number, function = count(delta.get("index")) or 0, mapping(delta.get("function"))
        name, arguments = parts.get(number, ("", ""))
        parts[number] = name or text(function.get("name")), arguments + text(function.get("arguments"))
    return tuple(Call(name, arguments_of(arguments)) for name, arguments in parts.values())


def in_openais_form(call: Call) -> dict[str, Any]:
    """A call as messages of a dataset have it."""
    return {"type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def message_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """A message that was written down, with its calls, or with the call whose result it is."""
    links = {key: text(told[key]) for key in ("tool_call_id", "name") if key in told}
    written = listed(told.get("tool_calls"))
    calls = [
        {**({"id": one["id"]} if "id" in one else {}), **in_openais_form(call)}
        for one, call in zip(written, calls_of(written), strict=True)
    ]
    said = {"role": text(told.get("role")), "content": text(told.get("content"))}
    return said | links | ({"tool_calls": calls} if calls else {})


def for_ollama(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Messages as ``/api/chat`` takes them: it calls the name of a result's tool ``tool_name``."""
    return [
        {"tool_name" if key == "name" and message["role"] == "tool" else key: value for key, value in message.items()}
        for message in messages
    ]


def for_openai(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Messages as ``/v1/chat/completions`` takes them: the arguments of a call are text."""
    return [_with_texts(message) if message.get("tool_calls") else dict(message) for message in messages]


def arguments_of(value: Any) -> Any:
    """Arguments as the value that their text holds; no text is no arguments, and one that is no JSON stays."""
    if not isinstance(value, str):
        return {} if value is None else value
    try:
        return orjson.loads(value or "{}")
    except orjson.JSONDecodeError:
        return value


def _call(value: Any) -> Call:
    call = arguments_of(value)  # some tools write it down as text
    if not isinstance(call, dict):
        return Call("", call)
    function = mapping(call.get("function")) or call
    return Call(text(function.get("name")), arguments_of(function.get("arguments")))


def _with_texts(message: Mapping[str, Any]) -> dict[str, Any]:
    calls = [
        {**call, "function": {**call["function"], "arguments": _text_of(call["function"]["arguments"])}}
        for call in message["tool_calls"]
    ]
    return {**message, "tool_calls": calls}


def _text_of(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()
