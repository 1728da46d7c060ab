"""Counts over the labelled set, and the limits that they must keep."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.accuracy.scoring import Share
from benchmarks.configs.judging import judge
from benchmarks.configs.labels import KINDS, Label, labels, readable

LEAST_RECALL = 0.95  # of what must be found: one miss in twenty is what a reader of warnings can live with
MOST_ERRORS = 0.02  # of all: a false error stops a pipeline
MOST_WARNINGS = 0.05  # of the clean ones: above, people switch a check off


@dataclass
class Scores:
    """Of one kind: recall by code, and of the fresh ones by themselves; false alarms; and the names behind them."""

    kind: str
    labels: Sequence[Label]
    unread: Sequence[Label]
    recall: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    fresh: Share = field(default_factory=Share)
    errors: Share = field(default_factory=Share)
    warnings: Share = field(default_factory=Share)
    missed: list[tuple[Label, str]] = field(default_factory=list)
    false: list[tuple[Label, str, str]] = field(default_factory=list)

    @property
    def found(self) -> Share:
        """Recall over all codes, without the fresh ones."""
        return Share(
            sum(share.count for share in self.recall.values()), sum(share.total for share in self.recall.values())
        )

    def add(self, label: Label, said: Mapping[str, str]) -> None:
        """Count one label against the severities that its codes got.

        What is only worth knowing (info) is said of clean ones too, and counts neither way.
        """
        said = {code: severity for code, severity in said.items() if severity != "info"}
        for code in label.codes:
            hit = any(one in said for one in code.split("|"))
            self.recall[code.split("|")[0]].add(hit=hit)
            if label.fresh:
                self.fresh.add(hit=hit)
            if not hit:
                self.missed.append((label, code))
        wanted = {one for code in label.codes for one in code.split("|")}
        false = {
            code: severity
            for code, severity in said.items()
            if code not in wanted and (severity == "error" or (severity == "warning" and code not in label.may))
        }
        self.false += [(label, code, severity) for code, severity in sorted(false.items())]
        self.errors.add(hit="error" in false.values())
        if label.is_clean:
            self.warnings.add(hit="warning" in false.values())

    def breaches(self) -> Iterator[str]:
        """Every limit that is not kept, as a sentence."""
        if self.found.value < LEAST_RECALL:
            yield f"{self.kind}: found {_of(self.found)} of what must be found, less than {LEAST_RECALL:.0%}"
        if self.errors.value > MOST_ERRORS:
            yield f"{self.kind}: {_of(self.errors)} get a false error, more than {MOST_ERRORS:.0%}"
        if self.warnings.value > MOST_WARNINGS:
            yield f"{self.kind}: {_of(self.warnings)} clean ones get a false warning, more than {MOST_WARNINGS:.0%}"


def _of(share: Share) -> str:
    return f"{share.count} of {share.total}"


def score() -> Sequence[Scores]:
    """Judge the labelled configurations, then the labelled logs."""
    return [_score(kind) for kind in KINDS]


def _score(kind: str) -> Scores:
    every = labels(kind)
    judged = readable(every)
    scores = Scores(kind, judged, [label for label in every if label not in judged])
    with tempfile.TemporaryDirectory(prefix="tunespec-configs-") as folder:
        for label in judged:
            label.lay_out(Path(folder) / label.name)
        said = judge(Path(folder)).by_folder()
    for label in judged:
        scores.add(label, said.get(label.name, {}))
    return scores
