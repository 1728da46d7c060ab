"""Messages and tools of a request as the Go values that Ollama's templates see, as its decoder makes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.values import Map, Slice, Struct
from tunespec.templates.ollama_types import (
    ARGUMENTS,
    CALL,
    CALL_FUNCTION,
    CALLS,
    FUNCTION,
    MESSAGE,
    PARAMETERS,
    PROPERTIES,
    PROPERTY,
    PROPERTY_TYPE,
    TOOL,
    TOOLS,
    property_map,
)

Message: TypeAlias = Mapping[str, Any]
"""OpenAI's form: role, content, and perhaps tool_calls, thinking, name, tool_call_id."""


def go_text(value: Any, what: str) -> str:
    """A text as a JSON request brings it to Go: lone surrogates become U+FFFD, absent is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TemplateError(f"{what} must be text, not {type(value).__name__}")
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not value.isascii() else value


def go_json_value(value: Any) -> Any:
    """A JSON value as Go decodes it into ``any``: every number is a float64."""
    if isinstance(value, str):
        return go_text(value, "a text")
    if isinstance(value, Mapping):
        return {go_text(key, "a key"): go_json_value(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [go_json_value(each) for each in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def go_tools(tools: Sequence[Mapping[str, Any]] | None) -> Slice:
    """OpenAI's tool schemas; keys that Ollama's types do not have are lost, as in Ollama."""
    return Slice((_tool(tool) for tool in tools or ()), TOOLS, nil=tools is None)


def _tool(tool: Any) -> Struct:
    tool = _mapping(tool, "a tool")
    function = _mapping(tool.get("function"), "a tool's function")
    parameters = _mapping(function.get("parameters"), "a tool's parameters")
    properties = parameters.get("properties")
    return Struct(
        TOOL,
        {
            "Type": go_text(tool.get("type"), "a tool's type"),
            "Items": go_json_value(tool.get("items")),
            "Function": Struct(
                FUNCTION,
                {
                    "Name": go_text(function.get("name"), "a tool's name"),
                    "Description": go_text(function.get("description"), "a tool's description"),
                    "Parameters": Struct(
                        PARAMETERS,
                        {
                            "Type": go_text(parameters.get("type"), "the type of a tool's parameters"),
                            "Defs": go_json_value(parameters.get("$defs")),
                            "Items": go_json_value(parameters.get("items")),
                            "Required": _texts(parameters.get("required"), "required"),
                            "Properties": Map(_properties(properties), PROPERTIES, nil=properties is None),
                        },
                    ),
                },
            ),
        },
    )


def _properties(properties: Any) -> dict[str, Struct]:
    members = _mapping(properties, "properties")
    return {go_text(name, "a property's name"): _property(value) for name, value in members.items()}


def _property(value: Any) -> Struct:
    members = _mapping(value, "a property")
    kind = members.get("type")
    any_of, inner = members.get("anyOf"), members.get("properties")
    types = [kind] if isinstance(kind, str) else kind
    return Struct(
        PROPERTY,
        {
            "AnyOf": Slice((_property(each) for each in any_of or ()), nil=any_of is None),
            "Type": Slice(_texts(types, "a property's type"), PROPERTY_TYPE, nil=types is None),
            "Items": go_json_value(members.get("items")),
            "Description": go_text(members.get("description"), "a property's description"),
            "Enum": Slice(go_json_value(members.get("enum") or []), nil=members.get("enum") is None),
            "Properties": property_map(None if inner is None else _properties(inner)),
            "Required": _texts(members.get("required"), "required"),
        },
    )


def _texts(values: Any, what: str) -> Slice:
    if values is not None and (isinstance(values, str) or not isinstance(values, Sequence)):
        raise TemplateError(f"{what} must be a list of texts, not {type(values).__name__}")
    return Slice((go_text(value, what) for value in values or ()), nil=values is None)


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TemplateError(f"{what} must be an object, not {type(value).__name__}")
    return value


def go_messages(messages: Sequence[Message]) -> list[Struct]:
    """The messages of a request, not collated yet."""
    return [_message(message, messages) for message in messages]


def _message(message: Message, messages: Sequence[Message]) -> Struct:
    role = go_text(message.get("role"), "a message's role").lower()  # as Ollama's decoder does
    calls = message.get("tool_calls")
    return Struct(
        MESSAGE,
        {
            "Role": role,
            "Content": go_text(message.get("content"), "a message's content"),
            "Thinking": go_text(message.get("thinking"), "a message's thinking"),
            "Images": Slice(nil=True),
            "ToolCalls": Slice((_call(call) for call in calls or ()), CALLS, nil=not calls),
            "ToolName": go_text(_tool_name(message, messages) if role == "tool" else None, "a tool's name"),
            "ToolCallID": go_text(message.get("tool_call_id"), "a message's tool_call_id"),
        },
        pointer=True,
    )


def _tool_name(message: Message, messages: Sequence[Message]) -> Any:
    """The tool that a ``tool`` message answers for: named, or found by the call's id as the OpenAI route does."""
    if name := message.get("tool_name") or message.get("name"):
        return name
    calls = [call for each in messages for call in each.get("tool_calls") or ()]
    wanted = message.get("tool_call_id")
    return next((call["function"]["name"] for call in calls if wanted and call.get("id") == wanted), None)


def _call(call: Any) -> Struct:
    function = _mapping(_mapping(call, "a tool call").get("function"), "a tool call's function")
    arguments = function.get("arguments")
    if isinstance(arguments, str):  # OpenAI's form, which Ollama's OpenAI route decodes
        try:
            arguments = json.loads(arguments)
        except ValueError as error:
            raise TemplateError(f"a tool call's arguments are no JSON: {error}") from None
    members = go_json_value(_mapping(arguments, "a tool call's arguments"))
    index = function.get("index", 0)
    return Struct(
        CALL,
        {
            "ID": go_text(call.get("id"), "a tool call's id"),
            "Function": Struct(
                CALL_FUNCTION,
                {
                    "Index": index if isinstance(index, int) else 0,
                    "Name": go_text(function.get("name"), "a tool call's name"),
                    "Arguments": Map(members, ARGUMENTS, nil=arguments is None),
                },
            ),
        },
    )
