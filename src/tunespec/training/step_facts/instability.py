"""H004's facts about curves that leave their band: a loss that leaps or runs away, gradients that explode or stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tunespec.templates.rows import Rows
from tunespec.training.step_facts.curves import beginning, by_chance, end, runs_of
from tunespec.training.step_facts.faults import loss_fault
from tunespec.training.step_facts.logged_run import LoggedRun, Series
from tunespec.training.step_facts.spikes import loss_spike

if TYPE_CHECKING:
    from tunespec.training.source import RunSource

FACTS = ("diverged", "loss_spike", "exploding_gradient", "constant_gradient")
_LOSSES, _GRADIENTS = FACTS[:2], FACTS[2:]
_LEAST_ROWS = 10
# A run that harder records make worse (a curriculum) does not double its loss, nor add what guessing among three costs.
_DOUBLED, _NATS = 2.0, 1.0
_SUSTAINED = 5  # rows in a row
_START = 10  # a norm is high while a new task is met: the first tenth of the run is not judged
_CONSTANT = 10  # rows in a row


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
    limit = max(_DOUBLED * first, first + _NATS)
    if last > limit and not by_chance(loss.values > limit, len(loss.values) - 1):
        low = int(np.argmin(loss.values))
        lowest = f"was {loss.values[low]:.3g} at {run.where(int(loss.rows[low]))}"
        said = f"the training loss began at {first:.3g}, {lowest}, and ends at {last:.3g}"
        rows.mark("diverged", int(loss.rows[-1]), said)
        return True
    if (spike := loss_spike(run, loss)) is not None:
        rows.mark("loss_spike", *spike)
    return False


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
