"""The words of requests, topics, statements and greetings, from ``open_prompts.toml``."""

from __future__ import annotations

import re
from functools import cache

from tunespec.facts import word_tables

_FILE = "open_prompts.toml"


def pattern(table: str) -> re.Pattern[str]:
    """Everything that a table lists, in all its languages, as one pattern."""
    return word_tables.pattern(_FILE, table)


@cache
def around(before: str, table: str, after: str) -> re.Pattern[str]:
    """The same between two parts."""
    sources = word_tables.tables(_FILE)["parts"]
    start, end = (sources[name].replace("\\\n", "") if name else "" for name in (before, after))
    return re.compile(f"{start}(?:{word_tables.source(_FILE, table)}){end}", re.IGNORECASE)


@cache
def words(name: str) -> frozenset[str]:
    """One of the lists of words."""
    return frozenset(word_tables.tables(_FILE)["words"][name].split())


@cache
def hint() -> str:
    """What each request without bounds holds, as a pattern for a whole column."""
    return f"(?i){word_tables.source(_FILE, 'boundless_hint')}"
