"""In which number format a run computes, and which setting says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tunespec.training.frameworks import BESIDE
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting
from tunespec.training.trainers import is_axolotl, runs_in_transformers

# Settings that turn a format on, the first that is on counts: bfloat16 goes before float16 where both are taken.
_SWITCHES = {"fp8": "fp8", "bf16": "bf16", "pure_bf16": "bf16", "fp16": "fp16", "pure_fp16": "fp16"}
_MIXED = frozenset(("fp8", "bf16", "fp16"))
# Keys by which the weights have a format of their own: that of the model, or the one that is named.
_LOADED = (
    "torch_dtype", "dtype", "model_init_kwargs.torch_dtype", "model_init_kwargs.dtype", "load_in_8bit", "use_badam",
)  # fmt: skip


@dataclass(frozen=True)
class Precision:
    """A number format: ``bf16``, ``fp16``, ``fp8`` or ``fp32``, and the setting that decides."""

    format: str
    setting: Setting


def precision_of(spec: RunSpec) -> Precision | None:
    """The format that a run computes in.

    Returns:
        None where that is not known: a device or a program decides.
    """
    for setting, kind in _turned_on(spec):
        return Precision(kind, setting)
    decides = spec.setting("bf16") or spec.setting("mixed_precision")
    named = [one for one in map(spec.setting, _SWITCHES) if one is not None]
    if decides is None or not named or any(one.value is None for one in named):
        return None
    if spec.framework in BESIDE.values() or _is_loaded_otherwise(spec):
        return None
    return Precision("fp32", decides)


def _is_loaded_otherwise(spec: RunSpec) -> bool:
    """Whether the weights have a format of their own where no switch is on.

    LLaMA-Factory loads the model in bfloat16, or float16, and makes float32 of what is trained: all of it in full
    fine-tuning alone (0.9.5, ``model/patcher.py``: infer_optim_dtype; ``model/adapter.py``).
    """
    if spec.framework.name == "LLaMA-Factory" and spec.method != "full":
        return True
    return runs_in_transformers(spec) and any(_is_set(spec, key) for key in _LOADED)


def _is_set(spec: RunSpec, key: str) -> bool:
    """Whether a key says something: `load_in_8bit: false` does not."""
    return key in spec.written.unknown or spec.written.get(key) not in (None, False)


def _turned_on(spec: RunSpec) -> Iterator[tuple[Setting, str]]:
    """Axolotl tells the launcher, whatever that one's file says."""
    for name, kind in _SWITCHES.items():
        setting = spec.setting(name)
        if setting is not None and setting.value is True:
            yield setting, kind
    launched = spec.setting("mixed_precision")
    if launched is not None and launched.value in _MIXED and not is_axolotl(spec):
        yield launched, str(launched.value)
