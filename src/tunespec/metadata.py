"""What a record says of itself: the columns that name its topic, its language, or the text that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

# Column names of public instruction datasets and of the trainers' examples, by what they hold.
NAMES: Mapping[str, tuple[str, ...]] = {
    "topic": (
        "topic", "category", "subject", "domain", "task", "task_type", "task_name", "intent", "theme", "skill",
        "subset", "type", "class",
    ),
    "language": ("language", "lang", "locale", "language_code"),
    "context": ("context", "passage", "document", "article", "reference", "documents", "ctx", "background"),
}  # fmt: skip
_NESTED = ("metadata", "meta", "extra")
_MEANING = {name: meaning for meaning, names in NAMES.items() for name in names}
_CATEGORY = 3  # records for each value of a column at least
_NOTHING: Mapping[str, str] = {}


def sorts_records(distinct: int, records: int) -> bool:
    """Whether a column with so many different values sorts the records; with more, it holds ids or titles."""
    return distinct * _CATEGORY <= records


@lru_cache(1024)
def names_context(keys: tuple[str, ...]) -> bool:
    """Whether one of a record's own columns is for the text that it is about, empty or not."""
    return any(meaning == "context" for _, meaning in _named(keys)[0])


def metadata_of(record: Mapping[str, Any]) -> Mapping[str, str]:
    """``meaning -> value`` of the record's own columns and those under ``metadata``; the first name of each counts."""
    names, nested = _named(tuple(record))
    if not names and not nested:
        return _NOTHING
    found = _texts(record, names)
    for key in nested:
        inner = record[key]
        if isinstance(inner, dict):
            found = {**_texts(inner, _named(tuple(inner))[0]), **found}
    return found


@lru_cache(1024)
def _named(keys: tuple[str, ...]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """``((key, meaning), ...)`` in the order of preference, and the keys that may hold more of them."""
    lowered = {key.lower(): key for key in reversed(keys)}
    names = tuple((lowered[name], meaning) for name, meaning in _MEANING.items() if name in lowered)
    return names, tuple(lowered[name] for name in _NESTED if name in lowered)


def _texts(record: Mapping[str, Any], names: tuple[tuple[str, str], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, meaning in names:
        value = record[key]
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            found.setdefault(meaning, str(value).strip())
    return found
