"""``all_results.json``, ``train_results.json``, ``eval_results.json``: one row, the run's last words."""

from __future__ import annotations

import json
from typing import Any

from tunespec.training.logs.log import Log
from tunespec.training.logs.names import logged, number

# transformers, trainer_pt_utils.py::save_metrics: what Trainer.train and Trainer.evaluate return, in one flat object.
SIGNS = ("train_runtime", "eval_runtime")


def results_of(text: str) -> dict[str, Any] | None:
    """The object of a file of final results, or None."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and any(number(value.get(key)) is not None for key in SIGNS) else None


def read_results(text: str) -> Log | None:
    """The one row of final results; None if the text holds none."""
    told = results_of(text)
    if told is None:
        return None
    row = logged(told.items(), 1)
    epoch = number(told.get("epoch"))
    return Log("results", (row,) if row else (), epoch=epoch, ended="train_runtime" in told)
