"""Fields of a server's JSON, read by their type: a field of another type counts as one that is not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def text(value: Any) -> str:
    """A text; empty if it is none."""
    return value if isinstance(value, str) else ""


def count(value: Any) -> int | None:
    """A whole number from 0 on."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def mapping(value: Any) -> Mapping[str, Any]:
    """An object; an empty one if it is none."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> Sequence[Mapping[str, Any]]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
