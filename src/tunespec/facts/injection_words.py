"""The words of hijacking orders and of answers to them, from ``injection.toml``."""

from __future__ import annotations

import re

from tunespec.facts import word_tables

_FILE = "injection.toml"


def pattern(table: str) -> re.Pattern[str]:
    """Everything that a table lists, in all its languages, as one pattern."""
    return word_tables.pattern(_FILE, table)


def gate(table: str) -> list[tuple[list[str], list[str]]]:
    """``(first, second)``: words of which a text must hold one each before a table's pattern is tried."""
    return [(pair["first"], pair["second"]) for pair in word_tables.tables(_FILE)["gate"][table]]
