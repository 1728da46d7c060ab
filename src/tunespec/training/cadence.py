"""How often a run evaluates, in steps and in all."""

from __future__ import annotations

import math

from tunespec.training.plan import Plan
from tunespec.training.run_spec import RunSpec

_THROUGH_ALL = 0.3  # share of the steps of a trial, which no run that sees all its records is


def steps_between(spec: RunSpec) -> float | int | None:
    """Steps between evaluations as they are written: below 1 a share of the run.

    Returns:
        None where evaluations do not go by steps, or that is not known. Without ``eval_steps`` transformers takes
        ``logging_steps`` (5.23, ``training_args.py``).
    """
    if spec.value("eval_strategy") != "steps" or spec.number("evals_per_epoch"):
        return None
    return spec.number("eval_steps") or (spec.number("logging_steps") if spec.is_known("eval_steps") else None)


def evaluations(spec: RunSpec, plan: Plan) -> int | None:
    """Evaluations of the whole run, that at its end included.

    Returns:
        The most that there can be; None where that is not known.
    """
    if (per_epoch := _per_epoch(spec)) is not None:
        return math.ceil(per_epoch * plan.epochs) if plan.epochs is not None else None
    every = steps_between(spec)
    if every is None:
        return None
    if every < 1:
        return math.ceil(round(1 / every, 6))
    return math.ceil(plan.steps / every) if plan.steps is not None else None


def _per_epoch(spec: RunSpec) -> float | int | None:
    if spec.value("eval_strategy") == "epoch":
        return 1
    return spec.number("evals_per_epoch") if spec.value("eval_strategy") == "steps" else None


def least_steps(least: int, *, through_all: bool) -> int:
    """Optimizer steps from which on a run is no trial, and needs an evaluation.

    Args:
        least: H003's threshold.
        through_all: whether it sees all its records: what is over with few steps then has few records.
    """
    return round(least * _THROUGH_ALL) if through_all else least
