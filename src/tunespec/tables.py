"""The tables of a subject, as the engine judges them: a dataset's records, a template pair's stops ..."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from tunespec.catalogue import closest
from tunespec.errors import CannotJudgeError
from tunespec.fact_store import described_facts
from tunespec.findings import Mark, Place
from tunespec.groups import GROUPS

if TYPE_CHECKING:
    from tunespec.cache import Cache
    from tunespec.facts import Fact
    from tunespec.inference.source import AnswerSource
    from tunespec.review.source import ReviewSource
    from tunespec.sources import RecordSource
    from tunespec.templates.source import TemplateSource
    from tunespec.training.source import RunSource

    Source = RecordSource | TemplateSource | RunSource | AnswerSource | ReviewSource

TABLES: Mapping[str, str] = {  # table -> family of the subjects that have it
    "records": "data",
    "splits": "data",
    "cases": "data",
    "stops": "template",
    "files": "template",
    "renders": "template",
    "limits": "template",
    "answers": "inference",
    "settings": "training",
    "steps": "training",
    "reviews": "evaluation",
}
TEXTS = ("prompt", "answer", "system", "split")  # columns for house rules: never stored, they are the user's text


@dataclass(frozen=True)
class Table:
    """Facts over rows (records, splits, stops), and where each row stands.

    ``facts`` maps a fact to its marks by row; ``texts`` maps a text column, if asked for, to its values.
    """

    places: Sequence[Place]
    facts: Mapping[str, Mapping[int, Mark]]
    texts: Mapping[str, Sequence[str | None]]
    examined: Mapping[str, int]
    reasons: Mapping[str, str]

    @classmethod
    def of(
        cls, places: Sequence[Place], facts: Sequence[Fact], texts: Mapping[str, Sequence[str | None]] | None = None
    ) -> Table:
        """The table of these facts; ``texts`` are its text columns, if any is asked for."""
        return cls(
            places,
            {fact.name: fact.marks for fact in facts},
            texts or {},
            {fact.name: fact.examined for fact in facts},
            {fact.name: fact.reason for fact in facts if fact.reason},
        )

    def column(self, name: str) -> dict[int, str]:
        """Row -> value of a fact or text column; a row that is absent has none."""
        if name in self.texts:
            return {row: text for row, text in enumerate(self.texts[name]) if text is not None}
        return {row: mark.text for row, mark in self.facts[name].items()}

    def mark(self, kind: str, row: int) -> Mark:
        """The value of a fact on a row; a text column's value stays in the user's file."""
        return self.facts[kind][row] if kind in self.facts else Mark("")


def require_facts(table: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a column that a table does not have.

    Raises:
        CannotJudgeError: naming the closest.
    """
    known = set(known)
    if unknown := sorted(set(wanted) - known):
        raise CannotJudgeError(f"the table {table} has no fact {unknown[0]!r}{closest(unknown[0], known)}")


def build_table(
    name: str, columns: Iterable[str], source: Source, cache: Cache, key: str
) -> tuple[Table, dict[str, Any]]:
    """The table ``name`` with these columns, and the subject's description (files, profile, splits).

    Raises:
        CannotJudgeError: for a column that no group computes, or input that cannot be read.
    """
    if TABLES[name] == "template":
        from tunespec.templates.tables import build

        return build(name, columns, cast("TemplateSource", source))
    if TABLES[name] == "inference":
        from tunespec.inference.tables import build as build_answers

        return build_answers(columns, cast("AnswerSource", source))
    if TABLES[name] == "training":
        from tunespec.training.tables import build as build_run

        return build_run(name, columns, cast("RunSource", source))
    if TABLES[name] == "evaluation":
        from tunespec.review.tables import build as build_reviews

        return build_reviews(columns, cast("ReviewSource", source))
    return _dataset_table(name, columns, cast("RecordSource", source), cache, key)


def _dataset_table(
    name: str, columns: Iterable[str], source: RecordSource, cache: Cache, key: str
) -> tuple[Table, dict[str, Any]]:
    wanted = set(columns)
    texts = TEXTS if name == "records" else ()
    require_facts(name, wanted, [*texts, *(f for group in GROUPS.values() if group.table == name for f in group.facts)])
    groups = [group for group, own in GROUPS.items() if own.table == name and own.facts & wanted]
    description, places, facts = described_facts(groups, source, cache, key)
    own = _own_places(name, description, source) or places
    return Table.of(own, facts, _texts(source) if wanted & set(texts) else None), description


def _own_places(name: str, description: Mapping[str, Any], source: RecordSource) -> list[Place]:
    """Where the rows of a table stand that are no records."""
    if name == "splits":
        return _split_places(description)
    if name == "cases":
        from tunespec.cases.places import case_places

        return case_places(description, source.dataset.probes)
    return []


def _split_places(description: Mapping[str, Any]) -> list[Place]:
    """One place for each split, in the order in which the files name them: its file, or the dataset if it has more."""
    paths: dict[str | None, set[str]] = {}
    for file in description["files"]:
        paths.setdefault(file["split"], set()).add(file["path"])
    return [
        Place(min(own) if len(own) == 1 else description["name"], None, None, str(split))
        for split, own in paths.items()
    ]


def _texts(source: RecordSource) -> dict[str, Sequence[str | None]]:
    records = source.records
    readable = [c is not None and not c.defect for c in records.conversations]
    return {
        "prompt": [text if ok else None for text, ok in zip(records.prompts, readable, strict=True)],
        "answer": [text if ok else None for text, ok in zip(records.answers, readable, strict=True)],
        "system": [c.system if c else None for c in records.conversations],
        "split": records.splits,
    }
