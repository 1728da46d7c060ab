"""The messages and tools of a probe, in OpenAI's form and held to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunespec.conversation import Conversation, Turn
from tunespec.facts.tools import ToolChecker
from tunespec.inference.tool_calls import arguments_of

Messages = tuple[Mapping[str, Any], ...]
_ROLES = ("system", "user", "assistant", "tool")
_ASKING = ("user", "tool")  # whose message the model answers
_A_TOOL = 'a tool is {"type": "function", "function": {"name": ..., "parameters": ...}}'
_A_CALL = 'tool_calls of the assistant are a list of {"function": {"name": ..., "arguments": {...}}}'


class NoProbeError(ValueError):
    """A line is no probe; the text says why."""


def tools_of(value: Any) -> Messages:
    """The tools that the model may call.

    Raises:
        NoProbeError: for what is no list of tools, or has two of one name.
    """
    if not isinstance(value, list) or not value:
        raise NoProbeError("tools must be a list of tools")
    names = [_named(tool) for tool in value]
    for name in names:
        if names.count(name) > 1:
            raise NoProbeError(f"two of its tools are named {name!r}")
    return tuple(value)


def names_of(tools: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of tools in OpenAI's form."""
    return [str(tool["function"]["name"]) for tool in tools]


def _named(tool: Any) -> str:
    function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(function, dict) or not isinstance(name, str) or not name.strip():
        raise NoProbeError(_A_TOOL)
    from jsonschema import Draft202012Validator, SchemaError  # 0.15 s, which few probes need

    schema = function.get("parameters", {})
    try:
        Draft202012Validator.check_schema(schema)
    except (SchemaError, RecursionError):
        schema = None
    if not isinstance(schema, dict):
        raise NoProbeError(f"the parameters of the tool {name!r} are no JSON schema")
    return name


def messages_of(value: Any, tools: Messages) -> Messages:
    """The conversation, whose last message the model answers; each call has an id, and each result names its call.

    Raises:
        NoProbeError: for what is none, and for calls that do not fit the tools.
    """
    if not isinstance(value, list) or not value:
        raise NoProbeError("messages must be a list of messages")
    for message in value:
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            raise NoProbeError(f"a message has a role ({', '.join(_ROLES)}) and a content")
        if not isinstance(_content(message), str):
            raise NoProbeError("the content of a message is a text")
    if value[-1]["role"] not in _ASKING:
        raise NoProbeError("the last message must be the user's or a tool's, which the model answers")
    messages = tuple(_linked(value))
    if not tools and any("tool_calls" in message or message["role"] == "tool" for message in messages):
        raise NoProbeError("its messages call tools, and it has no tools")
    turns = tuple(Turn(one["role"], one["content"], calls=tuple(one.get("tool_calls", ()))) for one in messages)
    if tools and (problem := ToolChecker().check(Conversation("messages", turns, tools=list(tools)))) is not None:
        raise NoProbeError(f"it {problem}")
    return messages


def _content(message: Mapping[str, Any]) -> Any:
    """A message's content, which may be absent beside a call."""
    content = message.get("content")
    return "" if content is None and message.get("tool_calls") else content


def _linked(messages: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The messages with ids for their calls: what a template writes of them is then the same wherever it runs."""
    names: dict[str, str] = {}  # id -> tool
    waiting: list[str] = []
    for message in messages:
        said = {"role": message["role"], "content": _content(message)}
        if message.get("tool_calls") is not None:
            calls = _calls(message, len(names))
            names |= {call["id"]: call["function"]["name"] for call in calls}
            waiting = [call["id"] for call in calls]
            said["tool_calls"] = calls
        if message["role"] == "tool":
            answers = message.get("tool_call_id", waiting[0] if waiting else None)
            if answers not in names:
                raise NoProbeError("a message of a tool has no call before it")
            waiting = [one for one in waiting if one != answers]
            said |= {"tool_call_id": answers, "name": names[answers]}
        yield said


def _calls(message: Mapping[str, Any], before: int) -> list[dict[str, Any]]:
    calls = message["tool_calls"]
    if message["role"] != "assistant" or not isinstance(calls, list) or not calls:
        raise NoProbeError(_A_CALL)
    return [_identified(call, number) for number, call in enumerate(calls, before)]


def _identified(call: Any, number: int) -> dict[str, Any]:
    """A call with an id; one that is made here has nine letters and digits: Mistral's templates refuse any other."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise NoProbeError(_A_CALL)
    named = {"name": function["name"], "arguments": arguments_of(function.get("arguments"))}
    return {"id": str(call.get("id") or f"call{number:05}"), "type": "function", "function": named}
