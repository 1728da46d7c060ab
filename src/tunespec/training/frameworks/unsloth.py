"""Unsloth Studio: YAML in blocks (`data`, `training`, `lora`); scripts with Unsloth are read as Python.

Source: Unsloth of August 2026 (``studio/backend/assets/configs``, ``unsloth_cli/config.py``).
"""

from __future__ import annotations

from typing import Any

from tunespec.training.framework import Framework, Key
from tunespec.training.values import number, positive, switch, text, word
from tunespec.training.written import Written

_OWN = ("training.training_type", "training.num_epochs", "training.batch_size", "training.random_seed", "lora.lora_r")
_ENOUGH = 2
_TYPES = ("lora", "full")  # a `training_type` of others is `supervised`, or the like


def _is_own(written: Written) -> bool:
    """Any deep learning may have `training.num_epochs`, but neither of the first two."""
    kind = word(written.get("training.training_type")) or ""
    if text(written.get("model")) is None or not (written.has("lora.lora_r") or any(one in kind for one in _TYPES)):
        return False
    return sum(map(written.has, _OWN)) >= _ENOUGH


def _method(written: Written) -> tuple[str, Any]:
    kind = word(written.get("training.training_type")) or "lora"
    loaded = switch(written.get("training.load_in_4bit"))
    return "training.training_type", "qlora" if kind == "lora" and loaded is not False else kind


UNSLOTH = Framework(
    name="Unsloth Studio",
    version="Unsloth of August 2026",
    is_own=_is_own,
    keys={
        "model": Key("model", None, text),
        "epochs": Key("training.num_epochs", 3, number),
        "max_steps": Key("training.max_steps", None, positive),
        "learning_rate": Key("training.learning_rate", 2e-4, number),
        "warmup_steps": Key("training.warmup_steps", 5, number),
        "batch_size": Key("training.batch_size", 2, number),
        "accumulation": Key("training.gradient_accumulation_steps", 4, number),
        "max_length": Key("training.max_seq_length", 2048, positive),
        "packing": Key("training.packing", default=False, read=switch),
        "save_steps": Key("training.save_steps", None, positive),
        "eval_steps": Key("training.eval_steps", None, positive),
        "weight_decay": Key("training.weight_decay", 0.01, number),
        "lora_rank": Key("lora.lora_r", 64, number),
        "lora_alpha": Key("lora.lora_alpha", 16, number),
        "output_dir": Key("training.output_dir", "./outputs", text),
    },
    derived={
        "method": _method,
        "objective": lambda _: ("training.training_type", "sft"),
    },
)
