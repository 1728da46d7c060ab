"""What a record says of itself: the columns for its topic, its language, the text or the picture that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from tunespec.shown import MEDIA_KEYS, shown

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


class _Named(NamedTuple):
    """Of a record's keys: ``(key, meaning)`` in the order of preference, and those that may hold more of them."""

    names: tuple[tuple[str, str], ...] = ()
    nested: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()  # columns of media, and the contexts, which may be no texts


_NONE = _Named()


def sorts_records(distinct: int, records: int) -> bool:
    """Whether a column with so many different values sorts the records; with more, it holds ids or titles."""
    return distinct * _CATEGORY <= records


@lru_cache(1024)
def names_context(keys: tuple[str, ...]) -> bool:
    """Whether one of a record's own columns is for the text that it is about, empty or not."""
    return bool(_named(keys).contexts)


def metadata_of(record: Mapping[str, Any]) -> Mapping[str, str]:
    """``meaning -> value`` of the record's own columns and those under ``metadata``; the first name of each counts.

    ``shown`` stands for the pictures, sounds and films beside the words, and for a context that is no text; equal for
    equal ones, and absent where there are none.
    """
    named = _named(tuple(record))
    if named is _NONE:
        return _NOTHING
    found = _own(record, named)
    for key in named.nested:
        inner = record[key]
        if isinstance(inner, dict):
            found = {**_own(inner, _named(tuple(inner))), **found}
    return found


def _own(record: Mapping[str, Any], named: _Named) -> dict[str, str]:
    found = _texts(record, named.names)
    if named.shown and (beside := shown(_beside(record, named))):
        found["shown"] = beside
    return found


def _beside(record: Mapping[str, Any], named: _Named) -> Iterator[Any]:
    """The values of media columns, and of contexts that are no texts."""
    yield from (record[key] for key in named.shown if key not in named.contexts or not _text_of(record[key]))


@lru_cache(1024)
def _named(keys: tuple[str, ...]) -> _Named:
    lowered = {key.lower(): key for key in reversed(keys)}
    names = tuple((lowered[name], meaning) for name, meaning in _MEANING.items() if name in lowered)
    nested = tuple(lowered[name] for name in _NESTED if name in lowered)
    contexts = tuple(key for key, meaning in names if meaning == "context")
    shown_keys = (*(key for name, key in sorted(lowered.items()) if name in MEDIA_KEYS), *contexts)
    return _Named(names, nested, contexts, shown_keys) if names or nested or shown_keys else _NONE


def _texts(record: Mapping[str, Any], names: tuple[tuple[str, str], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, meaning in names:
        if text := _text_of(record[key]):
            found.setdefault(meaning, text)
    return found


def _text_of(value: Any) -> str:
    """A text, or a whole number as one; nothing of any other value."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
