"""A training loss that leaps and comes back: for some rows, or time and again together with its gradient."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tunespec.training.step_facts.curves import Curve, by_chance
from tunespec.training.step_facts.logged_run import LoggedRun, Series

_WINDOW = 50  # rows whose highest a spike is compared with, and within which it comes back
_BEYOND_HIGHEST, _BEYOND_USUAL = 1.5, 2.0  # times the highest, and the median, of the rows before
_WIDE = 2  # rows: a single one is a batch of hard records
# A batch of other records has a higher loss, and a norm that is some times as high; a step that throws the model back
# has one that is far away. Three of them are no single bad batch.
_NORM, _AGAIN = 40.0, 3
_BESIDE = 5  # rows on either side, whose median is the usual


def loss_spike(run: LoggedRun, loss: Series) -> tuple[int, str] | None:
    """The row of the first spike and what is said of it; None if there is none."""
    spikes = _spikes(loss.values)
    if spikes:
        at = spikes[0]
        row, value = int(loss.rows[at]), float(loss.values[at])
        usual = float(np.median(loss.values[at - _WINDOW : at]))
        count = f", the first of {len(spikes):,} such spikes" if len(spikes) > 1 else ""
        return row, f"the training loss leaps from {usual:.3g} to {value:.3g} at {run.where(row)}{count}"
    return _with_gradient(run, loss)


def _spikes(values: Curve) -> list[int]:
    """The first positions of leaps that last and then come back; one that does not is other data, or divergence."""
    if len(values) <= _WINDOW + _WIDE or values.min() < 0:
        return []
    highest = sliding_window_view(values, _WINDOW).max(axis=1)  # of the rows before position n + _WINDOW
    leaps = np.flatnonzero(values[_WINDOW:] > _BEYOND_HIGHEST * highest[:-1]) + _WINDOW
    found: list[int] = []
    for at in leaps.tolist():
        if found and at < found[-1] + _WINDOW:
            continue
        before = values[at - _WINDOW : at]
        limit = max(_BEYOND_HIGHEST * float(before.max()), _BEYOND_USUAL * float(np.median(before)))
        behind = values[at : at + _WINDOW]
        below = np.flatnonzero(behind <= limit)
        back = len(below) and below[0] >= _WIDE and float(np.median(values[at + below[0] : at + _WINDOW])) < limit
        if back and not by_chance(values > limit, at):
            found.append(at)
    return found


def _with_gradient(run: LoggedRun, loss: Series) -> tuple[int, str] | None:
    """Single rows in which the loss and the norm of the gradient leap together, time and again."""
    norms = run.series("grad_norm").finite()
    _, at, of_norm = np.intersect1d(loss.rows, norms.rows, assume_unique=True, return_indices=True)
    values, heights = loss.values[at], norms.values[of_norm]
    if len(values) <= 2 * _BESIDE or values.min() < 0:
        return None
    usual, usual_norm = _usual(values), _usual(heights)
    leaps = np.flatnonzero((values > _BEYOND_USUAL * usual) & (heights > _NORM * usual_norm))
    if len(leaps) < _AGAIN:
        return None
    first = int(leaps[0])
    row = int(loss.rows[at[first]])
    said = f"the training loss and the norm of its gradient leap together in {len(leaps):,} rows, first at "
    said += f"{run.where(row)}: from {usual[first]:.3g} to {values[first]:.3g}, and from {usual_norm[first]:.3g} "
    return row, f"{said}to {heights[first]:.3g}"


def _usual(values: Curve) -> Curve:
    """The median of the rows around each."""
    around = np.pad(values, _BESIDE, mode="reflect")
    return np.asarray(np.median(sliding_window_view(around, 2 * _BESIDE + 1), axis=1), dtype=np.float64)
