"""Training records that could be moved into the evaluation set, for the kinds of edge case that it lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tunespec.cases.coverage import Covered
from tunespec.cases.kinds import Kind

if TYPE_CHECKING:
    from tunespec.records import Records


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
