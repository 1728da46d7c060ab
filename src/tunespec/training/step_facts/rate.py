"""H004's fact about a learning rate that no optimizer of matrices bears, and a loss that rises as soon as it acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tunespec.templates.rows import Rows
from tunespec.training.step_facts.curves import noise
from tunespec.training.step_facts.faults import loss_fault
from tunespec.training.step_facts.logged_run import LoggedRun, Series

if TYPE_CHECKING:
    from tunespec.training.source import RunSource

FACTS = ("rate_shock",)
_LEAST_ROWS = 10
# Ten times torchtune's largest rate (2e-3, LoRA of its smallest models); D-Adaptation's and Prodigy's is always 1.
_HIGHEST, _ADAPTED = 0.02, 1.0
_START = 5  # the first fifth of the run
_LEAST_RISE, _OUTSIDE = 0.01, 4.0  # share of the loss before it; standard deviations of the loss's noise


def rate_facts(source: RunSource, rows: Rows) -> None:
    """Whether the loss rose at first under a rate far beyond all that is usual."""
    if source.logged is not None:
        _shock(source.logged, rows)


def _shock(run: LoggedRun, rows: Rows) -> None:
    loss, rates = run.series("loss").finite(), run.series("learning_rate").finite()
    if fault := loss_fault(run):
        rows.skip(FACTS, fault)
    elif len(loss.values) < _LEAST_ROWS or not len(rates.values):
        rows.skip(FACTS, f"the log holds fewer than {_LEAST_ROWS} training losses, or no learning rate")
    elif run.objective == "reinforcement":
        rows.skip(FACTS, "the loss of reinforcement learning has no level")
    else:
        rows.examine(*FACTS, rows=len(loss.values))
        highest, rise = float(rates.values.max()), _rise(loss)
        if highest > _HIGHEST and highest != _ADAPTED and rise is not None:
            at, low = rise
            said = f"under a learning rate of up to {highest:.3g} the training loss rises at first, from {low:.3g} to "
            said += f"{loss.values[at]:.3g}; above {_HIGHEST:g} AdamW breaks a model"
            rows.mark(FACTS[0], int(loss.rows[at]), f"{said} (SGD, Prodigy and prompt tuning bear more)")


def _rise(loss: Series) -> tuple[int, float] | None:
    """Where the loss is highest at first, and its lowest before; None if that is no rise beyond its noise."""
    start = loss.values[: max(len(loss.values) // _START, 3)]
    at = int(np.argmax(start))
    low = float(start[: at + 1].min())
    least = max(_LEAST_RISE * abs(low), _OUTSIDE * noise(loss.values))
    return (at, low) if start[at] - low > least else None
