"""Names and numbers of a logged row: each framework's keys become those of the Hugging Face Trainer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

from tunespec.training.logs.log import Logged

_STEP, _EPOCH = "step", "epoch"
_MOST = 1e15  # as many digits as the other readers take; more than 64 bits are in no report
# What facts look at. A row's other numbers (memory, speeds, tokens, percentages) would cost most of the time.
_KEPT = {_STEP, _EPOCH, "loss", "train_loss", "train_runtime", "grad_norm", "learning_rate", "kl"}
_KEPT_PREFIXES = ("eval_", "reward", "completion", "objective/", "policy/")
# LLaMA-Factory src/llamafactory/train/callbacks.py (lr, accuracy: of preferences), torchtune's recipes (lr, val_loss).
_RENAMED = {
    "current_steps": _STEP,
    "global_step": _STEP,
    "lr": "learning_rate",
    "val_loss": "eval_loss",
    "accuracy": "rewards/accuracies",
}


def number(value: object) -> float | None:
    """A logged number: transformers 5 prints them in quotes; NaN and infinity count, truth values do not."""
    if type(value) is float:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def whole(value: object) -> int | None:
    """A count, which JSON may hold as ``500.0``; a number that no run reaches is none."""
    found = number(value)
    return int(found) if found is not None and abs(found) <= _MOST else None


@lru_cache(maxsize=4096)
def canonical(key: str) -> str | None:
    """The Trainer's name for a framework's key; None for a number that no fact looks at."""
    name = _RENAMED.get(key, key)
    return name if name in _KEPT or name.startswith(_KEPT_PREFIXES) else None


def logged(pairs: Iterable[tuple[str, object]], line: int | None) -> Logged | None:
    """The row of keys and values; None if it holds no number beside its position."""
    step = epoch = None
    values = {}
    for key, value in pairs:
        name = canonical(key)
        if name is None or (found := number(value)) is None:
            continue
        if name == _STEP:
            step = whole(found)
        elif name == _EPOCH:
            epoch = found if math.isfinite(found) else None
        else:
            values[name] = found
    return Logged(step, epoch, values, line) if values else None
