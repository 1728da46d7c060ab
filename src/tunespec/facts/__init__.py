"""Facts: pure functions over a dataset's records; all logic that can be wrong lives here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tunespec.findings import Mark


@dataclass(frozen=True)
class Fact:
    """One column of facts: ``marks`` holds the rows where something was found.

    ``examined`` counts the rows that the fact was computed for. It is 0 only with a ``reason`` why the fact does not
    apply to this dataset; 0 without one means that nobody looked, and is an error.
    """

    name: str
    marks: Mapping[int, Mark]
    examined: int
    reason: str | None = None


def not_applicable(name: str, reason: str) -> Fact:
    """A fact that this dataset cannot have."""
    return Fact(name, {}, 0, reason)
