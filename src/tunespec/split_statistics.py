"""How large the splits of a dataset are, what is in them, and what they share: the report shows it, E001 judges it."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from tunespec.languages import name_of
from tunespec.metadata import sorts_records
from tunespec.records import Records
from tunespec.text import shorten

_TOPICS_SHOWN = 10


@dataclass(frozen=True)
class Split:
    """The readable records of one split. ``lengths`` are characters of the answers, ``topics`` the records' own,
    ``languages`` too.
    """

    name: str | None
    rows: Sequence[int]
    lengths: Sequence[int]
    prompt_characters: int
    topics: Mapping[str, int]
    languages: Mapping[str, int]

    def in_languages(self, spoken: Mapping[int, str]) -> Split:
        """The split with the languages that its records are in, where their columns name none.

        Args:
            spoken: row -> code of the record's language.
        """
        return replace(self, languages=Counter(name_of(spoken[row]) for row in self.rows if row in spoken))

    def shown(self, total: int) -> dict[str, Any]:
        """The split as reports print it; ``total`` is the number of records of all splits."""
        shown: dict[str, Any] = {
            "split": self.name,
            "records": len(self.rows),
            "share": round(len(self.rows) / (total or 1), 4),
            "prompt_characters": self.prompt_characters,
            "answer_characters": sum(self.lengths),
        }
        if self.lengths:
            shown["answer_length"] = {
                "least": min(self.lengths),
                "median": int(statistics.median_low(self.lengths)),
                "most": max(self.lengths),
            }
        for name, counts in (("topics", self.topics), ("languages", self.languages)):
            if counts:
                shown[name] = dict(Counter(counts).most_common(_TOPICS_SHOWN))
        return shown


def splits_of(records: Records) -> list[Split]:
    """The splits in the order in which the files name them; a split of unreadable records has no rows."""
    rows: dict[str | None, list[int]] = {}
    for row, (split, content) in enumerate(zip(records.splits, records.contents, strict=True)):
        own = rows.setdefault(split, [])
        if content:
            own.append(row)
    topics, languages = _categories(records, "topic"), _categories(records, "language")
    return [
        Split(
            name,
            own,
            [len(records.answers[row]) for row in own],
            sum(len(records.prompts[row]) for row in own),
            Counter(topics[row] for row in own if row in topics),
            Counter(languages[row] for row in own if row in languages),
        )
        for name, own in rows.items()
    ]


def _categories(records: Records, meaning: str) -> dict[int, str]:
    """Row -> value of a column that sorts the records; one that holds titles or ids is the user's text, and is none."""
    values = {row: meta[meaning] for row, meta in enumerate(records.metadata) if meaning in meta}
    if not sorts_records(len(set(values.values())), len(values)):
        return {}
    return {row: shorten(value) for row, value in values.items()}


def overlaps(splits: Sequence[Split], records: Records, prompts: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """How many records of the smaller of two splits, and how many of its prompts, stand in the other one too.

    Args:
        splits: the dataset's splits.
        records: its records.
        prompts: row -> prompt in the form that is compared.
    """
    for one, other in combinations(sorted(splits, key=lambda split: len(split.rows)), 2):
        contents = {records.contents[row] for row in other.rows}
        asked = {prompts.get(row) for row in other.rows} - {None}
        yield {
            "split": one.name,
            "with": other.name,
            "records": sum(records.contents[row] in contents for row in one.rows),
            "prompts": sum(prompts.get(row) in asked for row in one.rows),
        }
