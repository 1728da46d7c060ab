"""``eq ne lt le gt ge``: Go's comparisons, which refuse what has no common kind."""

from __future__ import annotations

from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.values import NO_VALUE, Byte, Map, Slice, Struct, is_nil, type_name

_KINDS = {bool: "bool", int: "int", Byte: "int", float: "float", complex: "complex", str: "string"}  # uint8 meets int
_FAMILIES = {list: "slice", Slice: "slice", dict: "map", Map: "map", Struct: "struct"}


def equal(first: Any, *others: Any) -> bool:
    """Whether the first equals any of the others."""
    if not others:
        raise TemplateError("missing argument for comparison")
    return any(_equal(first, other) for other in others)


def _equal(first: Any, other: Any) -> bool:
    kind, other_kind = _KINDS.get(type(first)), _KINDS.get(type(other))
    if kind != other_kind:
        if _is_nothing(first) or _is_nothing(other):
            return False
        raise _incompatible(first, other)
    if kind is not None:
        return bool(first == other)
    if not (_is_nothing(first) or _is_nothing(other)) and _family(first) != _family(other):
        raise TemplateError(f"non-comparable types: {type_name(first)}, {type_name(other)}")
    if is_nil(first) or is_nil(other):
        return is_nil(first) and is_nil(other)
    if isinstance(other, Struct) and other.pointer:
        return first is other
    raise TemplateError(f"non-comparable type: {type_name(other)}")


def _is_nothing(value: Any) -> bool:
    return value is None or value is NO_VALUE


def _family(value: Any) -> str:
    return "pointer" if isinstance(value, Struct) and value.pointer else _FAMILIES[type(value)]


def _incompatible(first: Any, other: Any) -> TemplateError:
    return TemplateError(f"incompatible types for comparison: {type_name(first)} and {type_name(other)}")


def unequal(first: Any, other: Any) -> bool:
    """The inverse of ``equal``."""
    return not equal(first, other)


def less(first: Any, other: Any) -> bool:
    """Whether the first comes before the other; strings compare by their bytes."""
    kind, other_kind = _KINDS.get(type(first)), _KINDS.get(type(other))
    if kind is None or other_kind is None:
        raise TemplateError("invalid type for comparison")
    if kind != other_kind:
        raise _incompatible(first, other)
    if kind in {"bool", "complex"}:
        raise TemplateError("invalid type for comparison")
    return bool(first < other)


def less_or_equal(first: Any, other: Any) -> bool:
    """``less`` or ``equal``."""
    return less(first, other) or equal(first, other)


def greater(first: Any, other: Any) -> bool:
    """The inverse of ``less_or_equal``."""
    return not less_or_equal(first, other)


def greater_or_equal(first: Any, other: Any) -> bool:
    """The inverse of ``less``."""
    return not less(first, other)
