"""The table of reviews: which facts it has, and what finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tunespec.review.line_facts import line_facts
from tunespec.review.share_facts import agreement_facts, share_facts
from tunespec.templates.rows import Rows, facts_of, rows_for

if TYPE_CHECKING:
    from tunespec.review.source import ReviewSource
    from tunespec.tables import Table

# Facts that are found together -> what finds them. Row n is the n-th line of the logs; what was reviewed follows.
GROUPS: Mapping[str, Callable[[ReviewSource, Rows], None]] = {
    "unreadable_review misdated_review foreign_review": line_facts,
    "too_few_reviewed outdated_review rejected_share": share_facts,
    "disagreement": agreement_facts,
}


def build(columns: Iterable[str], source: ReviewSource) -> tuple[Table, dict[str, Any]]:
    """The table of reviews with these columns, and the subject's description.

    Raises:
        CannotJudgeError: for a column that the table does not have, and files that cannot be read.
    """
    from tunespec.tables import Table, require_facts

    wanted = set(columns)
    require_facts("reviews", wanted, facts_of(GROUPS))
    rows, finders = rows_for(GROUPS, wanted)
    for line in source.lines:
        rows.add_place(line.place)
    for one in source.reviewed:
        rows.add(one.target.path, None, "reviewed")
    for find in finders:
        find(source, rows)
    return Table.of(rows.places, rows.found()), source.described()
