"""D009's question of languages and of domains: does a dataset mix two sorts, with nothing that says which is which?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tunespec.records import Records

_MARKED = 0.5  # of the records with a column that names the sort: then the dataset says which is which
_LEAST = 3  # records of the second sort


class Mixture(NamedTuple):
    """The usual sort and the other one, each with its share of the records as text, and the other's first row."""

    usual: str
    usual_share: str
    other: str
    other_share: str
    share: float
    row: int


def is_marked(records: Records, meaning: str) -> bool:
    """Whether a column (``topic``, ``language``) names the sort of most records."""
    return sum(meaning in meta for meta in records.metadata) > _MARKED * len(records)


def mixture(
    own: Mapping[int, str], second: float, same: Callable[[str, str], bool] = lambda one, other: one == other
) -> Mixture | None:
    """The two most frequent sorts, if the second has at least this share of the records.

    Args:
        own: row -> its sort, "" if it has none.
        second: the share from which on a second sort makes a mixture.
        same: whether two sorts count as one.
    """
    counts = Counter(filter(None, own.values())).most_common()
    if not counts:
        return None
    usual, most = counts[0]
    other, count = next(((sort, n) for sort, n in counts[1:] if not same(sort, usual)), ("", 0))
    total = len(own)
    if count < max(_LEAST, second * total):
        return None
    first = min(row for row, sort in own.items() if sort == other)
    return Mixture(usual, f"{most / total:.0%}", other, f"{count / total:.0%}", count / total, first)
