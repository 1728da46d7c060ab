"""Which records or outputs are edge cases, as E003 tells them, and which of them an evaluation set lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tunespec.sources import RecordSource

Queues = Mapping[str, Iterator[int]]


def edge_cases(source: RecordSource, rank: Mapping[int, int]) -> Queues:
    """The rows of each kind of edge case, by their rank; of many records, of some.

    Args:
        source: records, or outputs as such.
        rank: row -> its place in the order in which rows are drawn; others are left out.
    """
    from tunespec.cases.sorting import sample, sorted_by_kind

    readable = [row for row, content in enumerate(source.records.contents) if content]
    found = sorted_by_kind(source, sample(source, readable), ())
    return {f"edge case: {kind.case}": ranked(rows & rank.keys(), rank) for kind, rows in found.items()}


def lacking_cases(source: RecordSource, rank: Mapping[int, int]) -> Queues:
    """The training records of each kind that the evaluation set lacks, best first; none if it lacks none."""
    from tunespec.cases.candidates import candidates
    from tunespec.cases.coverage import Limits, coverage
    from tunespec.cases.probe_cases import probe_cases

    limits = Limits(*(source.setting("E003", name) for name in Limits._fields))
    covered = coverage(source, limits, probe_cases(source.dataset.probes))
    found = candidates(covered, source.records)
    return {
        f"edge case that no evaluation record is: {kind.case}": iter([row for row in rows if row in rank])
        for kind, rows in found.items()
    }


def ranked(rows: set[int], rank: Mapping[int, int]) -> Iterator[int]:
    """Some rows by their rank; they are put in order when the first one is wanted."""
    yield from sorted(rows, key=rank.__getitem__)
