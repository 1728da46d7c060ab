"""E003's facts, on the kinds of edge case: has the evaluation set of a dataset some of each that matters?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tunespec.cases.candidates import candidates
from tunespec.cases.coverage import EVALUATION, Coverage, Covered, Limits, coverage, evaluation_rows, training_rows
from tunespec.cases.kinds import KINDS
from tunespec.cases.probe_cases import probe_cases
from tunespec.cases.sorting import SAMPLED
from tunespec.facts import Fact, not_applicable
from tunespec.findings import Mark

if TYPE_CHECKING:
    from tunespec.findings import Place
    from tunespec.sources import RecordSource

NAMES = tuple(kind.fact for kind in KINDS)
_TRAINED, _TESTED = 30, 10  # records below which a share, or its absence, says nothing
_NAMED = 2  # candidates in a message; all of them: `candidates`


def case_facts(source: RecordSource, limits: Limits) -> list[Fact]:
    """Every fact of E003. Their table has one row for each of ``KINDS``, in that order.

    Args:
        source: the dataset; its texts are looked at only if there is something to evaluate on.
        limits: when a kind matters, and when it is covered.
    """
    probes = probe_cases(source.dataset.probes)
    reason = _why_not(source, probes.total())
    if reason:
        return [not_applicable(name, reason) for name in NAMES]
    covered = coverage(source, limits, probes)
    if not any(map(covered.matters, covered.kinds)):
        reason = f"too few of {covered.trained:,} {_records(covered)} are edge cases of any kind"
        return [not_applicable(name, reason) for name in NAMES]
    proposed = candidates(covered, source.records)
    places = source.records.places
    return [
        _fact(row, covered, [places[candidate] for candidate in proposed.get(one.kind, ())[:_NAMED]])
        for row, one in enumerate(covered.kinds)
    ]


def _why_not(source: RecordSource, probes: int) -> str:
    """Why nothing can be said of the dataset, if so."""
    names = {split.name for split in source.splits if split.rows}
    trained, held_out = len(training_rows(source)), len(evaluation_rows(source))
    if not trained:
        known = ", ".join(sorted(name for name in names if name)) or "no readable record"
        return f"the dataset has no training records ({known})"
    if not held_out + probes:
        if source.dataset.alone and len(names) == 1:
            return "a single file was given, which says nothing about a validation file beside it"
        return f"there is no {' or '.join(EVALUATION)} split, and no probe file"
    if trained < _TRAINED:
        return f"fewer than {_TRAINED} training records"
    if held_out + probes < _TESTED:
        return f"fewer than {_TESTED} records and probes to evaluate on"
    return ""


def _fact(row: int, covered: Covered, places: Sequence[Place]) -> Fact:
    one = covered.kinds[row]
    if not covered.matters(one):
        return not_applicable(one.kind.fact, _why_it_does_not_matter(one, covered))
    if one.tested >= covered.limits.least:
        return Fact(one.kind.fact, {}, 1)
    should, others = one.kind.verbs
    examples = f"as {_of_training(one, covered)} {others}, such as {' and '.join(map(str, places))}"
    text = (
        f"{one.tested} of {covered.tested:,} evaluation records{' and probes' if covered.probes else ''}"
        f"{_of_splits(covered)} {one.kind.says}; at least {covered.limits.least} {should}, {examples}"
    )
    return Fact(one.kind.fact, {row: Mark(text, places[0], float(one.tested), float(covered.limits.least))}, 1)


def _of_splits(covered: Covered) -> str:
    """How many records each split has, since the finding stands in the file of one of them."""
    if len(covered.splits) < 2:
        return ""
    return f" ({', '.join(f'{count:,} of `{split}`' for split, count in covered.splits.items())})"


def _why_it_does_not_matter(one: Coverage, covered: Covered) -> str:
    if not one.trained:
        return f"no {_records(covered)} {one.kind.says}"
    return f"only {_of_training(one, covered)} {one.kind.says}"


def _of_training(one: Coverage, covered: Covered) -> str:
    share = len(one.trained) / covered.trained
    return f"{len(one.trained):,} of {covered.trained:,} {_records(covered)} ({share:.1%})"


def _records(covered: Covered) -> str:
    return "training records looked at" if covered.trained >= SAMPLED else "training records"
