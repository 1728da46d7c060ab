"""H003's facts on a log: nobody looked, or what was seen best was not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tunespec.templates.rows import Rows
from tunespec.training.cadence import least_steps
from tunespec.training.logs.read import FORMATS
from tunespec.training.logs.trainer_state import checkpoint_step
from tunespec.training.step_facts.curves import end
from tunespec.training.step_facts.logged_run import LoggedRun
from tunespec.training.step_facts.turning import nearest_checkpoint, turns

if TYPE_CHECKING:
    from tunespec.training.source import RunSource

FACTS = ("never_evaluated", "loss_unlogged", "best_not_saved", "early_stop_unreachable")
_LOSSES = 3  # with fewer there is no curve
# LLaMA-Factory, transformers and TRL log by steps; torchtune and mlx-lm print each report, so that few are a short run.
_BY_STEPS = {"trainer_state", "llamafactory", "console", "tensorboard"}
_LEAST_UNLOGGED = 30  # steps [judgement]: a shorter run is a trial, of which nobody needs a curve
# But one that tries whether a model learns a few records by heart, of which H001 says that nothing was evaluated.
_BY_HEART = 0.5
# torchtune's loggers write rows and nothing behind the last one: what is there counts, until the configuration's turn.
_ENDLESS = {"torchtune", "torchtune_jsonl"}


def unmonitored_facts(source: RunSource, rows: Rows) -> None:
    """All facts of H003 on the table of steps; what the configuration says already is left to it."""
    run = source.logged
    if run is None:
        return
    unseen = _never_evaluated(run, rows, source)
    _loss_unlogged(run, rows)
    _best_not_saved(run, rows, source)
    _early_stopping(run, rows, silent=unseen)


def _last(run: LoggedRun) -> int:
    return max(len(run.rows) - 1, 0)


def _never_evaluated(run: LoggedRun, rows: Rows, source: RunSource) -> bool:
    if reason := _not_expected(run, source.threshold("H003", "least")) or _told(run, source):
        rows.skip(["never_evaluated"], reason)
        return False
    rows.examine("never_evaluated", rows=max(len(run.rows), 1))
    if any(name.startswith("eval_") for name in run.names):
        return False
    so_far = "" if run.log.finished else f" so far ({FORMATS[run.log.format]} does not say where a run ends)"
    rows.mark("never_evaluated", _last(run), f"{run.last_step:,} steps without one evaluation{so_far}")
    return True


def _told(run: LoggedRun, source: RunSource) -> str:
    """What the configuration says of it; empty if there is none."""
    if source.spec is None:
        return ""
    if source.spec.value("eval_strategy") == "no":
        return "the configuration says so itself, see evaluation_off"
    every = source.spec.number("eval_steps")
    return "the first evaluation is still to come" if every and every > run.last_step and not run.log.finished else ""


def _not_expected(run: LoggedRun, least: int) -> str:
    """Why no evaluation can be missed in this log; empty if it can."""
    if run.log.format == "results":
        return "final results do not say what was logged"
    if run.log.format == "mistral" and not run.evaluated:
        return "mistral-finetune logs evaluations to metrics.eval.jsonl, which is not among the logs"
    if run.objective == "reinforcement":
        return "reinforcement learning is followed by its rewards"
    if not run.log.finished and run.log.format not in _ENDLESS:
        return "the log does not say that the run came to its end"
    needed = least_steps(least, through_all=_went_through(run))
    return f"the run is shorter than {needed:,} steps" if run.last_step < needed else ""


def _went_through(run: LoggedRun) -> bool:
    """Whether a run saw all its records, and not to learn them by heart."""
    loss = run.series("loss").finite().values
    by_heart = run.objective == "language" and len(loss) and end(loss) < _BY_HEART
    epochs = run.log.epoch or max((row.epoch or 0 for row in run.rows), default=0)
    return epochs >= 1 and not by_heart


def _loss_unlogged(run: LoggedRun, rows: Rows) -> None:
    if run.log.format not in _BY_STEPS or not run.log.finished or run.last_step < _LEAST_UNLOGGED:
        rows.skip(["loss_unlogged"], f"the log is not that of a finished run of {_LEAST_UNLOGGED} steps or more")
        return
    rows.examine("loss_unlogged", rows=max(len(run.rows), 1))
    count = len(run.series("loss").rows)
    if count < _LOSSES:
        every = f": `logging_steps` is {run.log.logging_steps:,}" if run.log.logging_steps else ""
        times = ("never", "once", "twice")[count]
        said = f"the training loss was logged {times} in {run.last_step:,} steps{every}"
        rows.mark("loss_unlogged", _last(run), said)


def _best_not_saved(run: LoggedRun, rows: Rows, source: RunSource) -> None:
    """Certain where the trainer followed a metric: it notes the best evaluation, and its checkpoint if any."""
    log = run.log
    if log.format != "trainer_state" or log.cut_off or not log.finished:
        rows.skip(["best_not_saved"], "the log does not say which evaluation of a finished run was the best")
        return
    rows.examine("best_not_saved", rows=max(len(run.rows), 1))
    if log.best_metric is None:
        _best_unfollowed(run, rows, source)
        return
    saved = checkpoint_step(log.best_checkpoint)
    if log.best_checkpoint is None or (saved is not None and log.best_step is not None and saved != log.best_step):
        at = f" at step {log.best_step:,}" if log.best_step else ""
        kept = log.best_checkpoint or "null"
        said = f"the best evaluation{at} ({log.best_metric:.4g}) was not saved: `best_model_checkpoint` is {kept}"
        rows.mark("best_not_saved", _row_of(run, log.best_step), said)


def _best_unfollowed(run: LoggedRun, rows: Rows, source: RunSource) -> None:
    """No metric was followed: whether a checkpoint lies near the best evaluation, if the validation turned."""
    limit = source.threshold("H001", "rise")
    turned = [] if not run.saved and _saved_by_epochs(run, source) else turns(run, limit)
    for turn in turned[:1]:
        best, series = run.rows[turn.best].step, run.series(turn.name).finite()
        steps = [run.rows[row].step for row in series.rows.tolist()]
        if best is None or (saved := nearest_checkpoint(run, best)) is None:
            return
        near = min((abs(step - saved), value) for step, value in zip(steps, series.values, strict=True) if step)[1]
        if near > (1 + limit) * turn.value:
            lost = f"the best evaluation, {turn.value:.4g} at step {best:,}, was not"
            rows.mark("best_not_saved", turn.best, f"{lost} {_instead(run, saved, near)}")


def _instead(run: LoggedRun, saved: int, value: float) -> str:
    """What there is in the place of the best evaluation."""
    if run.saved:
        said = f"kept: of the checkpoints that are there the nearest is checkpoint-{saved}, where it is {value:.4g}"
        return f"{said} (`save_total_limit` deletes the older ones)"
    said = f"saved: with `save_steps` {run.log.save_steps:,} the nearest checkpoint is that of step {saved:,}"
    return f"{said}, where it is {value:.4g} (unless `save_strategy` was epoch)"


def _saved_by_epochs(run: LoggedRun, source: RunSource) -> bool:
    """Whether ``save_steps`` may mean nothing: the configuration says so, or evaluations do not go by steps either."""
    if source.spec is not None and source.spec.value("save_strategy") not in {None, "steps"}:
        return True
    steps, every = {run.rows[at].step for at in _evaluations(run)}, run.log.eval_steps
    return every is None or every not in steps


def _row_of(run: LoggedRun, step: int | None) -> int:
    """The row of the evaluation at a step, or the last row."""
    return next((at for at in _evaluations(run) if step is not None and run.rows[at].step == step), _last(run))


def _evaluations(run: LoggedRun) -> list[int]:
    return [at for at, row in enumerate(run.rows) if any(name.startswith("eval_") for name in row.values)]


def _early_stopping(run: LoggedRun, rows: Rows, *, silent: bool) -> None:
    stopping, log = run.log.early_stopping, run.log
    if stopping is None or not stopping.patience or not log.finished:
        rows.skip(["early_stop_unreachable"], "the log is not that of a finished run with early stopping")
        return
    rows.examine("early_stop_unreachable", rows=max(len(run.rows), 1))
    count = len({run.rows[at].step for at in _evaluations(run)})
    if silent or (stopping.counter or 0) >= stopping.patience:
        return
    if count <= stopping.patience:  # the first of them is always a better one
        said = f"early stopping waits for {stopping.patience} evaluations without a better one; the run had {count}"
        rows.mark("early_stop_unreachable", _last(run), said)
    elif log.best_metric is None and not stopping.counter:
        said = f"in {count} evaluations early stopping found no value of its metric: `best_metric` is null"
        rows.mark("early_stop_unreachable", _last(run), said)
