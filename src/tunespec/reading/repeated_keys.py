"""A key that stands twice in one JSON object: parsers keep the last value, some loaders the first, and none says so."""

from __future__ import annotations

import json
from typing import Any


def repeated_key(value: Any, written: bytes) -> str | None:
    """Says which key is repeated in a parsed JSON text, or None.

    A key ends with a quotation mark and a colon, and inside of a string that mark is escaped: a text that has no more
    of them than its value has keys repeats none. That is all that a usual line costs.
    """
    colons = written.count(b'":')
    seen = _keys_at_the_top(value)
    if colons == seen:
        return None
    keys = _keys_of(value)
    if colons < keys:  # written with a blank between
        colons += written.count(b'" :') - written.count(b'\\" :')
    if colons - written.count(b'\\":') <= keys:
        return None
    try:
        json.loads(written, object_pairs_hook=_refuse_repetition, strict=False)
    except _RepeatedKeyError as error:
        return f"the key `{error}` stands twice in one object, and loaders keep only one of its values"
    except (ValueError, RecursionError):
        return None
    return None


class _RepeatedKeyError(Exception):
    """Its text is the key."""


def _refuse_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _RepeatedKeyError(next(name for name in found if names.count(name) > 1))
    return found


def _keys_at_the_top(value: Any) -> int:
    """The keys of a record and of the objects in its lists: all that most shapes have."""
    if type(value) is not dict:
        return 0
    count = len(value)
    for inner in value.values():
        if type(inner) is list:
            for item in inner:
                if type(item) is dict:
                    count += len(item)
    return count


def _keys_of(value: Any) -> int:
    """How many keys all objects of a parsed value have."""
    if isinstance(value, dict):
        return len(value) + sum(_keys_of(inner) for inner in value.values() if isinstance(inner, dict | list))
    return sum(_keys_of(inner) for inner in value if isinstance(inner, dict | list)) if isinstance(value, list) else 0
