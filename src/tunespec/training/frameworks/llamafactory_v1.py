"""LLaMA-Factory's second configuration, for the trainer that `USE_V1=1` starts: parts that plugins read.

Source: LLaMA-Factory 0.9.5 (``v1/config/{model,data,training}_args.py``, ``v1/plugins``, ``v1/core/base_trainer.py``).
"""

from __future__ import annotations

from typing import Any

from tunespec.training.framework import Framework, Key, fixed
from tunespec.training.values import bound, number, positive, switch, text, texts, word
from tunespec.training.written import Written

_PLUGINS = ("peft_config.name", "dist_config.name", "kernel_config.name")  # each is chosen by its name


def _is_own(written: Written) -> bool:
    return text(written.get("model")) is not None and any(map(written.has, _PLUGINS)) and not written.call


def _why_not(written: Written) -> str:
    """What commands to `merge` and `chat` read has the same keys."""
    if written.has("peft_config.export_dir"):
        return "it exports a model, and trains none"
    return "" if written.has("train_dataset") else "it names no `train_dataset`: it trains nothing"


def _method(written: Written) -> tuple[str, Any]:
    kind = word(written.get("peft_config.name")) or "full"
    return "peft_config.name", "qlora" if kind == "lora" and written.get("quant_config") is not None else kind


LLAMA_FACTORY_V1 = Framework(
    name="LLaMA-Factory v1",
    version="LLaMA-Factory 0.9.5",
    is_own=_is_own,
    why_not=_why_not,
    keys={
        "model": Key("model", "Qwen/Qwen3-4B-Instruct-2507", text),
        "epochs": Key("num_train_epochs", 3, number),
        "max_steps": Key("max_steps", None, positive),
        "learning_rate": Key("learning_rate", 1e-4, number, ("optim_config.lr",)),
        "scheduler": Key("lr_scheduler_config.name", "constant", word),
        "batch_size": Key("micro_batch_size", 1, number),
        "total_batch_size": Key("global_batch_size", None, positive),
        "max_length": Key("cutoff_len", 2048, positive),
        "truncation": Key("cutoff_len", "truncate", lambda _: "truncate"),
        "validation_data": Key("eval_dataset", None, texts),
        "save_steps": Key("save_steps", None, positive),
        "save_limit": Key("save_total_limit", None, positive),
        "logging_steps": Key("logging_steps", 1, positive),
        "bf16": Key("bf16", default=True, read=switch),
        "max_grad_norm": Key("max_grad_norm", 1.0, bound),
        "lora_rank": Key("peft_config.r", None, number),
        "lora_alpha": Key("peft_config.lora_alpha", None, number),
        "template": Key("template", "qwen3_nothink", text),
        "output_dir": Key("output_dir", None, text),
        "deepspeed": Key("dist_config.config_file", None),
    },
    derived={"method": _method, "fp16": fixed(value=False)},
)
