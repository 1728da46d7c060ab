"""Which kinds of edge case the training records have, and the evaluation set of a dataset lacks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tunespec.cases.kinds import Kind
from tunespec.cases.sorting import sample, sorted_by_kind

if TYPE_CHECKING:
    from tunespec.sources import RecordSource

EVALUATION = ("validation", "test")  # splits
_OF_KIND = 5  # training records of a kind that make it one of the dataset's: one or two are an accident


class Limits(NamedTuple):
    """E003's thresholds: evaluation records of each kind, and the share of training records that makes it matter."""

    least: int = 1
    share: float = 0.01


class Coverage(NamedTuple):
    """How a kind of edge case is covered.

    Args:
        kind: the kind.
        trained: rows of the training records of it, among those looked at.
        tested: how many evaluation records are of it, and how many probes name it as their ``case``.
    """

    kind: Kind
    trained: frozenset[int]
    tested: int


@dataclass(frozen=True)
class Covered:
    """How an evaluation set covers all kinds of edge case.

    Args:
        kinds: one entry for each of ``KINDS``.
        trained: how many training records were looked at.
        tested: how many evaluation records and probes there are.
        probes: how many of them are probes.
        limits: when a kind matters, and when it is covered.
        splits: how many readable evaluation records each split has that has some.
    """

    kinds: Sequence[Coverage]
    trained: int
    tested: int
    probes: int
    limits: Limits
    splits: Mapping[str, int]

    @property
    def lacking(self) -> list[Coverage]:
        """The kinds that matter and are not tested often enough."""
        return [one for one in self.kinds if self.matters(one) and one.tested < self.limits.least]

    def matters(self, one: Coverage) -> bool:
        """Whether the evaluation set should have some of a kind.

        Training has several of it, and a share; and as many training records as there are evaluation records would hold
        ``least`` of it: no set is asked for more than one of its size that was drawn at random has.
        """
        count = len(one.trained)
        enough = count >= max(_OF_KIND, self.limits.share * self.trained)
        return enough and count * self.tested >= self.limits.least * self.trained


def evaluation_rows(source: RecordSource) -> list[int]:
    """The readable records of the validation and the test split."""
    return [row for split in source.splits if split.name in EVALUATION for row in split.rows]


def training_rows(source: RecordSource) -> Sequence[int]:
    """The readable records that are trained on: the training split, or all where nothing names a split."""
    rows = {split.name: split.rows for split in source.splits if split.rows}
    return rows.get("train") or (rows[None] if set(rows) == {None} else ())


def coverage(source: RecordSource, limits: Limits, probes: Mapping[str, int]) -> Covered:
    """How the evaluation set of a dataset covers each kind of edge case.

    Args:
        source: the dataset.
        limits: when a kind matters, and when it is covered.
        probes: how many probes name each kind as their ``case``.
    """
    held_out = evaluation_rows(source)
    trained, tested = sample(source, training_rows(source)), sample(source, held_out)
    asked = sum(probes.values())
    sizes = {split.name: len(split.rows) for split in source.splits if split.name in EVALUATION and split.rows}

    def covered(tested: Collection[int]) -> Covered:
        kinds = _kinds(source, trained, tested, probes)
        return Covered(kinds, len(trained), len(held_out) + asked, asked, limits, sizes)

    found = covered(tested)
    if found.lacking and len(tested) < len(held_out):  # what the sample lacks, the others may have
        return covered(held_out)
    return found


def _kinds(
    source: RecordSource, trained: Collection[int], tested: Collection[int], probes: Mapping[str, int]
) -> list[Coverage]:
    own = frozenset(trained)
    return [
        Coverage(kind, own & rows, len(rows - own) + probes.get(kind.case, 0))
        for kind, rows in sorted_by_kind(source, trained, tested).items()
    ]
