"""mistral-finetune: nested YAML; a batch is so many sequences that are filled to the last token.

Source: mistral-finetune 1943535 of June 2026 (``finetune/args.py``, ``model/args.py``, ``train.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunespec.training.framework import Framework, Key, fixed
from tunespec.training.values import bound, number, positive, switch, text, texts
from tunespec.training.written import Written

_OWN = ("optim", "lora", "run_dir", "seq_len", "data.instruct_data", "data.data")


def _is_own(written: Written) -> bool:
    """`optim: adamw_torch` beside the same key is of others."""
    if not isinstance(written.get("optim", {}), Mapping):
        return False
    return written.has("model_id_or_path") and any(written.has(key) for key in _OWN)


def _method(written: Written) -> tuple[str, Any]:
    return "lora.enable", "full" if switch(written.get("lora.enable")) is False else "lora"


def _objective(written: Written) -> tuple[str, Any]:
    plain = text(written.get("data.data")) and not text(written.get("data.instruct_data"))
    return ("data.data", "pretrain") if plain else ("data.instruct_data", "sft")


def _eval_strategy(written: Written) -> tuple[str, Any]:
    return "no_eval", "steps" if switch(written.get("no_eval")) is False else "no"


def _eval_steps(written: Written) -> tuple[str, Any]:
    """Without a frequency it evaluates once, at the end."""
    frequency = positive(written.get("eval_freq"))
    return "eval_freq", frequency or positive(written.get("max_steps")) or 100


def _save_strategy(written: Written) -> tuple[str, Any]:
    """Without a frequency the last step is saved."""
    return "no_ckpt", "no" if switch(written.get("no_ckpt")) else "steps"


MISTRAL = Framework(
    name="mistral-finetune",
    version="mistral-finetune of June 2026",
    is_own=_is_own,
    keys={
        "model": Key("model_id_or_path", None, text),
        "max_steps": Key("max_steps", 100, positive),
        "learning_rate": Key("optim.lr", 1e-4, number),
        "warmup_ratio": Key("optim.pct_start", 0.05, number),
        "batch_size": Key("batch_size", 1, number),
        "accumulation": Key("num_microbatches", 1, number),
        "max_length": Key("seq_len", 2048, positive),
        "truncation": Key("seq_len", "split", lambda _: "split"),
        "validation_data": Key("data.eval_instruct_data", None, texts),
        "save_steps": Key("ckpt_freq", None, positive),
        "save_limit": Key("num_ckpt_keep", 3, positive),
        "logging_steps": Key("log_freq", 1, positive),
        "max_grad_norm": Key("max_norm", 1.0, bound),
        "weight_decay": Key("optim.weight_decay", 0.1, number),
        "lora_rank": Key("lora.rank", 16, number),
        "output_dir": Key("run_dir", None, text),
    },
    derived={
        "method": _method,
        "objective": _objective,
        "eval_strategy": _eval_strategy,
        "eval_steps": _eval_steps,
        "save_strategy": _save_strategy,
        "scheduler": fixed("one_cycle"),
        "packing": fixed(value=True),
        "bf16": fixed(value=True),
        "fp16": fixed(value=False),
    },
)
