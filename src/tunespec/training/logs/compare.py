"""Whether two logs can be of one run: at the same steps one run has the same losses, in whatever form it wrote them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from tunespec.training.logs.log import Log, Logged

_SIDES = ("loss", "eval_loss")
# The Trainer prints four digits of a loss, and rounds it to four decimals in its state.
_RELATIVE, _ABSOLUTE = 2e-3, 2e-4
_DIFFERING = (
    0.1  # [judgement] share of the rows: two runs from one seed begin alike, and a console's epochs are rounded
)
_EPOCH_DIGITS = 2  # of an epoch as transformers 4 prints it


@dataclass(frozen=True)
class Course:
    """A log with its losses by where in the run they stand."""

    path: str
    log: Log

    @cached_property
    def by_step(self) -> Mapping[str, Mapping[float, set[float]]]:
        """Side (training, validation) -> step -> losses; a log that was appended to may have several at a step."""
        return _losses(self.log.rows, "step")

    @cached_property
    def by_epoch(self) -> Mapping[str, Mapping[float, set[float]]]:
        """The same by the epoch that is reached, rounded."""
        return _losses(self.log.rows, "epoch")

    @cached_property
    def _positions(self) -> list[float]:
        tables = (table for of in ("by_step", "by_epoch") for table in getattr(self, of).values())
        return next((sorted(table) for table in tables if table), [])

    @property
    def is_placed(self) -> bool:
        """Whether it has losses, and says where in the run they stand."""
        return bool(self._positions)

    @property
    def trains(self) -> bool:
        """Whether it has losses of the training."""
        return bool(self.by_step["loss"] or self.by_epoch["loss"])

    @property
    def first(self) -> float:
        """Step (epoch, where none is known) of the first loss."""
        return self._positions[0]

    @property
    def last(self) -> float:
        """Step (epoch, where none is known) of the last loss."""
        return self._positions[-1]

    @cached_property
    def interval(self) -> float:
        """Steps (epochs) from a row to the next; 0 if there is one only."""
        pairs = zip(self._positions, self._positions[1:], strict=False)
        return median([later - former for former, later in pairs] or [0])

    @cached_property
    def begins(self) -> bool:
        """Whether it begins with its run: one that was resumed starts behind its first interval."""
        by_step = any(self.by_step.values())
        return self.first <= (max(1, self.interval) if by_step else 1.5 * self.interval)

    def differs(self, other: Course) -> bool | None:
        """Whether the other has other losses at the same places; None if they have no place in common.

        A console is compared by epochs: its steps are those of the progress bar beside a row, which may be one ahead.
        """
        consoles = "console" in {self.log.format, other.log.format}
        for of in ("by_epoch", "by_step") if consoles else ("by_step", "by_epoch"):
            own, its = getattr(self, of), getattr(other, of)
            for side in _SIDES:
                if common := own[side].keys() & its[side].keys():
                    unlike = sum(not _alike(own[side][at], its[side][at]) for at in common)
                    return unlike > _DIFFERING * len(common)
        return None


def _losses(rows: Sequence[Logged], of: str) -> Mapping[str, Mapping[float, set[float]]]:
    found: dict[str, dict[float, set[float]]] = {side: {} for side in _SIDES}
    for row in rows:
        at = _at(row, of)
        # mistral-finetune repeats a training loss, of other batches, beside each evaluation.
        side = next((side for side in reversed(_SIDES) if side in row.values), None)
        if at is not None and side is not None:
            found[side].setdefault(at, set()).add(row.values[side])
    return found


def _at(row: Logged, of: str) -> float | None:
    if of == "step":
        return row.step
    return None if row.epoch is None else round(row.epoch, _EPOCH_DIGITS)


def _alike(one: set[float], other: set[float]) -> bool:
    return any(
        math.isclose(a, b, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE) or (math.isnan(a) and math.isnan(b))
        for a in one
        for b in other
    )
