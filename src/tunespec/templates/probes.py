"""The conversations that both sides render: probes of every shape that templates treat in a way of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tunespec.conversation import Conversation
from tunespec.templates.case import Case, Message

# Distinct texts that end as sentences do, hold nothing that a template writes, and survive `trim` and escaping.
_ASKS = frozenset({"user", "tool"})
_SYSTEM = "You answer in one plain sentence."
_QUESTION = "Name a river in France."
_ANSWER = "The Loire flows through France."
_FOLLOW_UP = "Which sea does the Ebro reach?"
_ASKED = "Will it rain in Lisbon tomorrow?"
_RETURNED = "Dry until Thursday."
_SIGNS, _BLANKS = 'Is "a<b" what & isn\'t? {}', " \n{}\n "
_CALL = "k7Qm2xW9a"  # nine letters and digits: Mistral's templates refuse any other id

_TOOLS: tuple[Mapping[str, Any], ...] = (
    {
        "type": "function",
        "function": {
            "name": "forecast_of",
            "description": "The weather forecast of a place.",
            "parameters": {
                "type": "object",
                "properties": {  # not in the order of the alphabet, in which Go writes the keys of a map
                    "place": {"type": "string", "description": "The name of the place."},
                    "days": {"type": "integer", "description": "How many days ahead."},
                },
                "required": ["place", "days"],
            },
        },
    },
)


def probes(*, bos: str = "", tools: bool = False) -> tuple[Case, ...]:
    """The probe conversations, each one ending where the model is asked.

    Args:
        bos: the text of the BOS token.
        tools: whether to add the two probes with tools: a declared one, and one that was called and has answered.
    """
    user, answer, more = _said("user", _QUESTION), _said("assistant", _ANSWER), _said("user", _FOLLOW_UP)
    system = _said("system", _SYSTEM)
    cases = [
        Case((user,), name="user"),
        Case((system, user), name="system-user"),
        Case((user, answer, more), name="user-assistant-user"),
        Case((system, user, answer, more), name="system-user-assistant-user"),
    ]
    return tuple(replace(case, bos=bos) for case in (*cases, *(_with_tools() if tools else ())))


def declared_tools() -> tuple[Case, ...]:
    """A question with a tool that is declared and not called, without and with a system message."""
    asked = next(_with_tools())
    return asked, replace(asked, messages=(_said("system", _SYSTEM), *asked.messages), name="system-tools")


def called_tools() -> tuple[Case, Case]:
    """A question with a tool, and the same with the call and what it returned."""
    asked, called = _with_tools()
    return asked, called


def variants(case: Case) -> tuple[Case, ...]:
    """The same conversation with what templates escape (quotes, signs of HTML), and with blanks around every text."""
    return tuple(
        replace(case, messages=tuple({**m, "content": form.format(m["content"])} for m in case.messages), name=name)
        for name, form in ((f"{case.name}, escaped", _SIGNS), (f"{case.name}, spaced", _BLANKS))
    )


def _with_tools() -> Iterator[Case]:
    call = {
        "id": _CALL,
        "type": "function",
        "function": {"name": "forecast_of", "arguments": {"place": "Lisbon", "days": 1}},
    }
    asked = _said("user", _ASKED)
    called = {"role": "assistant", "content": "", "tool_calls": [call]}
    returned = {"role": "tool", "name": "forecast_of", "tool_call_id": _CALL, "content": _RETURNED}
    yield Case((asked,), _TOOLS, name="tools")
    yield Case((asked, called, returned), _TOOLS, name="tool-call")


def _said(role: str, text: str) -> Message:
    return {"role": role, "content": text}


def conversation_of(
    conversation: Conversation, *, asked: bool = True
) -> tuple[tuple[Message, ...], tuple[Mapping[str, Any], ...] | None]:
    """Messages and tools of a dataset's record, in OpenAI's form.

    Args:
        conversation: the record; its system prompt becomes the first message.
        asked: leave off what follows the last question or tool result, since the model is to say that.

    Returns:
        No messages for a record without turns, for a text that is a rendered prompt already (shape ``text``), and
        where ``asked`` leaves nothing. Thinking stays where the record has it: in the content, in its tags, or in a key
        of its own, which is Ollama's.
    """
    if conversation.defect or conversation.shape in {"text", "segments"}:
        return (), None
    messages = [_said("system", conversation.system)] if conversation.system else []
    messages += _messages(conversation)
    return up_to_question(messages) if asked else tuple(messages), _tools_of(conversation.tools)


def up_to_question(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages up to the last question or tool result: what follows, the model is to say."""
    count = len(messages)
    while count and messages[count - 1].get("role") not in _ASKS:
        count -= 1
    return tuple(messages[:count])


def _messages(conversation: Conversation) -> Iterator[Message]:
    names: dict[str, str] = {}  # call id -> tool
    last = ""
    for turn in conversation.turns:
        if turn.role == "call":
            calls, content = _calls(_parsed(turn.text)), ""
        else:
            calls, content = _calls(list(turn.calls)), turn.text
        role = {"call": "assistant", "unknown": turn.named}.get(turn.role, turn.role)
        message: dict[str, Any] = {"role": role, "content": content}
        if turn.thinking:
            message["thinking"] = turn.thinking  # Ollama's name; Jinja templates get it by every name that they read
        if calls and role == "assistant":
            message["tool_calls"] = calls
            last = str(calls[-1]["function"]["name"])
            names |= {call["id"]: str(call["function"]["name"]) for call in calls if isinstance(call.get("id"), str)}
        if role == "tool":
            message |= {"tool_call_id": turn.answers} if turn.answers else {}
            name = names.get(turn.answers or "", last)
            message |= {"name": name} if name else {}
        yield message


def _calls(value: Any) -> list[dict[str, Any]]:
    """Tool calls in OpenAI's form, their arguments as an object: both sides' templates read that."""
    calls: list[dict[str, Any]] = []
    for entry in value if isinstance(value, list) else [value]:
        call = _parsed(entry)
        function = call.get("function", call) if isinstance(call, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
            continue
        arguments = _parsed(function.get("arguments", function.get("parameters", {})))
        known = {"id": call["id"]} if isinstance(call.get("id"), str) else {}
        calls.append({**known, "type": "function", "function": {"name": function["name"], "arguments": arguments}})
    return calls


def _tools_of(value: Any) -> tuple[Mapping[str, Any], ...] | None:
    """Tool schemas in OpenAI's form, from a list, one schema, or the JSON text of either."""
    declared = _parsed(value)
    entries = [_parsed(entry) for entry in (declared if isinstance(declared, list) else [declared])]
    known = [entry for entry in entries if isinstance(entry, Mapping) and entry]
    tools = tuple(entry if "function" in entry else {"type": "function", "function": entry} for entry in known)
    return tools or None


def _parsed(value: Any) -> Any:
    """A text that holds JSON as its value, everything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
