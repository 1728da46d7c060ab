"""D005's facts: records that teach the same thing twice."""

from __future__ import annotations

from tunespec.facts import Fact
from tunespec.facts.alike import BENCHMARK, Alike
from tunespec.findings import Mark


def duplicate_facts(alike: Alike) -> list[Fact]:
    """``duplicate_of`` and ``near_duplicate_of``: the first record of the same split that says the same.

    A repetition in another split is no duplicate but a leak (D004).
    """
    records = alike.records
    first: dict[tuple[str | None, bytes], int] = {}
    exact: dict[int, Mark] = {}
    examined = 0
    for row in alike.rows:
        if records.splits[row] == BENCHMARK:
            continue
        examined += 1
        place = records.places[first.setdefault((records.splits[row], records.contents[row]), row)]
        if place is not records.places[row]:
            exact[row] = Mark(str(place), place, 1.0)
    near: dict[int, Mark] = {}
    for row, other, similarity in alike.record_pairs:
        same_split = records.splits[row] == records.splits[other] != BENCHMARK
        if same_split and row not in exact and (row not in near or similarity > (near[row].value or 0)):
            near[row] = alike.near_mark(other, similarity)
    reason = None if examined else "no readable record"
    return [Fact("duplicate_of", exact, examined, reason), Fact("near_duplicate_of", near, examined, reason)]
