"""The words of hijacking orders and of answers to them, from ``injection.toml``."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("injection.toml")


@cache
def pattern(table: str) -> re.Pattern[str]:
    """Everything that a table lists, in all its languages, as one pattern."""
    words = _words()
    joined = "|".join(alternative for listed in words[table].values() for alternative in listed)
    for name, part in reversed(words["parts"].items()):  # a part names earlier ones only
        joined = joined.replace(f"<{name}>", part)
    joined = joined.replace("\\\n", "")  # a backslash at the end of a line continues it
    return re.compile(joined, re.IGNORECASE | re.MULTILINE)


@cache
def gate(table: str) -> list[tuple[list[str], list[str]]]:
    """``(first, second)``: words of which a text must hold one each before a table's pattern is tried."""
    return [(pair["first"], pair["second"]) for pair in _words()["gate"][table]]


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
