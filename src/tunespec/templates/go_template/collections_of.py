"""``index``, ``slice`` and ``len`` of lists, maps and strings; strings are bytes, as in Go."""

from __future__ import annotations

from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.values import (
    NO_VALUE,
    Byte,
    Map,
    Slice,
    byte_length,
    decode,
    encode,
    is_integer,
    is_nil_pointer,
    type_name,
    type_of,
)


def length(item: Any) -> int:
    """``len``"""
    if isinstance(item, str):
        return byte_length(item)
    if isinstance(item, list | dict):
        return len(item)
    raise TemplateError(
        "len of nil pointer" if item is NO_VALUE or is_nil_pointer(item) else f"len of type {type_name(item)}"
    )


def index(item: Any, *keys: Any) -> Any:
    """``index x 1 2``: ``x[1][2]``; what a map does not hold is its zero value."""
    if item is None or item is NO_VALUE:
        raise TemplateError("index of untyped nil")
    for key in keys:
        if is_nil_pointer(item):
            raise TemplateError("index of nil pointer")
        item = _at(item, key)
    return item


def _at(item: Any, key: Any) -> Any:
    if isinstance(item, dict):
        if key is None or key is NO_VALUE:
            raise TemplateError("value is nil; should be of type string")
        if not isinstance(key, str):
            raise TemplateError(f"value has type {type_name(key)}; should be string")
        return item[key] if key in item else element_of(item)
    if isinstance(item, list):
        place = _place(key, len(item))
        if place == len(item):
            raise TemplateError("reflect: slice index out of range")
        return item[place]
    if isinstance(item, str):
        raw = encode(item)
        place = _place(key, len(raw))
        if place == len(raw):
            raise TemplateError("reflect: string index out of range")
        return Byte(raw[place])
    raise TemplateError(f"can't index item of type {type_name(item)}")


def element_of(item: Any) -> Any:
    """What a map gives for a key that it does not hold."""
    named = type_of(item) if isinstance(item, Map) else None
    return None if named is None else named.element()


def _place(key: Any, capacity: int) -> int:
    if key is None or key is NO_VALUE:
        raise TemplateError("cannot index slice/array with nil")
    if not is_integer(key):
        raise TemplateError(f"cannot index slice/array with type {type_name(key)}")
    if not 0 <= key <= capacity:
        raise TemplateError(f"index out of range: {key}")
    return int(key)


def cut(item: Any, *bounds: Any) -> Any:
    """``slice x 1 2``: ``x[1:2]``; a list may be cut anew up to its capacity."""
    if item is None or item is NO_VALUE:
        raise TemplateError("slice of untyped nil")
    if len(bounds) > 3:
        raise TemplateError(f"too many slice indexes: {len(bounds)}")
    if isinstance(item, str):
        if len(bounds) == 3:
            raise TemplateError("cannot 3-index slice a string")
        raw = encode(item)
        start, end, _ = _bounds(bounds, len(raw), len(raw))
        return decode(raw[start:end])
    if isinstance(item, list):
        room = item.room if isinstance(item, Slice) else []
        start, end, limit = _bounds(bounds, len(item), len(item) + len(room))
        whole = [*item, *room] if room else item
        return Slice(whole[start:end], type_of(item), room=whole[end:limit])
    raise TemplateError(f"can't slice item of type {type_name(item)}")


def _bounds(keys: tuple[Any, ...], size: int, capacity: int) -> tuple[int, int, int]:
    places = [_place(key, capacity) for key in keys]
    start, end, limit = (*places, *(0, size, capacity)[len(places) :])
    if start > end:
        raise TemplateError(f"invalid slice index: {start} > {end}")
    if end > limit:
        raise TemplateError(f"invalid slice index: {end} > {limit}")
    return start, end, limit
