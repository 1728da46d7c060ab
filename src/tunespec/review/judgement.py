"""One judgement: what one person said of one record or one output, as a line of a review log holds it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any, Literal

import orjson

from tunespec.catalogue import closest
from tunespec.templates.visible import visible

Kind = Literal["record", "output"]
KINDS: tuple[Kind, ...] = ("record", "output")
ASPECTS: Mapping[str, str] = {  # key of a line -> what a rejected answer lacks, as it is said
    "complete": "not complete",
    "relevant": "not relevant",
    "concise": "not concise",
    "stops": "not stopped properly",
    "correct": "not correct",
}
_KEYS = (*KINDS, "model", "reviewer", "date", *ASPECTS, "note", "undone")
_MISSPELT = 0.8  # similarity (difflib's ratio) from which another key is one of these, misspelt
_HASH = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Judgement:
    """What a person said.

    Args:
        kind: whether a record of a dataset was judged, or an output of a model.
        hash: its name by its content: 32 hexadecimal digits.
        reviewer: who judged.
        dated: when, as it is written: a day, or a moment, by ISO 8601.
        aspects: those of ``ASPECTS`` that were judged, and whether the answer is so.
        model: digest of the model whose output it is, else its name; empty for records, and if nobody knows.
        note: what else the reviewer says.
        undone: whether it takes back what the same reviewer said of the same answer before.
    """

    kind: Kind
    hash: str
    reviewer: str
    dated: str
    aspects: Mapping[str, bool] = field(default_factory=dict)
    model: str = ""
    note: str = ""
    undone: bool = False

    @property
    def accepted(self) -> bool:
        """Whether nothing is wrong with it."""
        return all(self.aspects.values())

    @property
    def day(self) -> date:
        """The day of the judgement, in UTC."""
        return day_of(self.dated)

    @property
    def who(self) -> str:
        """The reviewer's name, in the form in which names are compared."""
        return self.reviewer.casefold()

    def line(self) -> bytes:
        """It as a line of a review log, with its end."""
        told: dict[str, Any] = {self.kind: self.hash}
        told |= {"model": self.model} if self.model else {}
        told |= {"reviewer": self.reviewer, "date": self.dated}
        told |= {name: self.aspects[name] for name in ASPECTS if name in self.aspects}
        told |= {"note": self.note} if self.note else {}
        told |= {"undone": True} if self.undone else {}
        return orjson.dumps(told) + b"\n"


def is_review(record: Mapping[str, Any]) -> bool:
    """Whether a record is meant as a line of a review log, rather than of a dataset of somebody's reviews."""
    return {"reviewer", "date"} <= set(record) and any(_is_hash(record.get(kind)) for kind in KINDS)


def is_sheet(record: Mapping[str, Any]) -> bool:
    """Whether a record is a line of a sheet, which says what to judge."""
    return "why" in record and "reviewer" not in record and any(_is_hash(record.get(kind)) for kind in KINDS)


def named_in(record: Mapping[str, Any]) -> tuple[Kind, str]:
    """Whether a record or an output is meant, and its hash.

    Raises:
        ValueError: saying what is wrong.
    """
    kinds = [kind for kind in KINDS if record.get(kind) is not None]
    if len(kinds) != 1:
        raise ValueError("it has " + ("both `record` and `output`" if kinds else "neither `record` nor `output`"))
    named = record[kinds[0]]
    if not _is_hash(named):
        raise ValueError(f"`{kinds[0]}` is {_shown(named)}, not a hash of 32 hexadecimal digits")
    return kinds[0], named


def judgement_of(record: Mapping[str, Any]) -> Judgement:
    """The judgement that a line holds.

    Raises:
        ValueError: saying what is wrong with it.
    """
    kind, named = named_in(record)
    for key in record:
        if key not in _KEYS and get_close_matches(key, _KEYS, cutoff=_MISSPELT):
            raise ValueError(f"unknown key `{visible(key)}`{closest(key, _KEYS)}")
    texts = {key: _text(record, key) for key in ("reviewer", "date", "model", "note")}
    reviewer = " ".join(texts["reviewer"].split())
    if not reviewer:
        raise ValueError("`reviewer` names nobody")
    try:
        day_of(texts["date"])
    except (ValueError, OverflowError):
        raise ValueError(f"`date` is {_shown(record.get('date'))}, not a day such as 2026-11-26") from None
    aspects, undone = _aspects(record), record.get("undone") is True
    if not aspects and not undone:
        raise ValueError(f"it judges nothing: one of {', '.join(ASPECTS)} must be true or false")
    return Judgement(kind, named, reviewer, texts["date"], aspects, texts["model"], texts["note"], undone)


def day_of(text: str) -> date:
    """The day of a date or moment as ISO 8601 writes it, in UTC; a moment without a time zone counts as UTC.

    Raises:
        ValueError: if it is neither.
    """
    moment = datetime.fromisoformat(text.strip())
    return (moment.astimezone(UTC) if moment.tzinfo is not None else moment).date()


def _aspects(record: Mapping[str, Any]) -> dict[str, bool]:
    found = {}
    for name in ASPECTS:
        value = record.get(name)
        if isinstance(value, bool):
            found[name] = value
        elif value is not None:
            raise ValueError(f"`{name}` is {_shown(value)}, not true, false or null")
    return found


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"`{key}` is {_shown(value)}, not a text")
    return value or ""


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _shown(value: Any) -> str:
    from tunespec.canonical import canonical
    from tunespec.text import shorten

    return visible(shorten(canonical(value).decode(errors="replace"))) if value is not None else "missing"
