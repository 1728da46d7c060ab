"""Of which kinds of edge case each record is."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from tunespec.cases import contents, replies, sizes, structure
from tunespec.cases.kinds import KINDS, Kind
from tunespec.cases.view import View

if TYPE_CHECKING:
    from tunespec.sources import RecordSource

_SORTS: Mapping[str, Callable[[View], set[int]]] = {
    "minimal": sizes.minimal,
    "long": sizes.long,
    "language": contents.language,
    "code": contents.code,
    "unicode": contents.unicode,
    "ambiguous": replies.ambiguous,
    "unanswerable": replies.unanswerable,
    "adversarial": replies.adversarial,
    "rare": contents.rare,
    "numeric": contents.numeric,
    "multi-turn": structure.multi_turn,
    "tools": structure.tools,
}
SAMPLED = 10_000  # records of a side: a share of 1 % is known to 0.1 points


def sorted_by_kind(source: RecordSource, trained: Collection[int], tested: Collection[int]) -> dict[Kind, set[int]]:
    """The rows of each kind of edge case, among some of a dataset; a row may be of several kinds or of none.

    Args:
        source: the dataset.
        trained: rows of its training records, which tell what is usual.
        tested: other rows that are sorted.
    """
    view = View(source, frozenset(trained), frozenset(tested))
    return {kind: _SORTS[kind.case](view) for kind in KINDS}


def sample(source: RecordSource, rows: Collection[int], most: int = SAMPLED) -> Collection[int]:
    """At most so many of some rows, chosen by what they hold: in another order, the same are chosen."""
    if len(rows) <= most:
        return rows
    hashes = source.records.contents
    return heapq.nsmallest(most, rows, key=lambda row: hashes[row])
