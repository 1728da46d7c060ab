"""A training loss that falls in stairs: flat within an epoch, lower as soon as the same records come again.

Normal in itself (hiyouga/LLaMA-Factory issue 7485, huggingface/transformers issue 18730): it shows how much of the
loss is records that are recognised.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunespec.training.step_facts.curves import end, noise
from tunespec.training.step_facts.logged_run import LoggedRun, Series

_WINDOW = 0.1  # epochs on either side of a boundary
_ROWS = 3  # logged rows that a window needs
_DROP = 0.1  # share of the loss before the boundary
_SHARPER = 3.0  # times what the loss moves within the epoch, from one window to the next
_LOW, _HALF = 0.5, 0.5  # nats: Axolotl docs/training_stability.qmd, 0.5 to 2.0 is usual; share of the first epoch's end
_BOUNDARIES = 2


class Stairs(NamedTuple):
    """How many of the boundaries are steps; the loss before the first and at the end; the row behind the first."""

    steps: int
    boundaries: int
    first: float
    last: float
    row: int

    @property
    def low(self) -> bool:
        """Whether nearly all boundaries are steps that lead to a low end."""
        stepped = self.steps >= _BOUNDARIES and 3 * self.steps >= 2 * self.boundaries
        return stepped and self.last < _LOW and self.last < _HALF * self.first


def stairs(run: LoggedRun, loss: Series) -> Stairs | None:
    """The stairs of a loss; None if the log does not cover two boundaries of epochs closely enough."""
    told = [run.epoch(int(row)) for row in loss.rows]
    if not told or any(epoch is None for epoch in told):
        return None
    epochs = np.maximum.accumulate(np.array(told, dtype=np.float64))
    spread = noise(loss.values)
    drops = [_drop(epochs, loss, boundary, spread) for boundary in range(1, int(min(epochs.max(), 1000)) + 1)]
    found = [drop for drop in drops if drop is not None]
    if len(found) < _BOUNDARIES:
        return None
    first = min(found, key=lambda drop: drop.row)
    return Stairs(sum(drop.stair for drop in found), len(found), first.before, end(loss.values), first.row)


class _Drop(NamedTuple):
    stair: bool
    before: float
    row: int


def _drop(epochs: NDArray[np.float64], loss: Series, boundary: int, spread: float) -> _Drop | None:
    """What happens at the end of an epoch; None where fewer rows were logged than windows need."""
    edges = [boundary - 2 * _WINDOW, boundary - _WINDOW, boundary, boundary + _WINDOW]
    windows = list(pairwise(np.searchsorted(epochs, edges, side="right").tolist()))
    if min(behind - first for first, behind in windows) < _ROWS:
        return None
    earlier, before, after = (float(loss.values[first:behind].mean()) for first, behind in windows)
    start, behind = windows[2]
    chance = spread / float(behind - start) ** 0.5
    stair = before - after > max(_DROP * before, _SHARPER * abs(earlier - before), _SHARPER * chance)
    return _Drop(stair, before, int(loss.rows[start]))
