"""Tool calls: arguments that parse and fit the tool's schema, tools that exist, results that were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from tunespec.canonical import canonical
from tunespec.conversation import Conversation, Turn
from tunespec.facts.written_calls import MARK, declared_in, parsed_calls, writes_call, written_calls
from tunespec.passages import turn_note_of
from tunespec.reading.lines import kind_of
from tunespec.text import shorten

_BROKEN = object()  # a call that cannot be read
_UNREADABLE = f"has a `{MARK}` that is not JSON"


def uses_tools(conversation: Conversation) -> bool:
    """Whether the conversation holds a call or a result."""
    for turn in conversation.turns:  # asked of every record: any() would take twice as long
        if turn.calls or turn.role in ("call", "tool") or (turn.role == "assistant" and MARK in turn.text):
            return True
    return False


class ToolChecker:
    """Checks conversations' tool calls; remembers the parsed tool lists, which records share."""

    def __init__(self) -> None:
        self._tools: dict[str, dict[str, Any]] = {}
        self._validators: dict[str, Any] = {}

    def check(self, conversation: Conversation) -> str | None:
        """The first thing wrong with the calls, or None."""
        tools = self._declared(conversation.tools) or self._declared_in(conversation.system or "")
        called = False
        ids: set[str] = set()
        for number, turn in enumerate(conversation.turns):
            if turn.role == "tool" and (not called or (ids and turn.answers and turn.answers not in ids)):
                return "has a tool result without a call" + turn_note_of(conversation, number)
            called = called or (turn.role == "assistant" and writes_call(turn.text))
            for call in _calls(turn):
                called = True
                ids |= {call["id"]} if isinstance(call, dict) and isinstance(call.get("id"), str) else set()
                if problem := _UNREADABLE if call is _BROKEN else self._problem(call, tools):
                    return problem + turn_note_of(conversation, number)
        return None

    def _problem(self, call: Any, tools: dict[str, Any]) -> str | None:
        if not isinstance(call, dict):
            return f"has a tool call that is {kind_of(call)}, not a JSON object"
        function = call.get("function", call)
        name = function.get("name") if isinstance(function, dict) else None
        if not isinstance(name, str):
            return "has a tool call without a name"
        if tools and name not in tools:
            return f"calls the unknown tool `{shorten(name)}`"
        arguments = function.get("arguments", function.get("parameters", {}))
        if isinstance(arguments, str):
            try:
                arguments = orjson.loads(arguments or "{}")
            except orjson.JSONDecodeError:
                return f"calls `{shorten(name)}` with arguments that are not JSON"
        if not isinstance(arguments, dict):
            return f"calls `{shorten(name)}` with arguments that are not an object"
        return self._breach(name, arguments, tools.get(name))

    def _breach(self, name: str, arguments: dict[str, Any], schema: Any) -> str | None:
        if not isinstance(schema, dict) or not schema:
            return None
        from referencing.exceptions import Unresolvable  # with jsonschema 0.15 s, which few datasets need

        try:
            error = next(self._validator(schema).iter_errors(arguments), None)
        except (Unresolvable, RecursionError):
            return None  # the schema refers to what is not in it: nothing to hold the call against
        if error is None:
            return None
        at = ".".join(map(str, error.absolute_path)) or "its arguments"
        return f"calls `{shorten(name)}` against its schema: {shorten(at)}: {_rule(error)}"

    def _validator(self, schema: dict[str, Any]) -> Any:
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError
        from referencing import Registry

        key = canonical(schema).decode()
        if key not in self._validators:
            try:
                Draft202012Validator.check_schema(schema)
            except (SchemaError, RecursionError):
                schema = {}  # a tool's own schema is not this record's answer: not judged here
            # The empty registry: a reference to another place is not followed, least of all over the network.
            self._validators[key] = Draft202012Validator(schema, registry=Registry())
        return self._validators[key]

    def _declared(self, raw: Any) -> dict[str, Any]:
        """Tool name -> JSON schema of its arguments, from a list or its JSON text."""
        key = raw if isinstance(raw, str) else canonical(raw).decode()
        if key not in self._tools:
            self._tools[key] = dict(_tools(_parsed(key)))
        return self._tools[key]

    def _declared_in(self, system: str) -> dict[str, Any]:
        """The same of a system prompt that declares them, as Hermes and Qwen have it."""
        if "<tools>" not in system:
            return {}
        if system not in self._tools:
            self._tools[system] = dict(_tools(declared_in(system)))
        return self._tools[system]


def _rule(error: Any) -> str:
    """Which rule of the schema is broken, without the value that breaks it: that is the user's text."""
    if error.validator == "type":
        return f"is {kind_of(error.instance)} where the schema says {error.validator_value}"
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"lacks {shorten(', '.join(map(str, missing)))}"
    return f"breaks the rule `{error.validator}`"


def _tools(declared: Any) -> Iterator[tuple[str, Any]]:
    for tool in declared if isinstance(declared, list) else [declared]:
        function = tool.get("function", tool) if isinstance(tool, dict) else None
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            yield function["name"], function.get("parameters", function.get("input_schema"))


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _calls(turn: Turn) -> Iterator[Any]:
    """Calls of a turn: OpenAI's objects, the JSON text of a ShareGPT `function_call` turn, or blocks in its text."""
    for call in turn.calls:
        yield from call if isinstance(call, list) else [call]
    if turn.role == "call" and not turn.calls:
        parsed = _parsed(turn.text)
        yield from parsed if isinstance(parsed, list) else [parsed if parsed is not None else turn.text]
    if turn.role == "assistant" and not turn.calls:
        yield from (_BROKEN if call is None else call for call in parsed_calls(written_calls(turn.text)))
