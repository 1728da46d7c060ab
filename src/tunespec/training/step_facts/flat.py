"""H004's fact about a training loss that never falls: what is trained learns nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tunespec.templates.rows import Rows
from tunespec.training.step_facts.curves import Curve, trend
from tunespec.training.step_facts.faults import loss_fault
from tunespec.training.step_facts.logged_run import LoggedRun

if TYPE_CHECKING:
    from tunespec.training.source import RunSource

FACTS = ("flat_loss",)
_LEAST_ROWS = 30  # [judgement] fewer show no level
_SHARE = 0.05  # of the loss: a fall that the noise could hide is smaller than this, or nothing is said
_CHANCE = 2.0  # standard errors
_FALLING = -1.0  # standard deviations of the trend: from here on down the loss may be falling
# In the first epoch each record is new: pretraining on texts like those that the model knows is flat, and healthy. What
# is seen again is learned. Preferences are learned from the first pair on: their loss begins at that of guessing.
_EPOCHS = 2.0
_LOW = 0.5  # nats: a model that is as good as this at first may have nothing to learn


def flat_facts(source: RunSource, rows: Rows) -> None:
    """Whether the training loss of a run through its records stayed where it was."""
    run = source.logged
    if run is None:
        return
    loss = run.series("loss").finite()
    if why := loss_fault(run) or _why_not(run, loss.values):
        rows.skip(FACTS, why)
        return
    rows.examine(*FACTS, rows=len(loss.values))
    if _is_flat(loss.values) and not _stands(run):
        level = float(np.mean(loss.values))
        rates = run.series("learning_rate").finite().values
        under = f", under a learning rate of up to {rates.max():.3g}" if len(rates) else ""
        length = f"{run.last_step:,} steps" if run.last_step else f"{len(loss.values):,} rows"
        said = f"the training loss is {level:.3g} from first to last: in {length} and {_reached(run):.3g} epochs"
        rows.mark(FACTS[0], int(loss.rows[-1]), f"{said} it did not fall{under}")


def _why_not(run: LoggedRun, values: Curve) -> str:
    if run.objective == "reinforcement":
        return "the loss of reinforcement learning has no level"
    if len(values) < _LEAST_ROWS:
        return f"the training loss was logged fewer than {_LEAST_ROWS} times"
    if run.objective == "preference":
        return "" if run.log.finished else "the log does not say that the run came to its end"
    if _reached(run) < _EPOCHS:
        return f"the log does not cover {_EPOCHS:g} epochs: each record is new in the first"
    return f"the training loss is below {_LOW}" if float(np.median(values)) < _LOW else ""


def _reached(run: LoggedRun) -> float:
    last = len(run.rows) - 1
    return max(run.log.epoch or 0.0, (run.epoch(last) if last >= 0 else None) or 0.0)


def _is_flat(values: Curve) -> bool:
    """Whether it ends where it began, so surely that a fall which matters cannot hide in its noise."""
    spread, half = float(np.std(values)), values[len(values) // 2 :]
    level = float(np.mean(half))

    def fall(head: int) -> tuple[float, float]:
        error = _CHANCE * spread * (1 / head + 1 / len(half)) ** 0.5
        return float(np.mean(values[:head])) - level, error

    starts = sorted({1, 2, 3, 5, len(values) // 20, len(values) // 10, len(values) // 4} - {0})
    if any(drop > error for drop, error in map(fall, starts)) or trend(values) < _FALLING or _was_lower(values):
        return False
    drop, error = fall(len(values) // 5)
    return abs(drop) + error < _SHARE * abs(level)


def _was_lower(values: Curve) -> bool:
    """Whether it fell, and was lifted again, as each restart of a schedule does."""
    tenths = [float(np.mean(part)) for part in np.array_split(values, 10)]
    error = _CHANCE * float(np.std(values)) * (20 / len(values)) ** 0.5
    return bool(tenths[0] - min(tenths) > error)


def _stands(run: LoggedRun) -> bool:
    """Whether the norm of the gradient is one number throughout, which says why."""
    norms = run.series("grad_norm").finite().values
    return len(norms) >= _LEAST_ROWS and float(norms.max()) == float(norms.min())
