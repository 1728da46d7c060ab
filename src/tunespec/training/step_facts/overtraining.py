"""H001's facts on a log: the validation turned, or the training loss tells that the data were learnt by heart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tunespec.templates.rows import Rows
from tunespec.training.step_facts.curves import beginning, end
from tunespec.training.step_facts.faults import loss_fault
from tunespec.training.step_facts.logged_run import LoggedRun, Series
from tunespec.training.step_facts.stairs import stairs
from tunespec.training.step_facts.turning import EVALUATIONS, Turn, to_keep, training_levels, turns, validations

if TYPE_CHECKING:
    from tunespec.training.source import RunSource

FACTS = ("validation_lost", "validation_rises", "memorised", "perfect_loss")
_VALIDATED = FACTS[:2]
_TOO_GOOD = 0.1  # of a perfect loss: no held-out records are told so surely that were not trained on, or are trivial
_LEAST_ROWS = 10  # of the training loss, before its end is called one
# Only these say that no best model was kept, or cannot keep one: transformers notes it in its state, mlx-lm, torchtune
# and mistral-finetune have nothing of the kind.
_NEVER_RELOADED = {"mlx", "torchtune", "torchtune_jsonl", "mistral"}


class Limits(NamedTuple):
    """H001's thresholds on a log: shares of the best validation loss, and a training loss in nats."""

    rise: float
    lost: float
    perfect: float


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
    judged = validations(run)
    rows.skip(_VALIDATED, f"the log holds fewer than {EVALUATIONS} evaluations with a loss")
    if not judged:
        return False
    rows.examine(*_VALIDATED, rows=sum(len(one.values) for one in judged.values()))
    turned = turns(run, limits.rise)
    if not turned:
        return False
    worst = max(turned, key=lambda turn: turn.rise)
    lost = worst.rise > limits.lost and run.objective == "language" and run.log.finished and _none_kept(run)
    kind = "validation_lost" if lost else "validation_rises"
    rows.mark(kind, worst.best, _said(run, worst, limits.lost, len(turned), len(judged)))
    return True


def _none_kept(run: LoggedRun) -> bool:
    log = run.log
    return log.format in _NEVER_RELOADED or (
        log.format == "trainer_state" and not log.cut_off and log.best_checkpoint is None
    )


def _said(run: LoggedRun, turn: Turn, lost: float, turned: int, sets: int) -> str:
    before, after = training_levels(run, turn.best)
    falls = f", while the training loss fell from {before:.3g} to {after:.3g}" if before and after else ""
    also = f" ({turned} of {sets} validation sets rise)" if sets > 1 else ""
    where, above = run.where(turn.best), turn.last / turn.value - 1
    level = f" ({turn.rise:.0%} as the median of the last ones)" if above > lost >= turn.rise else ""
    return (
        f"`{turn.name}` turned at {where}, where it was {turn.value:.4g}; it ends at {turn.last:.4g}, "
        f"{above:.0%} above{level}{also}{falls}; {to_keep(run, turn.best)}"
    )


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
    too_good = bool(validated) and max(validated) < _TOO_GOOD * limits.perfect
    if validated and min(validated) <= max(limits.perfect, 2 * last) and not too_good:
        return  # the validation is as good: the task is easy
    unknown = "no evaluation says whether it holds for other records"
    beside = f"{run.evaluated[0]} at {validated[0]:.3g}" if validated else unknown
    beside += ": its records are trained on, too, or trivial" if too_good else ""
    rows.mark("perfect_loss", int(loss.rows[-1]), f"the training loss ends at {last:.3g}, and {beside}")
