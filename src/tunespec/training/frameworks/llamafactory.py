"""LLaMA-Factory: transformers' keys with its own beside them.

Source: LLaMA-Factory 0.9.5 (``hparams/{data,finetuning,model,training}_args.py``, ``train/trainer_utils.py``).
"""

from __future__ import annotations

from typing import Any

from tunespec.templates.recipe import is_llamafactorys
from tunespec.training.framework import Framework, Key
from tunespec.training.frameworks.huggingface import TRANSFORMERS
from tunespec.training.values import number, positive, switch, text, texts, word
from tunespec.training.written import Written

# One of these at least stands in each configuration that trains; its example that fills `tokenized_path` has none.
_OF_TRAINING = (
    "learning_rate num_train_epochs max_steps per_device_train_batch_size gradient_accumulation_steps".split()
)
_OBJECTIVES = {"pt": "pretrain", "sft": "sft", "rm": "reward", "ppo": "rl", "dpo": "dpo", "kto": "kto"}

_LOSSES = frozenset(("orpo", "simpo"))


def _is_own(written: Written) -> bool:
    return written.has("model_name_or_path") and is_llamafactorys(written.data) and not written.call


def _why_not(written: Written) -> str:
    """Its commands `export`, `chat` and `api` have configurations of the same keys."""
    if written.has("export_dir"):
        return "it exports a model, and trains none"
    if not written.has("stage") and not switch(written.get("do_train")):
        return "it serves a model, and trains none"
    if written.get("tokenized_path") and not any(map(written.has, _OF_TRAINING)):
        return "it only tokenizes data, and trains none"
    predicts = switch(written.get("do_predict")) and not switch(written.get("do_train"))
    return "it evaluates a model, and trains none" if predicts else ""


def _method(written: Written) -> tuple[str, Any]:
    kind = word(written.get("finetuning_type")) or "lora"
    if kind == "lora" and written.get("quantization_bit") is not None:
        return "finetuning_type", "qlora"
    return "finetuning_type", "dora" if kind == "lora" and switch(written.get("use_dora")) else kind


def _objective(written: Written) -> tuple[str, Any]:
    """Its stage `dpo` has the losses of ORPO and SimPO, too."""
    stage, loss = word(written.get("stage")) or "sft", word(written.get("pref_loss"))
    if stage == "dpo" and loss in _LOSSES:
        return "pref_loss", loss
    return "stage", _OBJECTIVES.get(stage, stage)


def _alpha(written: Written) -> tuple[str, Any]:
    given = number(written.get("lora_alpha"))
    return "lora_alpha", given if given is not None else 2 * (number(written.get("lora_rank")) or 8)


def _max_records(written: Written) -> tuple[str, Any]:
    """So many of each data set."""
    most = positive(written.get("max_samples"))
    return "max_samples", most and most * max(1, len(texts(written.get("dataset"))))


LLAMA_FACTORY = Framework(
    name="LLaMA-Factory",
    version="LLaMA-Factory 0.9.5",
    is_own=_is_own,
    why_not=_why_not,
    keys={
        **TRANSFORMERS,
        "max_length": Key("cutoff_len", 2048, positive),
        "truncation": Key("cutoff_len", "truncate", lambda _: "truncate"),
        "packing": Key("packing", None, switch),
        "validation_share": Key("val_size", 0.0, number),
        "validation_data": Key("eval_dataset", None, texts),
        "pure_bf16": Key("pure_bf16", default=False, read=switch),
        "fp8": Key("fp8", default=False, read=switch),
        "patience": Key("early_stopping_steps", None, positive),
        "lora_rank": Key("lora_rank", 8, number),
        "template": Key("template", None, text),
    },
    derived={
        "method": _method,
        "objective": _objective,
        "lora_alpha": _alpha,
        "max_records": _max_records,
    },
)
