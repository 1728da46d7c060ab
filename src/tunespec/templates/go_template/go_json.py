"""Values as Go's ``encoding/json`` writes them: sorted keys of maps, escaped ``<``, ``>`` and ``&``, no blanks."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.values import NO_VALUE, Field, Slice, Struct, is_nil

_SPECIAL = re.compile(r"[\"\\<>&\x00-\x1f\u2028\u2029\ud800-\udfff]")
_SHORT = {'"': r"\"", "\\": r"\\", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t"}


def to_json(value: Any) -> str:
    """``json.Marshal``. Raises TemplateError where Go returns an error (NaN, complex numbers)."""
    if value is NO_VALUE or is_nil(value):
        return "null"
    if isinstance(value, str):
        return f'"{_SPECIAL.sub(lambda found: _escape(found.group()), value)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, complex):
        raise TemplateError("json: unsupported type: complex128")
    return _compound(value)


def _compound(value: Any) -> str:
    if isinstance(value, Struct):
        if (method := value.type.methods.get("MarshalJSON")) is not None:
            return method(value)
        members = [
            (field.key or field.name, value.fields[field.name])
            for field in value.type.fields
            if not (field.omitted and _is_empty(field, value.fields[field.name]))
        ]
        return _members(members)
    if isinstance(value, dict):
        return _members(sorted(value.items()))
    if isinstance(value, Slice) and value.type and (method := value.type.methods.get("MarshalJSON")) is not None:
        return method(value)
    return f"[{','.join(map(to_json, value))}]"


def _members(members: list[tuple[str, Any]]) -> str:
    return "{" + ",".join(f"{to_json(key)}:{to_json(value)}" for key, value in members) + "}"


def _is_empty(field: Field, value: Any) -> bool:
    """``omitempty``: an interface is empty if it is nil, whatever it holds; a struct never is."""
    return value is None if field.zero() is None else not value


def _float(value: float) -> str:
    if math.isnan(value) or math.isinf(value):
        raise TemplateError(f"json: unsupported value: {value}")
    size = abs(value)
    if size == 0 or 1e-6 <= size < 1e21:
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    mantissa, exponent = repr(value).split("e")
    return f"{mantissa.removesuffix('.0')}e{exponent[0]}{exponent[1:].lstrip('0')}"


def _escape(sign: str) -> str:
    if sign in _SHORT:
        return _SHORT[sign]
    return r"\ufffd" if "\ud800" <= sign <= "\udfff" else f"\\u{ord(sign):04x}"
