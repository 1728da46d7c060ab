"""Numbers of a batch that no run can have: none at all, and two that contradict one another.

Sources: transformers 5.23.0 (``integrations/deepspeed.py``, ``trainer_config_process`` and ``fill_match``), DeepSpeed
0.19.8 (``runtime/config.py``, ``_batch_assertion``).
"""

from __future__ import annotations

import math

from tunespec.training.run_spec import RunSpec, own_settings
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource

KINDS = "impossible_batch contradicting_batch"
_PARTS = ("batch_size", "accumulation")
_NUMBERS = ("batch_size", "accumulation", "total_batch_size", "device_batch_size")


def batch_number_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark batches of no records, and DeepSpeed's numbers where they contradict the trainer's or one another."""
    rows.skip("impossible_batch", "how many records a step sees is not known")
    for name in _NUMBERS:
        if rows.spec.number(name) is not None and (setting := rows.examine("impossible_batch", name)) is not None:
            if setting.value <= 0:
                rows.mark("impossible_batch", name, f"{setting}: a step needs at least one record")
            elif setting.value != int(setting.value):
                rows.mark("impossible_batch", name, f"{setting}: a whole number is needed")
    rows.skip("contradicting_batch", "no configuration of DeepSpeed with numbers of its own is there")
    for deepspeed in (one for one in (rows.spec, *rows.spec.beside) if one.framework.name == "DeepSpeed"):
        differs = _differs(rows, deepspeed)
        _adds_up(rows, deepspeed, deepspeed if differs else rows.spec, source.devices)


def _differs(rows: SettingRows, deepspeed: RunSpec) -> bool:
    """Whether a number is another one for the trainer, which refuses to start then."""
    found, trainer = False, own_settings(rows.spec)
    for name in _PARTS:
        own, told = trainer.setting(name), deepspeed.setting(name)
        if rows.spec is deepspeed or own is None or told is None or own.value is None or told.value is None:
            continue
        rows.examine("contradicting_batch", name)
        if told.value != own.value:
            found = True
            rows.mark("contradicting_batch", name, f"{told} in {told.path}, where {own}")
    return found


def _adds_up(rows: SettingRows, deepspeed: RunSpec, spec: RunSpec, devices: int | None) -> None:
    """DeepSpeed asserts that the whole batch is that of a device times accumulation times devices, as ``spec`` says."""
    whole, parts = deepspeed.setting("total_batch_size"), [spec.number(name) for name in _PARTS]
    if whole is None or not whole.value or None in parts or not all(part and part > 0 for part in parts):
        return
    rows.examine("contradicting_batch", whole.name)
    step = math.prod(part for part in parts if part)
    if whole.value % step or (devices and whole.value != step * devices):
        made = " x ".join(str(spec.setting(name)) for name in _PARTS)
        on = f" on {devices} device{'s' if devices > 1 else ''}" if devices else ""
        is_not = f"{step * devices:g}" if devices else f"no divisor of it ({step:g})"
        rows.mark("contradicting_batch", whole.name, f"{whole}, where {made}{on} is {is_not}")
