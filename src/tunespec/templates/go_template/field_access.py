"""``value.name``: a method, a struct's field, or a map's key."""

from __future__ import annotations

from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.collections_of import element_of
from tunespec.templates.go_template.values import NO_VALUE, Map, Slice, Struct, is_nil_pointer, method_of, type_name


def field_of(value: Any, name: str, *, zero_for_missing: bool, called: bool) -> Any:
    """``value.name``. ``called``: with arguments, which no field takes; ``zero_for_missing``: ``missingkey=zero``."""
    if isinstance(value, Struct | Slice | Map) and (method := method_of(value, name)) is not None:
        if called:
            raise TemplateError(f"wrong number of args for {name}: want 0 got 1")
        return method(value)
    if is_nil_pointer(value):
        raise TemplateError(f"nil pointer evaluating {type_name(value)}.{name}")
    if isinstance(value, Struct) and name in value.fields and not value.type.opaque:
        if called:
            raise TemplateError(f"{name} has arguments but cannot be invoked as function")
        return value.fields[name]
    if isinstance(value, dict):
        if called:
            raise TemplateError(f"{name} is not a method but has arguments")
        if name in value:
            return value[name]
        return element_of(value) if zero_for_missing else NO_VALUE
    raise TemplateError(f"can't evaluate field {name} in type {type_name(value)}")
