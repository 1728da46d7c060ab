"""torchtune: a recipe's YAML, whose parts each name a component; ended in 2025, read as its last version reads it.

Source: torchtune 0.6.1 (``_recipe_registry.py``, ``recipes/{full,lora}_finetune_*.py``, ``recipes/configs``).
"""

from __future__ import annotations

from typing import Any

from tunespec.training.framework import Framework, Key, fixed
from tunespec.training.values import bound, number, positive, switch, text, word
from tunespec.training.written import Written

_COMPONENT = "_component_"


def _is_own(written: Written) -> bool:
    """Each part has a component, and the model is one."""
    return written.has(f"model.{_COMPONENT}") or written.has(f"optimizer.{_COMPONENT}")


def _why_not(written: Written) -> str:
    """Recipes that evaluate, quantise or ask a model have configurations of the same form."""
    if written.has(f"optimizer.{_COMPONENT}"):
        return ""
    if written.has("tasks"):
        return "it evaluates a model, and trains none"
    if written.has("prompt"):
        return "it asks a model, and trains none"
    return "it trains nothing: it has no optimizer"


def _component(written: Written, part: str) -> str:
    """The last part of a component's name."""
    return str(written.get(f"{part}.{_COMPONENT}") or "").rpartition(".")[2]


def _method(written: Written) -> tuple[str, Any]:
    builder = _component(written, "model") or _component(written, "policy_model")
    kind = next((kind for kind in ("qlora", "dora", "lora") if kind in builder), "full")
    if kind == "lora" and switch(written.get("model.quantize_base")):
        kind = "qlora"
    return f"model.{_COMPONENT}", "dora" if kind == "lora" and switch(written.get("model.use_dora")) else kind


def _objective(written: Written) -> tuple[str, Any]:
    """By the loss, and by the records for a text without turns."""
    loss = _component(written, "loss")
    if "PPO" in loss or "GRPO" in loss or written.has("num_generations"):
        return f"loss.{_COMPONENT}", "rl"
    if "DPO" in loss or "RSO" in loss:
        return f"loss.{_COMPONENT}", "dpo"
    plain = "text_completion" in _component(written, "dataset")
    return f"dataset.{_COMPONENT}", "pretrain" if plain else "sft"


def _eval_strategy(written: Written) -> tuple[str, Any]:
    return "run_val_every_n_steps", "steps" if positive(written.get("run_val_every_n_steps")) else "no"


def _clip(value: Any) -> float | int | None:
    """`inf` measures the norm and clips nothing."""
    found = bound(value)
    return None if found == float("inf") else found


def _precision(name: str) -> Any:
    return lambda written: ("dtype", (word(written.get("dtype")) or "bf16") == name)


TORCHTUNE = Framework(
    name="torchtune",
    version="torchtune 0.6",
    is_own=_is_own,
    why_not=_why_not,
    keys={
        "model": Key("checkpointer.checkpoint_dir", None, text),
        "epochs": Key("epochs", 1, number),
        "max_steps_per_epoch": Key("max_steps_per_epoch", None, positive),
        "learning_rate": Key("optimizer.lr", None, number),
        "scheduler": Key(
            f"lr_scheduler.{_COMPONENT}", "constant", lambda value: str(word(value) or "constant").rpartition(".")[2]
        ),
        "warmup_steps": Key("lr_scheduler.num_warmup_steps", 0, number),
        "batch_size": Key("batch_size", None, number),
        "accumulation": Key("gradient_accumulation_steps", 1, number),
        "max_length": Key("tokenizer.max_seq_len", None, positive),
        "truncation": Key("tokenizer.truncation_type", "truncate", lambda _: "truncate"),
        "packing": Key("dataset.packed", default=False, read=switch),
        "eval_steps": Key("run_val_every_n_steps", None, positive),
        "validation_data": Key(f"dataset_val.{_COMPONENT}", None, text),
        "logging_steps": Key("log_every_n_steps", 1, positive),
        "max_grad_norm": Key("clip_grad_norm", None, number),  # `inf` measures the norm and clips nothing: no number
        "weight_decay": Key("optimizer.weight_decay", None, number),
        "lora_rank": Key("model.lora_rank", 8, number),
        "lora_alpha": Key("model.lora_alpha", 16, number),
        "template": Key("tokenizer.prompt_template", None, text),
        "output_dir": Key("output_dir", None, text),
    },
    derived={
        "method": _method,
        "objective": _objective,
        "eval_strategy": _eval_strategy,
        "save_strategy": fixed("epoch"),
        "bf16": _precision("bf16"),
        "fp16": _precision("fp16"),
    },
)
