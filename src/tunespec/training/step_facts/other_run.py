"""H003's fact on a log beside a configuration that it contradicts: what the log shows is of another run.

Sources: transformers 5.24, trainer.py (the state's ``max_steps``, ``num_train_epochs``, which is rounded up, and
``train_batch_size``, which is that of a device times the GPUs of one process); LLaMA-Factory 0.9.5, train/callbacks.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tunespec.templates.rows import Rows
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting
from tunespec.training.step_facts.logged_run import LoggedRun
from tunespec.training.trainers import is_axolotl, runs_in_transformers

if TYPE_CHECKING:
    from tunespec.training.source import RunSource

FACTS = ("other_run",)
_PRINTED = 0.05  # of a number that is computed from printed ones, or printed with few digits
# A schedule of these, logged from its beginning, is seen near its peak: nine tenths of it with 10 rows or more.
_SCHEDULES = {"linear", "cosine", "constant", "constant_with_warmup"}
_LEAST_ROWS, _BEGINNING, _NEAR_PEAK = 10, 0.1, 0.7
_OF_ITS_OWN = ("layerwise", "lr_scheduler_kwargs")  # with these the rate that is logged need not be the one that is set


class _Difference(NamedTuple):
    setting: Setting
    text: str


def other_run_facts(source: RunSource, rows: Rows) -> None:
    """Whether the log contradicts the configuration that it is judged with."""
    run, spec = source.logged, source.spec
    rows.skip(FACTS, "no configuration is judged with the log, or the log does not tell of its settings")
    if run is None or spec is None:
        return
    compared = [one(run, spec) for one in _COMPARISONS]
    known = [one for one in compared if one is not None]
    if not known:
        return
    rows.examine(*FACTS, rows=max(len(run.rows), 1))
    if found := [one for one in known if one.text]:
        said = "; ".join(f"{one.setting}, and the log {one.text}" for one in found)
        text = f"the log is of another run, or the configuration was changed since: {said}"
        rows.mark(FACTS[0], max(len(run.rows) - 1, 0), text, found[0].setting.place)


def _steps(run: LoggedRun, spec: RunSpec) -> _Difference | None:
    """Where the configuration says how many steps there are."""
    setting, total = _written(spec, "micro_steps" if run.log.format == "mlx" else "max_steps"), run.log.max_steps
    if setting is None or not total:
        return None
    inexact = _PRINTED * total if run.log.format == "console" else 0
    differs = abs(setting.value - total) > inexact
    return _Difference(setting, f"is of a run of {total:,} steps" if differs else "")


def _epochs(run: LoggedRun, spec: RunSpec) -> _Difference | None:
    """Where no number of steps overrides them."""
    setting, log = _written(spec, "epochs"), run.log
    if setting is None or _may_be_set(spec, "max_steps") or not runs_in_transformers(spec):
        return None
    if log.num_train_epochs:
        differs, total = log.num_train_epochs != math.ceil(setting.value), log.num_train_epochs
    else:
        last = next((row for row in reversed(run.rows) if row.epoch and row.step), None)
        if last is None or last.step is None or not last.epoch or not log.max_steps:
            return None
        total = last.epoch * log.max_steps / last.step
        differs = abs(total - setting.value) > max(2 * _PRINTED * setting.value, 0.5)
    return _Difference(setting, f"is of a run of {total:.3g} epochs" if differs else "")


def _batch(run: LoggedRun, spec: RunSpec) -> _Difference | None:
    """Several GPUs of one process share a multiple of it; a trainer that seeks its batch has another."""
    setting, size = _written(spec, "batch_size"), run.log.train_batch_size
    if setting is None or not size or not runs_in_transformers(spec) or setting.value < 1:
        return None
    if (
        spec.written.get("auto_find_batch_size")
        or spec.objective == "rl"
        or (is_axolotl(spec) and spec.value("packing"))
    ):
        return None
    return _Difference(setting, f"has a `train_batch_size` of {size}" if size % setting.value else "")


def _rate(run: LoggedRun, spec: RunSpec) -> _Difference | None:
    """Its highest: never above the one that is set, and near it where the whole schedule was logged."""
    setting, rates = _written(spec, "learning_rate"), run.series("learning_rate").finite()
    own = any(word in f"{key} {value}" for key, value in spec.written.data.items() for word in _OF_ITS_OWN)
    if setting is None or not len(rates.values) or own or not runs_in_transformers(spec):
        return None
    highest = float(rates.values.max())
    above = highest > (1 + _PRINTED) * setting.value
    below = _from_the_beginning(run, spec) and highest < _NEAR_PEAK * setting.value
    return _Difference(setting, f"has a learning rate of at most {highest:.3g}" if above or below else "")


def _from_the_beginning(run: LoggedRun, spec: RunSpec) -> bool:
    """Whether the rates of a whole run were logged, with a warm-up that ends in it."""
    rates = run.series("learning_rate").finite()
    if not run.log.finished or run.log.cut_off or len(rates.values) < _LEAST_ROWS:
        return False
    first = run.rows[int(rates.rows[0])].step
    if first is None or first > _BEGINNING * run.last_step or spec.value("scheduler") not in _SCHEDULES:
        return False
    return int(np.argmax(rates.values)) < len(rates.values) - 1


def _may_be_set(spec: RunSpec, name: str) -> bool:
    setting = spec.setting(name)
    return setting is not None and (not setting.is_known or setting.value is not None)


def _written(spec: RunSpec, name: str) -> Setting | None:
    """A number that the configuration writes, and that nothing changes when the run is started."""
    setting = spec.setting(name)
    fixed = setting is not None and setting.is_written and not setting.said
    return setting if fixed and spec.number(name) else None


_COMPARISONS: tuple[Callable[[LoggedRun, RunSpec], _Difference | None], ...] = (_steps, _epochs, _batch, _rate)
