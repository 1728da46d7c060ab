"""What the facts of reviews are computed from: the lines of the logs, and what those are of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tunespec.review.judgement import Judgement
from tunespec.review.log import Line, read_logs, standing
from tunespec.review.targets import Target

if TYPE_CHECKING:
    from tunespec.config import Config
    from tunespec.subjects import ReviewLog


def today(config: Config) -> date:
    """The day from which the age of judgements counts: the configured one, else today in UTC."""
    told = config.review.get("today")
    return date.fromisoformat(str(told)) if told is not None else datetime.now(UTC).date()


@dataclass(frozen=True)
class Reviewed:
    """A target with the judgements of it.

    ``said`` maps the hash of what was judged to ``(line, judgement)`` of each reviewer; ``needed`` is how many must be.
    """

    target: Target
    said: Mapping[str, Sequence[tuple[int, Judgement]]]
    needed: int

    @property
    def rejected(self) -> list[str]:
        """The hashes of what no majority accepted."""
        return [one for one, said in self.said.items() if 2 * sum(judged.accepted for _, judged in said) <= len(said)]

    def within(self, days: int, day: date) -> int:
        """How many were judged in so many days before a day, or later."""
        return sum(any((day - judged.day).days <= days for _, judged in said) for said in self.said.values())


class ReviewSource:
    """The review logs of a project, with what may have been reviewed."""

    def __init__(
        self, subject: ReviewLog, day: date, settings: Mapping[str, Any], targets: Callable[[], Sequence[Target]]
    ) -> None:
        """Nothing is read yet.

        Args:
            subject: the logs.
            day: from which the age of judgements counts.
            settings: the thresholds of E002.
            targets: reads what may have been reviewed.
        """
        self.subject, self.day, self.settings, self._read = subject, day, settings, targets

    @cached_property
    def lines(self) -> list[Line]:
        """Every line of the logs."""
        return read_logs(self.subject.files)

    @cached_property
    def standing(self) -> list[tuple[int, Judgement]]:
        """``(line, judgement)`` of those that count."""
        return standing(self.lines)

    @cached_property
    def targets(self) -> Sequence[Target]:
        """What may have been reviewed."""
        return self._read()

    @cached_property
    def reviewed(self) -> list[Reviewed]:
        """What must have been reviewed: whatever a judgement is of; the outputs in any case, if there are some."""
        found = [self._reviewed(target) for target in self.targets]
        touched = [one for one in found if one.said]
        outputs = [one for one in found if one.target.kind == "output"]
        if outputs and not any(one.said for one in outputs):
            return [*touched, *_together(outputs)]
        return touched or _together(found)

    def _reviewed(self, target: Target) -> Reviewed:
        said: dict[str, list[tuple[int, Judgement]]] = {}
        for number, judgement in self.standing:
            if target.holds(judgement):
                said.setdefault(judgement.hash, []).append((number, judgement))
        return Reviewed(target, said, min(int(self.settings["least"]), len(target.places)))

    def described(self) -> dict[str, Any]:
        """The logs as the report's `subjects` shows them."""
        counts = {file.shown: [0, 0] for file in self.subject.files}
        for line in self.lines:
            counts[line.place.path][0] += 1
            counts[line.place.path][1] += line.judgement is None
        formats = {file.shown: file.format for file in self.subject.files}
        return {
            "name": self.subject.name,
            "family": self.subject.family,
            "files": [
                {"path": path, "split": None, "format": formats[path], "rows": rows, "unread": unread}
                for path, (rows, unread) in counts.items()
            ],
            "profile": {
                "judgements": len(self.standing),
                "reviewers": len({one.who for _, one in self.standing}),
                "reviewed": [_shown(one) for one in self.reviewed],
            },
        }


def _together(found: Sequence[Reviewed]) -> list[Reviewed]:
    """Targets of which nothing is reviewed, as the one that has the most to review: any of them would do."""
    return [max(found, key=lambda one: len(one.target.places))] if found else []


def _shown(one: Reviewed) -> dict[str, Any]:
    return {
        "name": one.target.name,
        "of": one.target.kind,
        "rows": len(one.target.places),
        "judged": len(one.said),
        "accepted": len(one.said) - len(one.rejected),
    }
