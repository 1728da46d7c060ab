"""Whether a gradient that explodes is clipped.

Sources: transformers (``trainer.py``: clips where ``max_grad_norm`` is above 0; ``integrations/deepspeed.py``:
fill_match), DeepSpeed 0.19 (``runtime/engine.py``: clips where ``gradient_clipping`` is above 0).
"""

from __future__ import annotations

from tunespec.training.run_spec import RunSpec, own_settings
from tunespec.training.setting import Setting
from tunespec.training.setting_facts.told import differs, told
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.trainers import runs_in_transformers


def clipping_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark gradients that are not clipped, by the user's own word, and two files that do not agree on it."""
    rows.skip("clipping_off", "whether gradients are clipped is not in the configuration")
    rows.skip("contradicting_clipping", "no configuration of DeepSpeed is beside the trainer's")
    if _contradicting(rows):
        return
    most, setting = source.threshold("H004", "norm"), rows.examine("clipping_off", "max_grad_norm")
    if setting is None or not setting.is_written or _is_no_word_of_it(rows.spec, setting):
        return
    if setting.value is None or setting.value <= 0:
        rows.mark("clipping_off", setting.name, f"{told(rows.spec, setting)}: gradients are not clipped; 1 is usual")
    elif setting.value > most:
        text = (
            f"{told(rows.spec, setting)}: gradients are clipped above that alone, and healthy norms stay below {most:g}"
        )
        rows.mark("clipping_off", setting.name, text)


def _is_no_word_of_it(spec: RunSpec, setting: Setting) -> bool:
    """Whether no norm is not what turns clipping off: torchtune's `inf` measures it, and DeepSpeed may clip instead."""
    clipped = any(one.number(setting.name) for one in spec.beside)
    return setting.value is None and (clipped or spec.written.get(setting.key) is not None)


def _contradicting(rows: SettingRows) -> bool:
    own = own_settings(rows.spec)
    mine = own.setting("max_grad_norm")
    for other in rows.spec.beside if runs_in_transformers(own) else ():
        theirs = other.setting("max_grad_norm")
        if other.framework.name != "DeepSpeed" or mine is None or theirs is None or not theirs.is_written:
            continue
        rows.examine("contradicting_clipping", "max_grad_norm")
        if mine.value is not None and theirs.value is not None and mine.value != theirs.value:
            rows.mark("contradicting_clipping", "max_grad_norm", differs(rows.spec, mine, theirs))
            return True
    return False
