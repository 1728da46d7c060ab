"""An optimizer that DeepSpeed's file sets otherwise than the trainer's configuration.

Source: transformers 4.57.6 and 5.23.0 (``integrations/deepspeed.py``: trainer_config_process, fill_match; an error in
trainer_config_finalize).
"""

from __future__ import annotations

from tunespec.training.run_spec import own_settings
from tunespec.training.setting_facts.told import differs
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.trainers import runs_in_transformers

KIND = "contradicting_optimizer"
_NAMES = ("learning_rate", "weight_decay")


def contradicting_optimizer_facts(_: RunSource, rows: SettingRows) -> None:
    """Mark a rate or decay that the two write with different values; `auto` takes the trainer's."""
    own = own_settings(rows.spec)
    for other in rows.spec.beside if runs_in_transformers(own) else ():
        for name in _NAMES if other.framework.name == "DeepSpeed" else ():
            mine, theirs = own.setting(name), other.setting(name)
            if mine is None or theirs is None or mine.value is None or theirs.value is None:
                continue
            rows.examine(KIND, name)
            if mine.value != theirs.value:
                rows.mark(KIND, name, differs(rows.spec, mine, theirs))
    rows.skip(KIND, "no configuration of DeepSpeed with an optimizer of its own is there")
