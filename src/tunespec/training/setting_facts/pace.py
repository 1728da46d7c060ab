"""Whether anything is logged, evaluated and saved before the run is over."""

from __future__ import annotations

from tunespec.training.cadence import steps_between
from tunespec.training.plan import Plan
from tunespec.training.setting_facts.told import told
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource

KINDS = "logging_over_run evaluation_over_run evaluation_over_long_run save_over_run"
_UNKNOWN = "how many steps the run has, or how often it does that, is not known"


def pace_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark what is to happen every so many steps where the run has fewer.

    On an unknown number of devices the run has at most the steps that it has on one.
    """
    rows.skip(KINDS, _UNKNOWN)
    plan = source.plan
    if plan is None or plan.steps is None:
        return
    if rows.spec.written.get("logging_strategy", "steps") == "steps":
        _judge(rows, "logging_over_run", "logging_steps", plan, "the loss is logged at no step")
    if steps_between(rows.spec) is not None:
        _evaluation(rows, plan, source.threshold("H003", "epochs"))
    saved = rows.spec.setting("save_steps")
    if saved is not None and saved.is_written and rows.spec.value("save_strategy") == "steps":
        _judge(rows, "save_over_run", "save_steps", plan, "no checkpoint before the last is kept to go back to")


def _evaluation(rows: SettingRows, plan: Plan, most: float) -> None:
    """Over more epochs than ``most`` it is as good as off."""
    name = "eval_steps" if rows.spec.number("eval_steps") else "logging_steps"
    if plan.epochs is not None and plan.epochs > most:
        rows.examine("evaluation_over_run", name)
        _judge(rows, "evaluation_over_long_run", name, plan, f"none comes in its {plan.epochs_said} epochs")
        return
    rows.examine("evaluation_over_long_run", name)
    _judge(rows, "evaluation_over_run", name, plan, "none comes in its course, and at the end it is too late")


def _judge(rows: SettingRows, fact: str, name: str, plan: Plan, outcome: str) -> None:
    """A value below 1 is a share of the run."""
    every = rows.spec.number(name)
    setting = rows.examine(fact, name) if every is not None else None
    if setting is not None and every is not None and every > (plan.steps or 0):
        rows.mark(fact, name, f"{told(rows.spec, setting)}, and the run has {plan.steps_said}: {outcome}")
