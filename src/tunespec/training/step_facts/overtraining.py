"""H001's facts on a log: the validation turned, or the training loss tells that the data were learnt by heart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tunespec.templates.rows import Rows
from tunespec.training.step_facts.curves import KNOWN, Curve, beginning, end, noise, trend
from tunespec.training.step_facts.faults import loss_fault
from tunespec.training.step_facts.logged_run import LoggedRun, Series
from tunespec.training.step_facts.stairs import stairs

if TYPE_CHECKING:
    from tunespec.training.source import RunSource

FACTS = ("validation_lost", "validation_rises", "memorised", "perfect_loss")
_VALIDATED = FACTS[:2]
_EVALUATIONS = 3  # with fewer nothing can have turned
_OUTSIDE = 4.0  # standard deviations of the validation's own noise: by chance once in 30,000 times
# Standard deviations of the trend from the best evaluation on: what is no chance, what is none in a long rise either,
# and what may be chance. Six evaluations that all rise have 2.8, nine of them 3.8.
_STEADILY, _BEYOND_DOUBT, _AT_RANDOM = 2.5, 3.0, 1.0
_LONG = 8  # evaluations, from which on a trend is known
_LEAST_RISE = 0.01  # nats: near 0 a share means nothing
_STEADY = 1.02  # a training loss that ends higher than this share of what it was is not falling
_LEAST_ROWS = 10  # of the training loss, before its end is called one
# Only these say that no best model was kept, or cannot keep one: transformers notes it in its state, mlx-lm, torchtune
# and mistral-finetune have nothing of the kind.
_NEVER_RELOADED = {"mlx", "torchtune", "torchtune_jsonl", "mistral"}


class Limits(NamedTuple):
    """H001's thresholds on a log: shares of the best validation loss, and a training loss in nats."""

    rise: float
    lost: float
    perfect: float


class _Turn(NamedTuple):
    name: str
    best: int  # row of the run
    value: float
    last: float
    rise: float  # share above the best


def overtraining_facts(source: RunSource, rows: Rows) -> None:
    """All facts of H001 on the table of steps; at most one of them is found, since they are signs of one thing."""
    if source.logged is not None:
        limits = Limits(*(source.threshold("H001", name) for name in Limits._fields))
        _overtraining(source.logged, rows, limits)


def _overtraining(run: LoggedRun, rows: Rows, limits: Limits) -> None:
    fault = loss_fault(run)
    if run.objective == "reinforcement" or fault:
        rows.skip(FACTS, fault or "the loss of reinforcement learning is no measure of what was learnt")
        return
    turned = _validation(run, rows, limits)
    if run.objective != "language":
        rows.skip(FACTS[2:], f"a low loss is what {run.objective} aims at")
        return
    loss = run.series("loss").finite()
    by_heart = _memorised(run, loss, rows)
    _perfect(run, loss, rows, limits, silent=turned or by_heart)


def _validation(run: LoggedRun, rows: Rows, limits: Limits) -> bool:
    series = {name: run.series(name).finite() for name in run.evaluated}
    judged = {name: one for name, one in series.items() if len(one.values) >= _EVALUATIONS}
    rows.skip(_VALIDATED, f"the log holds fewer than {_EVALUATIONS} evaluations with a loss")
    if not judged:
        return False
    rows.examine(*_VALIDATED, rows=sum(len(one.values) for one in judged.values()))
    turns = [turn for name, one in judged.items() if (turn := _turn(run, name, one, limits.rise)) is not None]
    if 2 * len(turns) <= len(judged):  # of several validation sets, some may be of another domain
        return False
    worst = max(turns, key=lambda turn: turn.rise)
    lost = worst.rise > limits.lost and run.objective == "language" and run.log.finished and _none_kept(run)
    rows.mark("validation_lost" if lost else "validation_rises", worst.best, _said(run, worst, len(turns), len(judged)))
    return True


def _turn(run: LoggedRun, name: str, series: Series, limit: float) -> _Turn | None:
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
    return None if _training_rises(run, row) else _Turn(name, row, float(values[at]), float(values[-1]), rise)


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
    before, after = _training(run, best)
    return before is not None and after is not None and after > _STEADY * before


def _training(run: LoggedRun, best: int) -> tuple[float | None, float | None]:
    """The level of the training loss up to a row, and at the end; None where nothing was logged."""
    loss = run.series("loss").finite()
    until, later = loss.values[loss.rows <= best], loss.values[loss.rows > best]
    return (end(until) if len(until) else None), (end(later) if len(later) else None)


def _none_kept(run: LoggedRun) -> bool:
    log = run.log
    return log.format in _NEVER_RELOADED or (
        log.format == "trainer_state" and not log.cut_off and log.best_checkpoint is None
    )


def _said(run: LoggedRun, turn: _Turn, turned: int, sets: int) -> str:
    before, after = _training(run, turn.best)
    falls = f", while the training loss fell from {before:.3g} to {after:.3g}" if before and after else ""
    also = f" ({turned} of {sets} validation sets rise)" if sets > 1 else ""
    where = run.where(turn.best)
    return (
        f"`{turn.name}` turned at {where}, where it was {turn.value:.4g}; it ends at {turn.last:.4g}, "
        f"{turn.last / turn.value - 1:.0%} above{also}{falls}; {_to_keep(run, turn.best, where)}"
    )


def _to_keep(run: LoggedRun, best: int, where: str) -> str:
    log, step = run.log, run.rows[best].step
    if log.best_checkpoint is not None and log.best_step == step:
        return f"keep {log.best_checkpoint}"
    if log.save_steps and step:
        saved = max(round(step / log.save_steps), 1) * log.save_steps
        return f"keep the checkpoint nearest to it: checkpoint-{saved}, if one was saved every {log.save_steps:,} steps"
    return f"keep the checkpoint nearest to {where}"


def _memorised(run: LoggedRun, loss: Series, rows: Rows) -> bool:
    found = stairs(run, loss)
    if found is None:
        rows.skip(["memorised"], "the log does not cover three epochs, or has too few rows in each")
        return False
    rows.examine("memorised", rows=len(loss.values))
    if run.evaluated or not found.low:  # evaluations tell more
        return False
    said = f"the training loss drops at {found.steps} of {found.boundaries} epoch boundaries, "
    said += f"from {found.first:.3g} before the first to {found.last:.3g} at the end"
    rows.mark("memorised", found.row, said)
    return True


def _perfect(run: LoggedRun, loss: Series, rows: Rows, limits: Limits, *, silent: bool) -> None:
    if len(loss.values) < _LEAST_ROWS:
        rows.skip(["perfect_loss"], f"the training loss was logged fewer than {_LEAST_ROWS} times")
        return
    rows.examine("perfect_loss", rows=len(loss.values))
    last = end(loss.values)
    if silent or last >= limits.perfect or beginning(loss.values) < limits.perfect:
        return
    validated = [float(run.series(name).finite().values[-1:].sum()) for name in run.evaluated]
    if validated and min(validated) <= max(limits.perfect, 2 * last):
        return  # the validation is as good: the task is easy
    unknown = "no evaluation says whether it holds for other records"
    beside = f"{run.evaluated[0]} at {validated[0]:.3g}" if validated else unknown
    rows.mark("perfect_loss", int(loss.rows[-1]), f"the training loss ends at {last:.3g}, and {beside}")
