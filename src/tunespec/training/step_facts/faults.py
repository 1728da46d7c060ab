"""H004's facts about numbers that are none: NaN, where it shows, and where a trainer hides it as a loss of 0.

transformers replaces a NaN loss by the mean since the last row (``logging_nan_inf_filter``, on by default), which is 0
right behind a row, so that a dead run logs ``loss: 0.0, grad_norm: nan`` and ends with a small ``train_loss``. That
mean is not compared with the logged losses: until transformers 5 a resumed run divides the sum of its own steps by all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tunespec.templates.rows import Rows
from tunespec.training.step_facts.curves import runs_of
from tunespec.training.step_facts.logged_run import LoggedRun, Series

if TYPE_CHECKING:
    from tunespec.training.source import RunSource

FACTS = ("nan_loss", "masked_nan", "zero_loss", "nan_gradient")
_SUSTAINED = 3  # rows in a row
_ROUNDED = 0.01  # a loss that was below this before it became 0 was rounded to it: four decimals are logged
# fp16's scale starts at 65,536 and is halved with each overflow, so that the first 16 steps may have none that counts.
_CALIBRATING = 20


class Fault(NamedTuple):
    """A kind, the row where it shows first, and what is said of it."""

    kind: str
    row: int
    text: str


def fault_facts(source: RunSource, rows: Rows) -> None:
    """All facts about numbers that are none; at most one of them is found, since they are signs of one thing."""
    if source.logged is not None:
        _faults(source.logged, rows)


def _faults(run: LoggedRun, rows: Rows) -> None:
    losses = sum(len(run.series(name).rows) for name in ("loss", "train_loss", *run.evaluated))
    loss, gradient = run.series("loss"), run.series("grad_norm")
    rows.examine("nan_loss", rows=losses)
    rows.skip(["nan_loss"], "the log holds no loss")
    rows.examine("zero_loss", rows=0 if run.objective == "reinforcement" else len(loss.rows))
    rows.skip(["zero_loss"], "the log holds no loss that must not be 0")
    rows.examine("masked_nan", "nan_gradient", rows=len(gradient.rows))
    rows.skip(["masked_nan", "nan_gradient"], "the log holds no norm of the gradient")
    if (fault := _fault(run)) is not None:
        rows.mark(fault.kind, fault.row, fault.text)


def loss_fault(run: LoggedRun) -> str:
    """Why a curve of this run says nothing: its loss is NaN or 0. Empty if it does."""
    fault = _fault(run)
    return "" if fault is None or fault.kind == "nan_gradient" else f"see H004: {fault.text}"


def _fault(run: LoggedRun) -> Fault | None:
    loss, gradient = run.series("loss"), run.series("grad_norm")
    return _masked(run, loss, gradient) or _nan(run) or _zero(run, loss) or _nan_gradient(run, gradient)


def _masked(run: LoggedRun, loss: Series, gradient: Series) -> Fault | None:
    broken = set(gradient.rows[~np.isfinite(gradient.values)].tolist())
    masked = [int(row) for row in loss.rows[loss.values == 0] if int(row) in broken]
    if not masked or (len(masked) < _SUSTAINED and masked[-1] != int(loss.rows[-1])):
        return None
    final = run.series("train_loss").finite().values
    looks = f"; the run's mean, {final[-1]:.3g}, looks healthy" if len(final) and final[-1] > 0 else ""
    where = f"in {len(masked):,} of {len(loss.rows):,} rows, first at {run.where(masked[0])}"
    return Fault("masked_nan", masked[0], f"the loss is 0.0 beside a gradient of NaN {where}{looks}")


def _nan(run: LoggedRun) -> Fault | None:
    for name in ("loss", *run.evaluated, "train_loss"):
        series = run.series(name)
        broken = series.rows[~np.isfinite(series.values)]
        if len(broken):
            first = int(broken[0])
            shown = run.rows[first].values[name]
            count = f" in {len(broken):,} of {len(series.rows):,} rows" if len(series.rows) > 1 else ""
            return Fault("nan_loss", first, f"`{name}` is {shown}{count}, first at {run.where(first)}")
    return None


def _zero(run: LoggedRun, loss: Series) -> Fault | None:
    if run.objective == "reinforcement":
        return None
    for first, behind in runs_of(loss.values == 0):
        if behind - first < _SUSTAINED:
            continue
        before = loss.values[max(first - _SUSTAINED, 0) : first]
        if len(before) and float(np.median(before)) < _ROUNDED:
            continue
        row = int(loss.rows[first])
        return Fault("zero_loss", row, f"the loss is exactly 0 in {behind - first:,} rows, from {run.where(row)} on")
    return None


def _nan_gradient(run: LoggedRun, gradient: Series) -> Fault | None:
    for first, behind in runs_of(~np.isfinite(gradient.values)):
        if behind - first >= _SUSTAINED and (behind > _CALIBRATING or behind == len(gradient.rows)):
            row = int(gradient.rows[first])
            count = f"in {behind - first:,} rows without a break, from {run.where(row)} on"
            return Fault("nan_gradient", row, f"`grad_norm` is {gradient.values[first]} {count}, and the loss goes on")
    return None
