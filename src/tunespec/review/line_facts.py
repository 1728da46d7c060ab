"""What is wrong with lines of a review log: nobody can read them, their day cannot be, they are of nothing here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from tunespec.review.judgement import Judgement
from tunespec.review.source import ReviewSource
from tunespec.review.targets import Target
from tunespec.templates.rows import Rows
from tunespec.templates.visible import visible

_DAY = timedelta(days=1)  # what time zones explain


def line_facts(source: ReviewSource, rows: Rows) -> None:
    """The facts about each line."""
    rows.examine("unreadable_review", rows=len(source.lines))
    for row, line in enumerate(source.lines):
        if line.judgement is None:
            rows.mark("unreadable_review", row, line.why)
    for row, judgement in source.standing:
        rows.examine("misdated_review")
        if why := _misdated(judgement, source):
            rows.mark("misdated_review", row, why)
    _foreign(source, rows)
    rows.skip(["misdated_review", "foreign_review"], "the reviews hold no judgement")


def _misdated(judgement: Judgement, source: ReviewSource) -> str:
    if judgement.day - source.day > _DAY:
        return f"the judgement is of {judgement.day}, which is yet to come"
    own = next((target for target in source.targets if target.holds(judgement)), None)
    if own is not None and own.made is not None and own.made - judgement.day > _DAY:
        return f"the judgement is of {judgement.day}, and {own.name} was recorded later, on {own.made}"
    return ""


def _foreign(source: ReviewSource, rows: Rows) -> None:
    """One mark for all: a log keeps what was said of earlier models, and of records before they were mended."""
    if not source.targets:
        rows.skip(["foreign_review"], "neither a dataset nor recorded outputs are among the files")
        return
    rows.examine("foreign_review", rows=len(source.standing))
    foreign = [(row, one) for row, one in source.standing if not any(t.holds(one) for t in source.targets)]
    if foreign:
        reasons = Counter(_reason(one, source.targets) for _, one in foreign)
        told = ", ".join(f"{count:,} of {reason}" for reason, count in reasons.most_common())
        of_all = f"{len(foreign):,} of {len(source.standing):,} judgements"
        of_all += " is of nothing that is here" if len(foreign) == 1 else " are of nothing that is here"
        rows.mark("foreign_review", foreign[0][0], f"{of_all}: {told}")


def _reason(judgement: Judgement, targets: Sequence[Target]) -> str:
    own = [target for target in targets if target.kind == judgement.kind]
    if own and not any(target.of_model(judgement) for target in own):
        return f"another model ({visible(judgement.model[:19])})"
    return f"{judgement.kind}s that are gone or changed"
