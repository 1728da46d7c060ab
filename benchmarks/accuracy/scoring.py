"""Counts over judged records, and the limits that they must keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.accuracy.judging import Judged
from tunespec.catalogue import load
from tunespec.tables import TABLES

LEAST_RECALL = 0.95  # of each planted kind: one miss in twenty is what a reader of warnings can live with
MOST_ERRORS, MOST_WARNINGS = 0.005, 0.01  # of clean records; above, people switch a check off
MOST_ALIKE = 0.02  # of each class of look-alikes, which are harder than clean records
# Kinds that no labelled dataset holds, and where they are held instead.
UNPLANTED: Mapping[str, str] = {
    "D001.truncated_end": "tests/test_truncation_facts.py counts tokens exactly",
}
KINDS: Sequence[str] = [
    name
    for pitfall in load().pitfalls
    for kind in pitfall.kinds()
    if TABLES[pitfall.table] == "data" and (name := f"{pitfall.code}.{kind}") not in UNPLANTED
]


@dataclass
class Share:
    """How many of how many."""

    count: int = 0
    total: int = 0

    def add(self, *, hit: bool) -> None:
        """One more, which counts or not."""
        self.count += hit
        self.total += 1

    @property
    def value(self) -> float:
        """The share; 0 of nothing."""
        return self.count / self.total if self.total else 0.0


def _shares() -> dict[str, Share]:
    return defaultdict(Share)


@dataclass
class Scores:
    """``recall`` by kind; ``near`` by bin, operation and length; clean records by seed and shape; look-alikes."""

    recall: dict[str, Share] = field(default_factory=_shares)
    near: dict[str, Share] = field(default_factory=_shares)
    variants: dict[str, Share] = field(default_factory=_shares)
    errors: dict[str, Share] = field(default_factory=_shares)
    warnings: dict[str, Share] = field(default_factory=_shares)
    false: dict[str, Share] = field(default_factory=_shares)
    alike: dict[str, Share] = field(default_factory=_shares)

    def breaches(self) -> Iterator[str]:
        """Every limit that is not kept, as a sentence."""
        for kind in KINDS:
            share = self.recall.get(kind, Share())
            if share.value < LEAST_RECALL:
                yield f"{kind}: found {share.count} of {share.total} plantings, less than {LEAST_RECALL:.0%}"
        yield from _above(self.errors, MOST_ERRORS, "clean records get an error")
        yield from _above(self.warnings, MOST_WARNINGS, "clean records get a warning")
        yield from _above(self.alike, MOST_ALIKE, "look-alikes are flagged")


def _above(shares: Mapping[str, Share], most: float, what: str) -> Iterator[str]:
    for name, share in sorted(shares.items()):
        if share.value > most:
            yield f"{name}: {share.count} of {share.total} {what}, more than {most:.1%}"


def score(judged: Iterable[tuple[int, Judged]]) -> Scores:
    """Counts over ``(seed, judged record)``. Every record counts once in each of its groups."""
    scores = Scores()
    for seed, (shape, label, found) in judged:
        if label.group == "planted":
            _count_planted(scores, label.kind, label.detail, hit=label.kind in found)
        elif label.group == "clean":
            place = f"seed {seed}, {shape}"
            scores.errors[place].add(hit="error" in found.values())
            scores.warnings[place].add(hit="warning" in found.values())
            for kind in KINDS:
                scores.false[kind].add(hit=kind in found)
        elif label.group == "alike":
            scores.alike[label.kind].add(hit=bool(found))
    return scores


def _count_planted(scores: Scores, kind: str, detail: str, *, hit: bool) -> None:
    scores.recall[kind].add(hit=hit)
    if ".near_" not in kind:
        scores.variants[f"{kind}: {detail}"].add(hit=hit)
        return
    for aspect in detail.split("|"):
        scores.near[aspect].add(hit=hit)
