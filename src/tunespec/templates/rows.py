"""Rows of the tables of templates and of answers as they are found, with what is marked on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tunespec.facts import Fact
from tunespec.findings import Mark, Place

Finder = TypeVar("Finder")


@dataclass
class Rows:
    """Rows of one table; ``facts`` names all of its facts."""

    facts: frozenset[str]
    places: list[Place] = field(default_factory=list)
    _marks: dict[str, dict[int, Mark]] = field(default_factory=dict)
    _examined: Counter[str] = field(default_factory=Counter)
    _reasons: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, line: int | None, key: str) -> int:
        """A new row; ``key`` tells it from the others of its file, whatever line it stands in."""
        self.places.append(Place(path, line, None, f"{path}:{key}"))
        return len(self.places) - 1

    def add_place(self, place: Place) -> int:
        """A new row that stands where a record does."""
        self.places.append(place)
        return len(self.places) - 1

    def examine(self, *facts: str, rows: int = 1) -> None:
        """Count one more row, or several, that these facts looked at."""
        self._examined.update(dict.fromkeys(facts, rows))

    def mark(self, fact: str, row: int, text: str, related: Place | None = None) -> None:
        """Something was found on a row; the first text stays."""
        self._marks.setdefault(fact, {}).setdefault(row, Mark(text, related))

    def add_where(self, where: Callable[[Place], str]) -> None:
        """Add to each text what more is known of the place where it was found; nothing if that is empty."""
        for marks in self._marks.values():
            for row, mark in marks.items():
                if said := where(self.places[row]):
                    marks[row] = mark._replace(text=f"{mark.text} ({said})")

    def skip(self, facts: Iterable[str], reason: str) -> None:
        """These facts have nothing to look at, unless something else did."""
        for fact in facts:
            self._reasons.setdefault(fact, reason)

    def take(self, fact: Fact, own: Sequence[int]) -> None:
        """What a fact says that was computed from some of the rows alone: its n-th row is ``own[n]`` here."""
        self.examine(fact.name, rows=fact.examined)
        for at, mark in fact.marks.items():
            self.mark(fact.name, own[at], mark.text, mark.related)
        if fact.reason:
            self.skip([fact.name], fact.reason)

    def found(self) -> list[Fact]:
        """All facts.

        Raises:
            ValueError: if more rows are marked than were examined, which is a mistake of the fact.
        """
        return [self._fact(name) for name in sorted(self.facts)]

    def _fact(self, name: str) -> Fact:
        examined, marks = self._examined[name], self._marks.get(name, {})
        if len(marks) > examined:
            raise ValueError(f"{name}: rows marked: {len(marks)}, examined: {examined}")
        reason = None if examined else self._reasons.get(name)  # without one the run ends: a fact was forgotten
        return Fact(name, marks, examined, reason)


def rows_for(groups: Mapping[str, Finder], wanted: Iterable[str]) -> tuple[Rows, list[Finder]]:
    """Rows for the groups that hold a wanted fact, and what finds these.

    Args:
        groups: names of facts that are found together, with blanks between -> what finds them.
        wanted: names of facts.
    """
    asked = set(wanted)
    own = {facts: finder for facts, finder in groups.items() if asked & set(facts.split())}
    return Rows(facts_of(own)), list(own.values())


def facts_of(groups: Iterable[str]) -> frozenset[str]:
    """The names of all facts of some groups."""
    return frozenset(fact for facts in groups for fact in facts.split())
