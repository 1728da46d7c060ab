"""Hugging Face's TrainingArguments and TRL's configurations: flat keys in YAML or JSON, or a Python call's arguments.

Sources: transformers 5.23.0 (``training_args.py``), TRL 1.16.0 (``trainer/sft_config.py``, ``scripts/utils.py``),
peft 0.19 (``tuners/lora/config.py``).
"""

from __future__ import annotations

from typing import Any

from tunespec.training.framework import Framework, Key
from tunespec.training.values import number, positive, switch, text, texts, word
from tunespec.training.written import Written

VERSION = "transformers 5.23"
TRANSFORMERS: dict[str, Key] = {
    "model": Key("model_name_or_path", None, text),
    "epochs": Key("num_train_epochs", 3.0, number),
    "max_steps": Key("max_steps", None, positive),
    "learning_rate": Key("learning_rate", 5e-5, number),
    "scheduler": Key("lr_scheduler_type", "linear", word),
    "warmup_steps": Key("warmup_steps", 0, number),
    "warmup_ratio": Key("warmup_ratio", None, number),
    "batch_size": Key("per_device_train_batch_size", 8, number, ("per_gpu_train_batch_size",)),
    "accumulation": Key("gradient_accumulation_steps", 1, number),
    "eval_strategy": Key("eval_strategy", "no", word, ("evaluation_strategy",)),
    "eval_steps": Key("eval_steps", None, positive),
    "save_strategy": Key("save_strategy", "steps", word),
    "save_steps": Key("save_steps", 500, number),
    "save_limit": Key("save_total_limit", None, positive),
    "logging_steps": Key("logging_steps", 500, number),
    "load_best": Key("load_best_model_at_end", default=False, read=switch),
    "best_metric": Key("metric_for_best_model", None, text),
    "greater_is_better": Key("greater_is_better", None, switch),
    "bf16": Key("bf16", default=False, read=switch),
    "fp16": Key("fp16", default=False, read=switch),
    "max_grad_norm": Key("max_grad_norm", 1.0, number),
    "weight_decay": Key("weight_decay", 0.0, number),
    "nan_filter": Key("logging_nan_inf_filter", default=True, read=switch),
    "seed": Key("seed", 42, number),
    "output_dir": Key("output_dir", None, text),
    "deepspeed": Key("deepspeed", None),
}
# What a configuration of these has, and no record, tokenizer or model's config.json does.
_SIGNS = frozenset(
    "num_train_epochs per_device_train_batch_size per_device_eval_batch_size gradient_accumulation_steps "
    "lr_scheduler_type eval_strategy evaluation_strategy logging_steps save_steps save_strategy save_total_limit "
    "warmup_ratio warmup_steps max_grad_norm load_best_model_at_end gradient_checkpointing learning_rate "
    "output_dir max_steps".split()
)
_ENOUGH = 3
_OF_TRL = frozenset("max_length max_seq_length packing completion_only_loss assistant_only_loss eos_token".split())
_OBJECTIVES = {
    "SFTConfig": "sft", "DPOConfig": "dpo", "KTOConfig": "kto", "ORPOConfig": "orpo", "CPOConfig": "cpo",
    "RewardConfig": "reward", "GRPOConfig": "rl", "PPOConfig": "rl", "RLOOConfig": "rl", "OnlineDPOConfig": "rl",
}  # fmt: skip


def _is_own(written: Written) -> bool:
    return bool(written.call) or len(_SIGNS & set(written.data)) >= _ENOUGH


def _is_sft(written: Written) -> bool:
    """TRL's SFT has defaults of its own."""
    return written.call == "SFTConfig" or (not written.call and bool(_OF_TRL & set(written.data)))


def _objective(written: Written) -> tuple[str, Any]:
    return "", _OBJECTIVES.get(written.call) or ("sft" if _is_sft(written) else None)


def _method(written: Written) -> tuple[str, Any]:
    """By TRL's switches; without one, a bare TrainingArguments does not say what is trained."""
    adapted = switch(written.get("use_peft"))
    bits = next((key for key in ("load_in_4bit", "load_in_8bit") if switch(written.get(key))), None)
    if adapted or any(written.has(key) for key in ("lora_r", "lora_alpha", "lora_target_modules")):
        key = "use_peft" if written.has("use_peft") else "lora_r"
        return key, "dora" if switch(written.get("use_dora")) else "qlora" if bits else "lora"
    return "use_peft", None if written.call or not _is_sft(written) else "full"


def _of_sft(key: str, sft: Any, other: Any, read: Any) -> Any:
    def derive(written: Written) -> tuple[str, Any]:
        if written.get(key) is not None:
            return key, read(written.get(key))
        return key, sft if _is_sft(written) else other

    return derive


def _bf16(written: Written) -> tuple[str, Any]:
    """SFTConfig trains in bfloat16 unless float16 is asked for."""
    if written.get("bf16") is not None:
        return "bf16", switch(written.get("bf16"))
    return "bf16", _is_sft(written) and not switch(written.get("fp16"))


HUGGING_FACE = Framework(
    name="Hugging Face",
    version=VERSION,
    is_own=_is_own,
    keys={
        **TRANSFORMERS,
        "packing": Key("packing", default=False, read=switch),
        "eos_token": Key("eos_token", None, text),
        "pad_token": Key("pad_token", None, text),
        "template": Key("chat_template_path", None, text),
        "lora_rank": Key("lora_r", None, number, ("r",)),
        "lora_alpha": Key("lora_alpha", None, number),
        "validation_data": Key("dataset_test_split", None, texts, ("eval_dataset",)),
    },
    derived={
        "objective": _objective,
        "method": _method,
        "learning_rate": _of_sft("learning_rate", 2e-5, 5e-5, number),
        "logging_steps": _of_sft("logging_steps", 10, 500, number),
        "max_length": _of_sft("max_length", 1024, None, positive),
        "bf16": _bf16,
    },
)
