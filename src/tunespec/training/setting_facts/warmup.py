"""Whether warm-up and schedule fit into the run."""

from __future__ import annotations

from tunespec.training.plan import Plan
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting
from tunespec.training.setting_facts.trained import trial_steps
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource

KINDS = "endless_warmup long_warmup schedule_mismatch"
_WITHOUT_WARMUP = frozenset("constant reduce_lr_on_plateau greedy".split())
_TOLERANCE = 0.1  # of the run: its last steps are a few more or fewer than the epochs say


def warmup_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark a warm-up that takes most of the run or all of it, and a schedule of another length than the run's."""
    plan = source.plan
    if plan is not None:
        _warmup(source, rows, plan)
        _schedule(rows, plan)


def _warmup(source: RunSource, rows: SettingRows, plan: Plan) -> None:
    spec, kinds = rows.spec, ("endless_warmup", "long_warmup")
    if (scheduler := spec.value("scheduler")) in _WITHOUT_WARMUP:
        rows.skip("endless_warmup long_warmup", f"the schedule `{scheduler}` has no warm-up")
        return
    if steps := trial_steps(source):
        rows.skip("endless_warmup long_warmup", f"a run of {steps} steps only shows whether it runs")
        return
    rows.skip("endless_warmup long_warmup", "how long the run and its warm-up are is not known")
    share, setting = _share(spec, plan), _said(spec)
    if share is None or setting is None:
        return
    for kind in kinds:
        rows.examine(kind, setting.name)
    of = f"warm-up takes {share:.0%} of the run" + (f" of {plan.steps_said}" if plan.steps else "")
    most = source.threshold("H001", "warmup")
    if share >= 1:
        rows.mark("endless_warmup", setting.name, f"{setting}: {of}, and the learning rate never gets to its peak")
    elif share > most:
        rows.mark("long_warmup", setting.name, f"{setting}: {of}, where {most:.0%} are enough")


def _said(spec: RunSpec) -> Setting | None:
    """The setting that decides: a ratio counts only where no steps are said."""
    steps = spec.setting("warmup_steps")
    if steps is not None and (not steps.is_known or steps.value):
        return steps
    ratio = spec.setting("warmup_ratio")
    return ratio if ratio is not None and (ratio.value or steps is None) else steps


def _share(spec: RunSpec, plan: Plan) -> float | None:
    """Warm-up as a share of the run: the least that it can be, where the devices are not known."""
    setting = _said(spec)
    if setting is None or not setting.is_known:
        return None
    value = spec.number(setting.name)
    if value is None or value == 0:
        return 0.0
    if setting.name == "warmup_ratio" or value < 1:
        return float(value)
    return value / plan.steps if plan.steps else None


def _schedule(rows: SettingRows, plan: Plan) -> None:
    kind, spec = "schedule_mismatch", rows.spec
    length, setting = spec.number("schedule_steps"), spec.setting("schedule_steps")
    if length is None or setting is None:
        rows.skip(kind, "no schedule with a length of its own is configured")
        return
    if not plan.steps:
        rows.skip(kind, "how many steps the run has is not known")
        return
    rows.examine(kind, setting.name)
    if length > plan.steps * (1 + _TOLERANCE):
        text = f"the run ends after {plan.steps_said}, before the learning rate has come down"
        rows.mark(kind, setting.name, f"{setting}: {text}")
    elif length < plan.steps * (1 - _TOLERANCE) and _is_exact(spec, plan):
        text = f"the run has {plan.steps:,} steps, and learns next to nothing in those after the schedule's end"
        rows.mark(kind, setting.name, f"{setting}: {text}")


def _is_exact(spec: RunSpec, plan: Plan) -> bool:
    """Whether the run's steps are known, and not only the most that there can be."""
    said = spec.number("max_steps") or spec.number("micro_steps")
    return bool(said) or (plan.devices is not None and not spec.value("packing"))
