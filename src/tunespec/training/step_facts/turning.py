"""A validation loss that turns: from its best evaluation on it rises, while the training loss falls."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tunespec.training.step_facts.curves import KNOWN, Curve, end, noise, trend
from tunespec.training.step_facts.logged_run import LoggedRun, Series

EVALUATIONS = 3  # with fewer nothing can have turned
_OUTSIDE = 4.0  # standard deviations of the validation's own noise: by chance once in 30,000 times
# Standard deviations of the trend from the best evaluation on: what is no chance, what is none in a long rise either,
# and what may be chance. Six evaluations that all rise have 2.8, nine of them 3.8.
_STEADILY, _BEYOND_DOUBT, _AT_RANDOM = 2.5, 3.0, 1.0
_LONG = 8  # evaluations, from which on a trend is known
_LEAST_RISE = 0.01  # nats: near 0 a share means nothing
_STEADY = 1.02  # a training loss that ends higher than this share of what it was is not falling


class Turn(NamedTuple):
    """Where a validation loss turned, and how far it is above its best at the end."""

    name: str
    best: int  # row of the run
    value: float
    last: float
    rise: float  # share above the best of the level at the end: the median of the last three, the lower of two


def validations(run: LoggedRun) -> dict[str, Series]:
    """The validation losses with enough values for a turn, by name."""
    series = {name: run.series(name).finite() for name in run.evaluated}
    return {name: one for name, one in series.items() if len(one.values) >= EVALUATIONS}


def turns(run: LoggedRun, limit: float) -> list[Turn]:
    """Where its validation losses turned, to end by a share of ``limit`` above their best; none if most did not."""
    judged = validations(run)
    found = [turn for name, one in judged.items() if (turn := _turn(run, name, one, limit)) is not None]
    return found if 2 * len(found) > len(judged) else []  # of several sets, some may be of another domain


def _turn(run: LoggedRun, name: str, series: Series, limit: float) -> Turn | None:
    """Where a validation loss turned, if it rises at the end while the training loss does not."""
    values = series.values
    at = int(np.argmin(values))
    behind = values[at + 1 :]
    # The lowest of many is low by chance: where there are many, those beside it say which level it has.
    best = float(np.median(values[max(at - 1, 0) : at + 2]) if len(values) >= KNOWN else values[at])
    if not len(behind) or best <= 0:
        return None
    last = float(np.median(behind[-3:]) if len(behind) > 2 else behind.min())
    rise = last / best - 1
    if last - best <= _LEAST_RISE or rise <= limit * _needed(values[at:]) or not _certain(values, at, last - best):
        return None
    row = int(series.rows[at])
    return None if _training_rises(run, row) else Turn(name, row, float(values[at]), float(values[-1]), rise)


def _needed(since: Curve) -> float:
    """How many times the limit the rise must be, given the evaluations since the best one, which comes first."""
    if len(since) == 2:  # one evaluation may be chance
        return 2.0
    return 0.5 if len(since) >= _LONG and trend(since) > _BEYOND_DOUBT else 1.0


def _certain(values: Curve, at: int, rise: float) -> bool:
    """Whether a rise is more than the validation's own noise, which a steep start makes look larger than it is."""
    steadiness = trend(values[at:])
    if steadiness > _STEADILY:
        return True
    return rise > _OUTSIDE * noise(values) and (len(values) - at < _LONG or steadiness > _AT_RANDOM)


def _training_rises(run: LoggedRun, best: int) -> bool:
    before, after = training_levels(run, best)
    return before is not None and after is not None and after > _STEADY * before


def training_levels(run: LoggedRun, best: int) -> tuple[float | None, float | None]:
    """The level of the training loss up to a row, and at the end; None where nothing was logged."""
    loss = run.series("loss").finite()
    until, later = loss.values[loss.rows <= best], loss.values[loss.rows > best]
    return (end(until) if len(until) else None), (end(later) if len(later) else None)


def nearest_checkpoint(run: LoggedRun, step: int) -> int | None:
    """The step of the checkpoint next to a step: of those that are there, else as ``save_steps`` has them.

    None if neither is known. The last step of a run is saved in any case, unless nothing is.
    """
    log = run.log
    if run.saved:
        return min(run.saved, key=lambda at: (abs(at - step), at))
    last = log.last_step
    if not log.save_steps or last is None:
        return None
    before = step // log.save_steps * log.save_steps
    saved = [at for at in (before, before + log.save_steps) if 0 < at <= last]
    return min([*saved, *([last] if log.finished else [])], key=lambda at: abs(at - step), default=None)


def to_keep(run: LoggedRun, best: int) -> str:
    """Which checkpoint has the best evaluation, in a row, as far as the log and the run's folder tell."""
    log, step, where = run.log, run.rows[best].step, run.where(best)
    if log.best_checkpoint is not None and log.best_step == step and (not run.saved or step in run.saved):
        return f"keep {log.best_checkpoint}"
    saved = nearest_checkpoint(run, step) if step else None
    if saved is None:
        return f"keep the checkpoint nearest to {where}"
    if run.saved:
        return f"keep checkpoint-{saved}" + ("" if saved == step else ", the nearest to it of those that are there")
    return f"keep the checkpoint nearest to it: checkpoint-{saved}, if one was saved every {log.save_steps:,} steps"
