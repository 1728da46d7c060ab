"""Whether the number format of a run is one format, and a fast one.

Sources: transformers 5.23 (``training_args.py``: _validate_args and mixed precision, ``integrations/deepspeed.py``:
fill_match), DeepSpeed 0.19 (``runtime/config.py``), Axolotl 0.19 (``utils/config/__init__.py``: resolve_dtype,
``utils/trainer.py``).
"""

from __future__ import annotations

from collections.abc import Iterator

from tunespec.training.model_formats import made_in
from tunespec.training.precision import precision_of
from tunespec.training.run_spec import RunSpec, own_settings
from tunespec.training.setting import Setting
from tunespec.training.setting_facts.told import differs, told
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.trainers import is_axolotl, runs_in_transformers, takes_flags
from tunespec.training.written import ANY

KINDS = "full_precision contradicting_precision overruled_precision"
_FLAGS = ("bf16", "fp16")


def precision_facts(_: RunSource, rows: SettingRows) -> None:
    """Mark a run in float32, and files that do not agree on the format."""
    _full(rows)
    _contradicting(rows)
    _overruled(rows)
    rows.skip(KINDS, "the number format is not in the configuration")


def _full(rows: SettingRows) -> None:
    """A bare TrainingArguments does not say what it trains, nor how a program loaded it."""
    spec = rows.spec
    program = spec.written.call
    if (program and not _loads_plainly(spec)) or not (spec.objective or made_in(str(spec.value("model") or ""))):
        rows.skip("full_precision", "the program that loads the model says in which format")
        return
    precision = precision_of(spec)
    setting = rows.examine("full_precision", precision.setting.name) if precision is not None else None
    if setting is not None and precision is not None and precision.format == "fp32":
        then = "the run computes in float32"
        if program:
            then = "without mixed precision it computes as the model is loaded: in float32 before transformers 5"
        rows.mark("full_precision", setting.name, f"{_off(spec, setting)}: {then}; bfloat16 takes half the memory")


def _loads_plainly(spec: RunSpec) -> bool:
    """Whether a program loads the model that it trains, and says no number format anywhere."""
    said = (f"from_pretrained.{key}" for key in ("dtype", "torch_dtype", "quantization_config", ANY))
    written = spec.written
    return bool(written.get("whole")) and bool(written.get("loads")) and not any(map(written.has, ("formats", *said)))


def _off(spec: RunSpec, setting: Setting) -> str:
    """What is written of the two flags; where nothing is, that."""
    flags = _both(spec)
    written = [told(spec, one) for one in flags if one.is_written and len({one.key for one in flags}) > 1]
    if written:
        return " and ".join(written)
    keys = " nor ".join(f"`{one.key}`" for one in flags)
    return told(spec, setting) if setting.is_written else f"neither {keys} is set, and {setting.said} turns none on"


def _contradicting(rows: SettingRows) -> None:
    spec = rows.spec
    for name in _FLAGS:
        rows.examine("contradicting_precision", name)
    flags = _on(own_settings(spec))
    if len(flags) > 1 and not is_axolotl(spec):
        who = "transformers" if takes_flags(spec) else spec.framework.name
        text = f"{told(spec, flags[0])} and {told(spec, flags[1])}: {who} refuses both at once"
        rows.mark("contradicting_precision", flags[1].name, text)
        return
    if _both_in_deepspeed(rows):
        return
    for mine, theirs in _mismatches(spec):
        rows.mark("contradicting_precision", mine.name, differs(spec, mine, theirs))


def _both_in_deepspeed(rows: SettingRows) -> bool:
    """Mark a file of DeepSpeed's that turns both on, whatever the trainer does (``runtime/engine.py``)."""
    for other in rows.spec.beside:
        flags = _on(other) if other.framework.name == "DeepSpeed" else []
        if len(flags) > 1:
            both = " and ".join(told(rows.spec, flag) for flag in flags)
            rows.mark("contradicting_precision", flags[1].name, f"{both}: DeepSpeed refuses both at once")
            return True
    return False


def _on(spec: RunSpec) -> list[Setting]:
    return [one for one in _both(spec) if one.value is True]


def _both(spec: RunSpec) -> list[Setting]:
    return [one for one in map(spec.setting, _FLAGS) if one is not None]


def _mismatches(spec: RunSpec) -> Iterator[tuple[Setting, Setting]]:
    """The trainer's flag and DeepSpeed's that differs, where both are known: `auto` takes the trainer's."""
    own = own_settings(spec)
    if not runs_in_transformers(own) or own.value("pure_bf16"):
        return
    for other in spec.beside:
        for name in _FLAGS if other.framework.name == "DeepSpeed" else ():
            mine, theirs = own.setting(name), other.setting(name)
            if mine is None or theirs is None or not theirs.is_written or not isinstance(mine.value, bool):
                continue
            if isinstance(theirs.value, bool) and mine.value != theirs.value:
                yield mine, theirs


def _overruled(rows: SettingRows) -> None:
    """Two that do not agree, of which one wins without a word."""
    spec = rows.spec
    flags = [one for one in _on(own_settings(spec)) if one.is_written]
    for flag in flags:
        rows.examine("overruled_precision", flag.name)
    if is_axolotl(spec) and len(flags) > 1:
        text = f"{told(spec, flags[1])} is not used: {told(spec, flags[0])} goes before it"
        rows.mark("overruled_precision", flags[1].name, text)
    for other in spec.beside:
        launched = other.setting("mixed_precision")
        if launched is None or launched.value not in _FLAGS or len(flags) != 1 or launched.value == flags[0].name:
            continue
        text = f"{told(spec, launched)} is not used: the trainer's own {told(spec, flags[0])} goes before it"
        rows.mark("overruled_precision", flags[0].name, text)
