"""The words of hijacking orders and of answers to them, from ``injection.toml``."""

from __future__ import annotations

import re

from tunespec.facts import word_tables

_FILE = "injection.toml"


def pattern(table: str) -> re.Pattern[str]:
    """Everything that a table lists, in all its languages, as one pattern."""
    return word_tables.pattern(_FILE, table)


def gate(name: str) -> list[str]:
    """One of the lists of words that come before the patterns."""
    return list(word_tables.tables(_FILE)["gate"][name])
