"""Hugging Face's TrainingArguments and TRL's configurations: flat keys in YAML or JSON, or a Python call's arguments.

Sources: transformers 5.23.0 (``training_args.py``), TRL 1.16.0 (``trainer/*_config.py``, ``scripts/utils.py``),
peft 0.19 (``tuners/lora/config.py``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tunespec.training.framework import Derive, Framework, Key
from tunespec.training.frameworks.trl import LOGGING_STEPS, TRAINERS, configuration, objective
from tunespec.training.values import bound, number, positive, switch, text, texts, word
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
    "max_grad_norm": Key("max_grad_norm", 1.0, bound, null_is_off=True),
    "weight_decay": Key("weight_decay", 0.0, number),
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
# Any deep learning may have these, which alone are not enough.
_COMMON = frozenset("learning_rate output_dir max_steps warmup_steps warmup_ratio max_grad_norm".split())
_OF_A_LOG = "log_history"  # trainer_state.json repeats some of the arguments
# A file that `TrainingArguments.to_json_string` wrote holds every argument there is, more than a hundred. [judgement]
# Nobody writes so many: of 117 real configurations the longest has 56 keys.
_DUMPED = 60
_STOPPING = "EarlyStoppingCallback"
_IN_LORA = ("LoraConfig", "get_peft_model")
_PAD = "tokenizer.pad_token"
_LOADER = "FastLanguageModel"  # Unsloth's, which quantises unless it is told not to
_QUANTISED = tuple(
    f"{holder}load_in_{bits}bit"
    for bits in (4, 8)
    for holder in ("", "BitsAndBytesConfig.", f"{_LOADER}.", "from_pretrained.")
)


def _is_own(written: Written) -> bool:
    found = _SIGNS & set(written.data)
    return bool(written.call) or (len(found) >= _ENOUGH and not found <= _COMMON and not written.has(_OF_A_LOG))


def is_dump(written: Written) -> bool:
    """Whether a program wrote the file, with the arguments that nobody set beside the others."""
    return len(written.data) >= _DUMPED and written.has("adam_epsilon") and not written.call


def _method(written: Written) -> tuple[str, Any]:
    """By TRL's switches, and a program's adapter; without one, bare arguments do not say what is trained."""
    if (open_ := next((key for key in (*_QUANTISED, "use_peft") if key in written.unknown), None)) is not None:
        return open_, None
    unsloth = written.has(_LOADER) and switch(written.get(f"{_LOADER}.load_in_4bit")) is not False
    bits = unsloth or any(switch(written.get(key)) for key in _QUANTISED)
    adapter = next((f"{holder}.r" for holder in _IN_LORA if written.get(f"{holder}.r") is not None), None)
    adapter = adapter or ("LoraConfig" if written.has("LoraConfig") else None)
    own = next((key for key in ("use_peft", "lora_r", "lora_alpha", "lora_target_modules") if written.has(key)), None)
    if adapter or (own and switch(written.get("use_peft")) is not False):
        dora = any(switch(written.get(key)) for key in ("use_dora", "LoraConfig.use_dora"))
        return adapter or own or "", "dora" if dora else "qlora" if bits else "lora"
    if written.call:
        if other := written.get("adapter"):
            return "adapter", other
        return "trainer", "full" if written.get("whole") else None
    return "use_peft", "full" if configuration(written) else None


def _rank(written: Written) -> tuple[str, Any]:
    """Adapters of peft have 8, TRL's own switch makes it 16."""
    for key in ("lora_r", *(f"{holder}.r" for holder in _IN_LORA)):
        if written.has(key):
            return key, number(written.get(key))
    in_peft = written.has("LoraConfig")
    return ("LoraConfig.r", 8) if in_peft else ("lora_r", 16 if switch(written.get("use_peft")) else None)


def _alpha(written: Written) -> tuple[str, Any]:
    for key in ("lora_alpha", *(f"{holder}.lora_alpha" for holder in _IN_LORA)):
        if written.has(key):
            return key, number(written.get(key))
    in_peft = written.has("LoraConfig")
    return ("LoraConfig.lora_alpha", 8) if in_peft else ("lora_alpha", 32 if switch(written.get("use_peft")) else None)


def _of_trl(key: str, trl: Any, other: Any, read: Any) -> Derive:
    """A setting whose default is another in TRL: ``trl`` is a value, or the name of a trainer's."""

    def derive(written: Written) -> tuple[str, Any]:
        if written.get(key) is not None:
            return key, read(written.get(key))
        own = TRAINERS.get(configuration(written))
        return key, other if own is None else getattr(own, trl) if isinstance(trl, str) else trl

    return derive


def _max_length(written: Written) -> tuple[str, Any]:
    """``max_length: null`` is no limit; ``max_seq_length`` is how SFTConfig called it up to TRL 0.12."""
    for key in ("max_length", "max_seq_length", f"{_LOADER}.max_seq_length"):
        if written.has(key):
            return key, positive(written.get(key))
    own = TRAINERS.get(configuration(written))
    return "max_length", own.max_length if own is not None else None


def _bf16(written: Written) -> tuple[str, Any]:
    """TRL trains in bfloat16 unless float16 is asked for."""
    if written.get("bf16") is not None:
        return "bf16", switch(written.get("bf16"))
    return "bf16", bool(configuration(written)) and not switch(written.get("fp16"))


def _patience(written: Written) -> tuple[str, Any]:
    key = f"{_STOPPING}.early_stopping_patience"
    return key, positive(written.get(key)) or (1 if written.has(_STOPPING) else None)


def _pad_is_eos(written: Written) -> tuple[str, Any]:
    """`tokenizer.pad_token = tokenizer.eos_token`, or the same token for both."""
    if written.has(_PAD):
        return _PAD, written.get(_PAD) == "tokenizer.eos_token"
    pad, eos = text(written.get("pad_token")), text(written.get("eos_token"))
    return "pad_token", pad == eos if pad and eos else None


_MADE: dict[str, Derive] = {
    "objective": lambda written: ("trainer", objective(written)),
    "method": _method,
    "lora_rank": _rank,
    "lora_alpha": _alpha,
    "learning_rate": _of_trl("learning_rate", "learning_rate", 5e-5, number),
    "logging_steps": _of_trl("logging_steps", LOGGING_STEPS, 500, number),
    "max_length": _max_length,
    "bf16": _bf16,
    "patience": _patience,
    "pad_is_eos": _pad_is_eos,
}
HUGGING_FACE = Framework(
    name="Hugging Face",
    version=VERSION,
    is_own=_is_own,
    is_dump=is_dump,
    keys={
        **{name: key for name, key in TRANSFORMERS.items() if name not in _MADE},
        "model": Key("model_name_or_path", None, text, ("model",)),
        "packing": Key("packing", default=False, read=switch),
        "collator": Key("data_collator", None, text),
        "eos_token": Key("eos_token", None, text),
        "pad_token": Key("pad_token", None, text),
        "template": Key("chat_template_path", None, text),
        "validation_data": Key("dataset_test_split", None, texts, ("eval_dataset",)),
    },
    derived=_MADE,
)
# The same keys with TRL's defaults, and a message says whose they are.
TRL = replace(
    HUGGING_FACE, version="TRL 1.16", is_own=lambda written: _is_own(written) and bool(configuration(written))
)
