"""Training records that could be moved into the evaluation set, for the kinds of edge case that it lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tunespec.cases.coverage import Covered, Limits, coverage, training_rows
from tunespec.cases.kinds import Kind
from tunespec.cases.probe_cases import probe_cases
from tunespec.cases.sorting import sorted_by_kind

if TYPE_CHECKING:
    from tunespec.findings import Place
    from tunespec.records import Records
    from tunespec.sources import RecordSource


def proposed(source: RecordSource, limits: Limits) -> dict[Kind, list[Place]]:
    """Where the training records stand that would fill the gaps of a dataset's evaluation set, best first.

    Only kinds that E003 finds are there: a set of ten records is not asked for what one training record in a hundred is
    of, and without an evaluation set nothing is lacking.
    """
    covered = coverage(source, limits, probe_cases(source.dataset.probes))
    places = source.records.places
    return {kind: [places[row] for row in rows] for kind, rows in candidates(covered, source.records).items()}


def by_kind(source: RecordSource) -> dict[Kind, set[int]]:
    """The rows of each kind of edge case among all readable records, kinds that the evaluation set lacks first.

    Args:
        source: a dataset, or outputs as if they were one.
    """
    rows = [row for split in source.splits for row in split.rows]
    found = sorted_by_kind(source, training_rows(source) or rows, rows)
    covered = coverage(source, Limits(), probe_cases(source.dataset.probes))
    lacking = {one.kind for one in covered.lacking}
    return {kind: found[kind] for kind in sorted(found, key=lambda kind: kind not in lacking)}


def candidates(covered: Covered, records: Records) -> Mapping[Kind, Sequence[int]]:
    """The rows of training records of each kind that is lacking, best first.

    Those of the most kinds that are lacking come first, so that few records fill many gaps; among them the shortest,
    which are read and reviewed fastest; among those, what they hold decides, so that their order does not.
    """
    lacking = covered.lacking
    gaps = Counter(row for one in lacking for row in one.trained)

    def rank(row: int) -> tuple[int, int, bytes, int]:
        return -gaps[row], len(records.prompts[row]) + len(records.answers[row]), records.contents[row], row

    return {one.kind: sorted(one.trained, key=rank) for one in lacking}
