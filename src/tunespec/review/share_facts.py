"""How much was reviewed, how lately, how much of it was accepted, and whether reviewers agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tunespec.review.agreement import AgreementError, alpha
from tunespec.review.judgement import ASPECTS, Judgement
from tunespec.review.source import Reviewed, ReviewSource
from tunespec.templates.rows import Rows
from tunespec.wording import plural

_FACTS = ("too_few_reviewed", "outdated_review", "rejected_share")
_JUDGED = 10  # answers, or all if there are fewer, from which a rejected share is one: fewer may be a slip
_TWICE = 10  # answers with two reviewers, from which their agreement is told
_APART = 3  # answers on which they differ at least: fewer are slips, and move alpha far where almost all are accepted


def share_facts(source: ReviewSource, rows: Rows) -> None:
    """The facts about each dataset and recording that is to be reviewed."""
    first = len(source.lines)
    for row, one in enumerate(source.reviewed, first):
        if not one.target.places:
            continue
        rows.examine(*_FACTS)
        if len(one.said) < one.needed:
            rows.mark("too_few_reviewed", row, _too_few(one))
        elif recent := _too_old(one, source):
            rows.mark("outdated_review", row, recent)
        limit = 1 - source.settings["accepted"]
        enough = len(one.said) >= min(one.needed, _JUDGED)
        if enough and len(one.rejected) > limit * max(len(one.said), one.needed) + 1e-6:
            rows.mark("rejected_share", row, _rejected(one, limit))
    rows.skip(_FACTS, "neither a dataset nor recorded outputs are among the files")


def _too_few(one: Reviewed) -> str:
    noun, total = one.target.kind, len(one.target.places)
    told = f"{len(one.said):,} of {plural(total, noun)} are judged, where {one.needed:,} must be"
    return f"{told}; {len(one.rejected):,} of those are rejected" if one.rejected else told


def _too_old(one: Reviewed, source: ReviewSource) -> str:
    days = int(source.settings["days"])
    recent = one.within(days, source.day)
    if recent >= one.needed:
        return ""
    judged = plural(len(one.said), f"judged {one.target.kind}")
    return f"of {judged}, {recent:,} were judged in the last {days:,} days, where {one.needed:,} must be"


def _rejected(one: Reviewed, limit: float) -> str:
    judged, rejected = len(one.said), len(one.rejected)
    told = f"{rejected:,} of {plural(judged, f'judged {one.target.kind}')} are rejected"
    said = [judgement for named in one.rejected for _, judgement in one.said[named]]
    lacks = Counter(ASPECTS[name] for each in said for name, good in each.aspects.items() if not good)
    first = one.target.places[one.rejected[0]]
    ranked = ", ".join(f"{count:,} {what}" for what, count in lacks.most_common())
    return f"{told} ({rejected / judged:.0%}, allowed {limit:.0%}): {ranked}; the first is {first}"


def agreement_facts(source: ReviewSource, rows: Rows) -> None:
    """Whether those agree who judged the same."""
    fact = "disagreement"
    for one in source.reviewed:
        twice = {named: said for named, said in one.said.items() if len(said) > 1}
        if len(twice) < _TWICE:
            continue
        apart = [said for said in twice.values() if len({judged.accepted for _, judged in said}) > 1]
        try:
            found = alpha(_votes(list(twice.values()))) if len(apart) >= _APART else 1.0
        except AgreementError as error:
            rows.skip([fact], str(error))
            continue
        rows.examine(fact, rows=len(twice))
        if found < source.settings["agreement"]:
            row, other = _two_of(apart[0])
            told = f"reviewers disagree on {len(apart):,} of the {len(twice):,} {one.target.kind}s that several judged"
            limit = source.settings["agreement"]
            text = f"{told}, first on this one: Krippendorff's alpha is {found:.2f}, and should be at least {limit:g}"
            rows.mark(fact, row, text, rows.places[other])
    rows.skip([fact], f"less than {_TWICE} of what is here has two reviewers")


def _votes(judged: Sequence[Sequence[tuple[int, Judgement]]]) -> list[tuple[str, str, str]]:
    return [(one.who, one.hash, str(one.accepted)) for said in judged for _, one in said]


def _two_of(said: Sequence[tuple[int, Judgement]]) -> tuple[int, int]:
    """The lines of a rejection and of an acceptance."""
    lines = {judgement.accepted: row for row, judgement in said}
    return lines[False], lines[True]
