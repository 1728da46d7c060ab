"""The table `records`: facts and texts of a dataset's rows, as the engine judges them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tunespec.catalogue import closest
from tunespec.errors import CannotJudgeError
from tunespec.fact_store import facts_of, places_of
from tunespec.findings import Mark, Place
from tunespec.sources import GROUPS

if TYPE_CHECKING:
    from tunespec.cache import Cache
    from tunespec.sources import RecordSource

TEXTS = ("prompt", "answer", "system", "split")  # columns for house rules: never stored, they are the user's text


@dataclass(frozen=True)
class Table:
    """Facts over the rows of one dataset, and where each row stands.

    ``facts`` maps a fact to its marks by row; ``texts`` maps a text column, if asked for, to its values.
    """

    places: Sequence[Place]
    facts: Mapping[str, Mapping[int, Mark]]
    texts: Mapping[str, Sequence[str | None]]
    examined: Mapping[str, int]
    reasons: Mapping[str, str]

    def column(self, name: str) -> list[str | None]:
        """The values of a fact or text column, one for each row."""
        if name in self.texts:
            return list(self.texts[name])
        values: list[str | None] = [None] * len(self.places)
        for row, mark in self.facts[name].items():
            values[row] = mark.text
        return values

    def mark(self, kind: str, row: int) -> Mark:
        """The value of a fact on a row; a text column's value stays in the user's file."""
        return self.facts[kind][row] if kind in self.facts else Mark("")


def build_table(columns: Iterable[str], source: RecordSource, cache: Cache, key: str) -> tuple[Table, dict[str, Any]]:
    """The table ``records`` with these fact columns, and the dataset's description (files, profile).

    Raises:
        CannotJudgeError: for a column that no group computes, or input that cannot be read.
    """
    wanted = set(columns)
    groups = [name for name, (facts, _) in GROUPS.items() if facts & wanted]
    unknown = wanted - set(TEXTS) - {fact for facts, _ in GROUPS.values() for fact in facts}
    if unknown:
        known = [*TEXTS, *(fact for facts, _ in GROUPS.values() for fact in facts)]
        name = min(unknown)
        raise CannotJudgeError(f"the table records has no fact {name!r}{closest(name, known)}")
    description, places = places_of(source, cache, key)
    facts = facts_of(groups, source, cache, key)
    table = Table(
        places,
        {fact.name: fact.marks for fact in facts},
        _texts(source) if wanted & set(TEXTS) else {},
        {fact.name: fact.examined for fact in facts},
        {fact.name: fact.reason for fact in facts if fact.reason},
    )
    return table, description


def _texts(source: RecordSource) -> dict[str, Sequence[str | None]]:
    records = source.records
    readable = [c is not None and not c.defect for c in records.conversations]
    return {
        "prompt": [text if ok else None for text, ok in zip(records.prompts, readable, strict=True)],
        "answer": [text if ok else None for text, ok in zip(records.answers, readable, strict=True)],
        "system": [c.system if c else None for c in records.conversations],
        "split": records.splits,
    }
