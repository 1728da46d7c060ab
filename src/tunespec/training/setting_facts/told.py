"""A setting as its user wrote it: a value that was read as something else is shown as it stands in the file."""

from __future__ import annotations

from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting, shown


def told(spec: RunSpec, setting: Setting) -> str:
    """`no_eval: true`, where the setting's value is `no`; with its file where that is not the run's own."""
    own = next((one for one in (spec, *spec.beside) if one.written.file.shown == setting.path), spec)
    if not setting.is_written:
        return f"`{setting.key}` is not set ({meant(setting)} in {setting.said})"
    text = f"`{setting.key}: {shown(own.written.get(setting.key, setting.value))}`"
    return text if own is spec else f"{text} ({setting.path})"


def told_key(key: str, spec: RunSpec) -> str:
    """A key that need be no setting's: `evaluation_strategy: steps`; alone where its value is no plain one."""
    value = spec.written.get(key)
    return f"`{key}: {shown(value)}`" if isinstance(value, str | int | float) else f"`{key}`"


def meant(setting: Setting) -> str:
    """What a value means in words."""
    if isinstance(setting.value, bool):
        return "on" if setting.value else "off"
    return "no evaluation" if setting.name == "eval_strategy" and setting.value == "no" else shown(setting.value)


def differs(spec: RunSpec, mine: Setting, theirs: Setting) -> str:
    """That DeepSpeed's file and the trainer's configuration differ (``integrations/deepspeed.py``: fill_match)."""
    both = f"{told(spec, theirs)}, and {told(spec, mine)}"
    return f"{both}: transformers refuses what differs; `auto` there takes the trainer's"
