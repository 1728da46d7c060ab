"""H004's facts about curves that leave their band: a loss that leaps or runs away, gradients that explode or stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tunespec.templates.rows import Rows
from tunespec.training.step_facts.curves import beginning, end, runs_of
from tunespec.training.step_facts.faults import loss_fault
from tunespec.training.step_facts.logged_run import LoggedRun, Series

if TYPE_CHECKING:
    from tunespec.training.source import RunSource

FACTS = ("diverged", "loss_spike", "exploding_gradient", "constant_gradient")
_LOSSES, _GRADIENTS = FACTS[:2], FACTS[2:]
_LEAST_ROWS = 10
# A run that harder records make worse (a curriculum) does not double its loss, nor add what guessing among three costs.
_DOUBLED, _NATS = 2.0, 1.0
_WINDOW = 50  # [judgement] rows whose highest a spike is compared with, and within which it comes back
_BEYOND_HIGHEST, _BEYOND_USUAL = 1.5, 2.0  # times the highest, and the median, of the rows before
_WIDE = 2  # [judgement] rows: a single one is a batch of hard records
_SUSTAINED = 5  # [judgement] rows in a row: a norm that stays high, and no single batch
_START = 10  # a norm is high while a new task is met: the first tenth of the run is not judged
_CONSTANT = 10  # [judgement] rows in a row: a norm that is measured is alike in a few at most


def instability_facts(source: RunSource, rows: Rows) -> None:
    """All facts of H004 about curves."""
    if source.logged is not None:
        _instability(source.logged, rows, float(source.threshold("H004", "gradient")))


def _instability(run: LoggedRun, rows: Rows, gradient: float) -> None:
    if fault := loss_fault(run):
        rows.skip(FACTS, fault)
        return
    away = _losses(run, rows)
    norms = run.series("grad_norm").finite()
    if len(norms.values) < _LEAST_ROWS:
        rows.skip(_GRADIENTS, f"the log holds fewer than {_LEAST_ROWS} norms of the gradient")
        return
    rows.examine(*_GRADIENTS, rows=len(norms.values))
    if not away:
        _exploding(run, norms, rows, gradient)
    _constant(run, norms, rows)


def _losses(run: LoggedRun, rows: Rows) -> bool:
    """Marks what the loss shows; whether it ran away."""
    loss = run.series("loss").finite()
    if run.objective == "reinforcement" or len(loss.values) < _LEAST_ROWS:
        few = f"the training loss was logged fewer than {_LEAST_ROWS} times"
        rows.skip(_LOSSES, few if len(loss.values) < _LEAST_ROWS else "the loss of reinforcement learning has no level")
        return False
    rows.examine(*_LOSSES, rows=len(loss.values))
    first, last = beginning(loss.values), end(loss.values)
    if last > max(_DOUBLED * first, first + _NATS):
        low = int(np.argmin(loss.values))
        lowest = f"was {loss.values[low]:.3g} at {run.where(int(loss.rows[low]))}"
        said = f"the training loss began at {first:.3g}, {lowest}, and ends at {last:.3g}"
        rows.mark("diverged", int(loss.rows[-1]), said)
        return True
    spikes = _spikes(loss)
    if spikes:
        at = spikes[0]
        row = int(loss.rows[at])
        usual = float(np.median(loss.values[at - _WINDOW : at]))
        count = f", the first of {len(spikes):,} such spikes" if len(spikes) > 1 else ""
        rows.mark(
            "loss_spike",
            row,
            f"the training loss leaps from {usual:.3g} to {loss.values[at]:.3g} at {run.where(row)}{count}",
        )
    return False


def _spikes(loss: Series) -> list[int]:
    """The first positions of leaps that last and then come back; one that does not is other data, or divergence."""
    values = loss.values
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
        if len(below) and below[0] >= _WIDE and float(np.median(values[at + below[0] : at + _WINDOW])) < limit:
            found.append(at)
    return found


def _exploding(run: LoggedRun, norms: Series, rows: Rows, limit: float) -> None:
    start = len(norms.values) // _START
    for first, behind in runs_of(norms.values[start:] > limit):
        if behind - first >= _SUSTAINED:
            row = int(norms.rows[start + first])
            most = float(norms.values[start + first : start + behind].max())
            count = f"in {behind - first:,} rows without a break, from {run.where(row)} on"
            rows.mark("exploding_gradient", row, f"`grad_norm` is above {limit:g} {count} (up to {most:,.4g})")
            return


def _constant(run: LoggedRun, norms: Series, rows: Rows) -> None:
    for first, behind in runs_of(np.diff(norms.values) == 0):
        if behind - first + 1 >= _CONSTANT:
            row = int(norms.rows[first])
            count = f"in {behind - first + 1:,} rows without a break, from {run.where(row)} on"
            rows.mark("constant_gradient", row, f"`grad_norm` is {norms.values[first]:.6g} {count}")
            return
