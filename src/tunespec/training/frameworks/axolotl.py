"""Axolotl: keys of its own.

Source: Axolotl 0.19 (``utils/schemas/{config,training,datasets,model,peft}.py``, ``core/builders/{base,causal}.py``).
"""

from __future__ import annotations

from typing import Any

from tunespec.training.framework import Framework, Key
from tunespec.training.values import bound, number, positive, switch, text, texts, word
from tunespec.training.written import Written

_OWN = frozenset(
    "datasets pretraining_dataset adapter micro_batch_size sequence_len num_epochs val_set_size sample_packing "
    "base_model_config test_datasets dataset_prepared_path rl".split()
)
_OBJECTIVES = {"dpo": "dpo", "ipo": "dpo", "kto": "kto", "orpo": "orpo", "simpo": "simpo"}


def _is_own(written: Written) -> bool:
    return written.has("base_model") and bool(_OWN & set(written.data))


def _method(written: Written) -> tuple[str, Any]:
    adapter = word(written.get("adapter"))
    if adapter is None:
        return ("unfrozen_parameters", "freeze") if written.get("unfrozen_parameters") else ("adapter", "full")
    return "adapter", "dora" if switch(written.get("peft_use_dora")) and adapter == "lora" else adapter


def _objective(written: Written) -> tuple[str, Any]:
    if rl := word(written.get("rl")):
        return "rl", _OBJECTIVES.get(rl, "rl")
    if switch(written.get("reward_model")) or switch(written.get("process_reward_model")):
        return "reward_model", "reward"
    if written.get("pretraining_dataset"):
        return "pretraining_dataset", "pretrain"
    return "datasets", "sft"


def _eval_strategy(written: Written) -> tuple[str, Any]:
    """Off without held-out data, and by epochs if nothing else is said (``core/builders/base.py``)."""
    held_out = number(written.get("val_set_size")) or written.get("test_datasets")
    if not held_out:
        return "val_set_size", "no"
    for key in ("eval_strategy", "evaluation_strategy"):
        if written.get(key) is not None:
            return key, word(written.get(key))
    for key in ("eval_steps", "evals_per_epoch"):
        if written.get(key) is not None:
            return key, "steps" if number(written.get(key)) else "no"
    return "eval_strategy", "epoch"


def _save_strategy(written: Written) -> tuple[str, Any]:
    if written.get("save_strategy") is not None:
        return "save_strategy", word(written.get("save_strategy"))
    for key in ("save_steps", "saves_per_epoch"):
        if written.get(key) is not None:
            return key, "steps"
    return "save_strategy", "epoch"


def steps_between(written: Written, steps: str, per_epoch: str) -> float | None:
    """So many a epoch become a share of the run, unless that is all of it (``utils/config``: normalize_config)."""
    times, epochs = positive(written.get(per_epoch)), positive(written.get("num_epochs")) or 1
    if times and (share := 1.0 / (times * epochs)) < 1.0:
        return share
    return positive(written.get(steps))


def _load_best(written: Written) -> tuple[str, Any]:
    """On unless it is written to be off, where every checkpoint is evaluated (``core/builders/causal.py``)."""
    key = "load_best_model_at_end"
    asked, stops = switch(written.get(key)), positive(written.get("early_stopping_patience"))
    if asked:
        return key, True
    if (asked is False and not stops) or bool(positive(written.get("val_set_size"))) == bool(
        written.get("test_datasets")
    ):
        return key, False
    every = steps_between(written, "eval_steps", "evals_per_epoch")
    save = steps_between(written, "save_steps", "saves_per_epoch")
    return key, bool(every and save and save % every == 0)


def _trained_ends(written: Written) -> tuple[str, Any]:
    """A switch of each data set (``prompt_strategies/chat_template.py``)."""
    datasets = written.get("datasets")
    for at in range(len(datasets) if isinstance(datasets, list) else 0):
        for key in ("train_on_eot", "train_on_eos"):
            if written.get(f"datasets.{at}.{key}") is not None:
                return f"datasets.{at}.{key}", word(written.get(f"datasets.{at}.{key}"))
    return "datasets.0.train_on_eos", "turn"


def _turn_ends(value: Any) -> list[str]:
    return texts([value] if isinstance(value, str) else value)


AXOLOTL = Framework(
    name="Axolotl",
    version="Axolotl 0.19",
    is_own=_is_own,
    keys={
        "model": Key("base_model", None, text),
        "epochs": Key("num_epochs", 1.0, number),
        "max_steps": Key("max_steps", None, positive),
        "learning_rate": Key("learning_rate", None, number),
        "scheduler": Key("lr_scheduler", "cosine", word),
        "warmup_steps": Key("warmup_steps", None, number),
        "warmup_ratio": Key("warmup_ratio", None, number),
        "batch_size": Key("micro_batch_size", 1, number),
        "device_batch_size": Key("batch_size", None, number),
        "accumulation": Key("gradient_accumulation_steps", 1, number),
        "max_length": Key("sequence_len", 512, positive),
        "truncation": Key("excess_length_strategy", "drop", word),
        "packing": Key("sample_packing", default=False, read=switch),
        "eval_steps": Key("eval_steps", None, positive),
        "evals_per_epoch": Key("evals_per_epoch", None, positive),
        "validation_share": Key("val_set_size", 0.0, number),
        "validation_data": Key("test_datasets", None),
        "save_steps": Key("save_steps", None, positive),
        "saves_per_epoch": Key("saves_per_epoch", None, positive),
        "save_limit": Key("save_total_limit", 4, positive),
        "logging_steps": Key("logging_steps", None, positive),
        "best_metric": Key("metric_for_best_model", None, text),
        "greater_is_better": Key("greater_is_better", None, switch),
        "patience": Key("early_stopping_patience", None, positive),
        "bf16": Key("bf16", None, switch),
        "fp16": Key("fp16", default=False, read=switch),
        "pure_bf16": Key("bfloat16", default=False, read=switch),
        "pure_fp16": Key("float16", default=False, read=switch),
        "fp8": Key("fp8", default=False, read=switch),
        "max_grad_norm": Key("max_grad_norm", 1.0, bound),
        "weight_decay": Key("weight_decay", 0.0, number),
        "lora_rank": Key("lora_r", None, number),
        "lora_alpha": Key("lora_alpha", None, number),
        "eos_token": Key("special_tokens.eos_token", None, text),
        "pad_token": Key("special_tokens.pad_token", None, text),
        "turn_ends": Key("eot_tokens", None, _turn_ends),
        "template": Key("chat_template", None, text),
        "output_dir": Key("output_dir", "./model-out", text),
        "deepspeed": Key("deepspeed", None),
    },
    derived={
        "method": _method,
        "objective": _objective,
        "eval_strategy": _eval_strategy,
        "save_strategy": _save_strategy,
        "load_best": _load_best,
        "trained_ends": _trained_ends,
    },
)
