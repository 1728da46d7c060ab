"""How many records one optimizer step sees: for what is trained, and for the records that there are."""

from __future__ import annotations

import math

from tunespec.training.plan import Plan
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting
from tunespec.training.setting_facts.trained import is_adapter, is_launched, trial_steps
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.values import switch

KINDS = "small_batch large_batch batch_over_dataset"
_WHOLE = ("total_batch_size", "device_batch_size")  # what some frameworks state for a whole step
_GOOD = 16  # records of a step that guides aim at (Unsloth's, QLoRA's)
_UNKNOWN_DEVICES = (
    "DeepSpeed, FSDP or accelerate shares each step among devices, and nothing says how many there are (`devices` in "
    "[tool.tunespec.training])"
)


def batch_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark a step that sees too few or too many records."""
    plan, setting = source.plan, batch_setting(rows.spec)
    if plan is None or not plan.batch or setting is None:
        rows.skip(KINDS, "how many records a step sees is not known")
        return
    _over(rows, plan, setting)
    if rows.spec.objective == "rl":
        rows.skip("small_batch large_batch", "reinforcement learning makes several answers of each prompt")
        return
    _large(source, rows, plan, setting)
    _small(source, rows, plan, setting)


def _small(source: RunSource, rows: SettingRows, plan: Plan, setting: Setting) -> None:
    steps = trial_steps(source)
    if why := f"a run of {steps} steps only shows whether it runs" if steps else _why_not_small(rows.spec, plan):
        rows.skip("small_batch", why)
        return
    rows.examine("small_batch", setting.name)
    if plan.batch < source.threshold("H002", "least") and (good := _good(source, plan)):
        fewer = f"fewer than {source.threshold('H002', 'least'):g}"
        rows.mark("small_batch", setting.name, f"{seen(rows.spec, plan)}, {fewer}{_repair(rows.spec, plan, good)}")


def batch_setting(spec: RunSpec) -> Setting | None:
    """The setting that says how large a step is: the whole step's, else what hardware does not set."""
    for name in _WHOLE:
        if spec.number(name):
            return spec.setting(name)
    accumulation = spec.setting("accumulation")
    return accumulation if accumulation is not None and accumulation.is_written else spec.setting("batch_size")


def seen(spec: RunSpec, plan: Plan) -> str:
    """What a step sees, and how that is made up."""
    whole = batch_setting(spec)
    if whole is not None and whole.name in _WHOLE:
        made = str(whole)
    else:
        made = " x ".join(str(one) for name in ("batch_size", "accumulation") if (one := spec.setting(name)))
    if whole is None or whole.name != "total_batch_size":
        count = plan.devices or 1
        made += " on one device" if count == 1 else f" on {count} devices"
    return f"{made}: {plan.batch_said} in a step"


def _repair(spec: RunSpec, plan: Plan, good: int) -> str:
    """The accumulation that reaches a good batch, at the batch of a device that hardware sets."""
    whole, own, size = batch_setting(spec), spec.setting("accumulation"), spec.number("batch_size")
    if whole is not None and whole.name in _WHOLE:
        return f"; `{whole.key}: {good}` is enough" if whole.name == "total_batch_size" or not plan.devices else ""
    if own is None and (total := spec.setting("total_batch_size")) is not None:
        return f"; `{total.key}: {good}` is enough"
    if own is None or not size:
        return ""
    each = size * (plan.devices or 1)
    wanted = math.ceil(good / each)
    return f"; `{own.key}: {wanted}` gives {each * wanted:g}"


def _good(source: RunSource, plan: Plan) -> int:
    """The largest good batch that leaves enough steps; 0 where there are too few records for a larger one."""
    least = float(source.threshold("H002", "least"))
    if plan.records is None or plan.epochs is None:
        return max(_GOOD, math.ceil(least))
    fits = plan.records * plan.epochs / source.threshold("H002", "steps")
    good = _GOOD
    while good > max(1, fits):
        good //= 2
    return good if good >= least else 0


def _why_not_small(spec: RunSpec, plan: Plan) -> str:
    if spec.value("packing"):
        return "with packing a sequence holds several records, and how many is not known"
    if not spec.is_known("packing") and spec.setting("packing") is not None:
        return "whether records are packed is not known"
    if plan.devices is None and not spec.number("total_batch_size") and is_launched(spec):
        return _UNKNOWN_DEVICES
    layers = next((key for key in ("galore_layerwise", "apollo_layerwise") if switch(spec.written.get(key))), None)
    layers = layers or next((k for k in ("optim", "optimizer") if "layerwise" in str(spec.written.get(k))), None)
    return f"layer by layer (`{layers}`) nothing can be accumulated" if layers else ""


def _large(source: RunSource, rows: SettingRows, plan: Plan, setting: Setting) -> None:
    spec = rows.spec
    if spec.objective == "pretrain":
        rows.skip("large_batch", "pretraining takes batches as large as there is hardware for")
        return
    rows.examine("large_batch", setting.name)
    most = source.threshold("H002", "most_adapter" if is_adapter(spec) else "most")
    if (plan.batch or 0) > most and not _is_over(plan):
        rows.mark("large_batch", setting.name, f"{seen(spec, plan)}, more than {most:g}")


def _over(rows: SettingRows, plan: Plan, setting: Setting) -> None:
    if plan.sequences is None:
        rows.skip("batch_over_dataset", "how many records there are is not known")
        return
    rows.examine("batch_over_dataset", setting.name)
    if _is_over(plan):
        filled = f"{plan.records:,} records fill at most {plan.sequences:,}"
        there = filled if plan.bound and plan.records != plan.sequences else f"there are {plan.sequences:,} to train on"
        text = f"{seen(rows.spec, plan)}, and {there}"
        rows.mark("batch_over_dataset", setting.name, text)


def _is_over(plan: Plan) -> bool:
    return plan.sequences is not None and plan.batch is not None and plan.batch > plan.sequences
