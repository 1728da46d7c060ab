"""Ollama's messages and tools as the Go values that its templates see (``template/template.go``, ``api/types.go``).

Since v0.14.0 most of them are plain structs: ``{{ .Function }}`` prints a struct, not JSON (ollama#14601). What has a
``String`` method prints as JSON: the tools, one tool, a call's arguments, a function's properties.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunespec.templates.go_template.go_json import to_json
from tunespec.templates.go_template.printing import sprint
from tunespec.templates.go_template.values import Field, GoType, Map, Slice, Struct

_TYPESCRIPT = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "array": "any[]",
    "object": "Record<string, any>",
    "null": "null",
}
_JSON = {"String": to_json}


def _nothing() -> Any:
    return None


def _no_slice() -> Slice:
    return Slice(nil=True)


def _names(types: Slice) -> str:
    return types[0] if len(types) == 1 else sprint([list(types)]) if types else ""


def _names_json(types: Slice) -> str:
    return to_json(types[0]) if len(types) == 1 else to_json(list(types))


def typescript(prop: Any) -> str:
    """``toTypeScriptType``: the TypeScript type of a property, ``any`` for everything else."""
    if not isinstance(prop, Struct) or prop.type is not PROPERTY:
        return "any"
    if prop.fields["AnyOf"]:
        return " | ".join(typescript(each) for each in prop.fields["AnyOf"])
    return " | ".join(_TYPESCRIPT.get(name, "any") for name in prop.fields["Type"]) or "any"


PROPERTY_TYPE = GoType("api.PropertyType", methods={"String": _names, "MarshalJSON": _names_json})
_ORDERED = GoType("orderedmap.Map[string,api.ToolProperty]")
PROPERTY_MAP = GoType(
    "api.ToolPropertiesMap",
    (Field("om"),),
    methods={"MarshalJSON": lambda value: _ordered_json(value.fields["om"].fields)},
    opaque=True,
)
PROPERTY = GoType(
    "api.ToolProperty",
    (
        Field("AnyOf", _no_slice, "anyOf", omitted=True),
        Field("Type", lambda: Slice((), PROPERTY_TYPE, nil=True), "type", omitted=True),
        Field("Items", _nothing, "items", omitted=True),
        Field("Description", key="description", omitted=True),
        Field("Enum", _no_slice, "enum", omitted=True),
        Field("Properties", lambda: property_map(None), "properties", omitted=True),
        Field("Required", _no_slice, "required", omitted=True),
    ),
    methods={"ToTypeScriptType": typescript},
)
PROPERTIES = GoType(
    "template.templateProperties",
    element=PROPERTY.zero,
    methods={"String": lambda value: "{}" if value.nil else to_json(value)},
)
PARAMETERS = GoType(
    "template.templateToolFunctionParameters",
    (
        Field("Type", key="type"),
        Field("Defs", _nothing, "$defs", omitted=True),
        Field("Items", _nothing, "items", omitted=True),
        Field("Required", _no_slice, "required", omitted=True),
        Field("Properties", lambda: Map({}, PROPERTIES, nil=True), "properties"),
    ),
)
FUNCTION = GoType(
    "template.templateToolFunction",
    (
        Field("Name", key="name"),
        Field("Description", key="description"),
        Field("Parameters", PARAMETERS.zero, "parameters"),
    ),
)
TOOL = GoType(
    "template.templateTool",
    (
        Field("Type", key="type"),
        Field("Items", _nothing, "items", omitted=True),
        Field("Function", FUNCTION.zero, "function"),
    ),
    methods=_JSON,
)
TOOLS = GoType("template.templateTools", methods=_JSON)
ARGUMENTS = GoType("template.templateArgs", methods={"String": lambda value: "{}" if value.nil else to_json(value)})
CALL_FUNCTION = GoType(
    "template.templateToolCallFunction",
    (Field("Index", int), Field("Name"), Field("Arguments", lambda: Map({}, ARGUMENTS, nil=True))),
)
CALL = GoType("template.templateToolCall", (Field("ID"), Field("Function", CALL_FUNCTION.zero)))
CALLS = GoType("[]template.templateToolCall")
MESSAGE = GoType(
    "template.templateMessage",
    (
        Field("Role"),
        Field("Content"),
        Field("Thinking"),
        Field("Images", _no_slice),
        Field("ToolCalls", _no_slice),
        Field("ToolName"),
        Field("ToolCallID"),
    ),
)
MESSAGES = GoType("[]*template.templateMessage")


def property_map(properties: Mapping[str, Struct] | None) -> Struct:
    """The properties of a property, in the order of the request, which only JSON shows; or the nil pointer."""
    ordered = Struct(_ORDERED, dict(properties or {}), pointer=True)
    return Struct(PROPERTY_MAP, {"om": ordered}, pointer=True, nil=properties is None)


def _ordered_json(fields: Mapping[str, Any]) -> str:
    return "{" + ",".join(f"{to_json(name)}:{to_json(value)}" for name, value in fields.items()) + "}"
