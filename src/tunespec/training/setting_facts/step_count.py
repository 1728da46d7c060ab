"""Whether a run has enough optimizer steps to learn, and each epoch enough to be evaluated as often as it is asked."""

from __future__ import annotations

import math

from tunespec.training.plan import Plan
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting
from tunespec.training.setting_facts.batches import batch_setting, seen
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource

KINDS = "few_steps few_steps_to_evaluate"


def step_count_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark a batch that leaves too few steps: for the run, or between two evaluations."""
    plan, setting = source.plan, batch_setting(rows.spec)
    if plan is None or plan.records is None or plan.batch is None or setting is None:
        rows.skip(KINDS, "how many records there are, or a step sees, is not known")
    elif plan.sequences is None or plan.batch > plan.sequences:
        rows.skip(KINDS, "a step sees more records than there are")
    else:
        _few(source, rows, plan, setting)
        _evaluated(rows, plan)


def _few(source: RunSource, rows: SettingRows, plan: Plan, setting: Setting) -> None:
    spec = rows.spec
    limit = spec.number("max_steps_per_epoch")
    if spec.number("max_steps") or spec.number("micro_steps") or (limit and limit == plan.steps_per_epoch):
        rows.skip("few_steps", "the configuration itself says how many steps the run has")
        return
    if not plan.steps:
        rows.skip("few_steps", "how many epochs the run has is not known")
        return
    rows.examine("few_steps", setting.name)
    least = source.threshold("H002", "steps")
    if plan.steps < least:
        steps = plan.counted_steps("optimizer step")
        run = f"{plan.epochs_said} epochs of {plan.records:,} records are {steps}, fewer than {least}"
        rows.mark("few_steps", setting.name, f"{seen(spec, plan)}; {run}{_repair(source, plan)}")


def _repair(source: RunSource, plan: Plan) -> str:
    """The largest accumulation that leaves enough steps, unless the batch would be too small with it."""
    spec, least = source.spec, source.threshold("H002", "steps")
    own, size = (spec.setting("accumulation"), spec.number("batch_size")) if spec is not None else (None, None)
    if own is None or not own.value or not size or not plan.sequences or not plan.epochs or not plan.batch:
        return ""
    one = plan.batch / own.value  # of the batch at an accumulation of 1
    for accumulation in range(int(own.value) - 1, 0, -1):
        steps = math.ceil(math.ceil(plan.sequences / (one * accumulation)) * plan.epochs)
        if steps >= least:
            enough = one * accumulation >= source.threshold("H002", "least")
            return f"; `{own.key}: {accumulation}` gives {steps}" if enough else ""
    return ""


def _evaluated(rows: SettingRows, plan: Plan) -> None:
    spec, kind = rows.spec, "few_steps_to_evaluate"
    asked = _asked(spec, plan)
    if asked is None or not plan.steps_per_epoch:
        rows.skip(kind, "the configuration does not say how often an epoch is evaluated")
        return
    setting, often = asked
    rows.examine(kind, setting.name)
    if often > plan.steps_per_epoch:
        most = "at most " if plan.bound else ""
        text = f"an epoch of {plan.records:,} records has {most}{plan.steps_per_epoch} optimizer steps"
        rows.mark(kind, setting.name, f"{setting}: {often:.3g} evaluations of each epoch, and {text}")


def _asked(spec: RunSpec, plan: Plan) -> tuple[Setting, float] | None:
    """How many evaluations of an epoch are asked for, where a share or a number of them is said."""
    if spec.value("eval_strategy") == "no":
        return None
    often, steps = spec.setting("evals_per_epoch"), spec.setting("eval_steps")
    if often is not None and often.value:
        return often, float(often.value)
    if steps is not None and isinstance(steps.value, float) and 0 < steps.value < 1 and plan.epochs:
        return steps, 1 / steps.value / plan.epochs
    return None
