"""JSON values as canonical text, for keys and hashes: equal values give equal bytes, and no value is refused."""

from __future__ import annotations

import json
from typing import Any

import orjson

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def canonical(value: Any) -> bytes:
    """The value's JSON with sorted keys.

    What orjson refuses (integers beyond 64 bits, lone surrogates, 255 levels) goes through the slower standard
    library; nesting that even this refuses is hashed by its representation's length, so that it has some key.
    """
    try:
        return orjson.dumps(value, default=str, option=_OPTIONS)
    except (TypeError, ValueError, RecursionError):
        try:
            return json.dumps(value, sort_keys=True, default=str).encode()
        except (TypeError, ValueError, RecursionError):
            return f"a {type(value).__name__} of {len(value)} items that JSON cannot hold".encode()
