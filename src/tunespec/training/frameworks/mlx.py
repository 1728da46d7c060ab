"""mlx-lm: one flat YAML for training, testing and both, whose steps are batches before accumulation.

Source: mlx-lm 0.32.2 (``lora.py``: CONFIG_DEFAULTS, ``tuner/trainer.py``, ``tuner/utils.py``: build_schedule).
"""

from __future__ import annotations

from typing import Any

from tunespec.training.framework import Derive, Framework, Key, fixed
from tunespec.training.values import number, positive, switch, text, word
from tunespec.training.written import Written

_OWN = frozenset(
    "iters num_layers lora_layers adapter_path steps_per_eval steps_per_report save_every val_batches lora_parameters "
    "fine_tune_type grad_checkpoint resume_adapter_file mask_prompt test_batches".split()
)
_ENOUGH = 2
# Vision, speech and GANs count iterations, too, and have layers: these keys are mlx-lm's alone, or are beside them.
_UNMISTAKABLE = frozenset("lora_parameters lora_layers fine_tune_type mask_prompt adapter_path".split())
_LAYERS = frozenset("iters num_layers".split())
_BESIDE_LAYERS = frozenset("steps_per_eval steps_per_report val_batches test_batches max_seq_length".split())


def _is_own(written: Written) -> bool:
    keys = set(written.data)
    if written.call or "model_name_or_path" in keys or len(_OWN & keys) < _ENOUGH:
        return False
    return bool(_UNMISTAKABLE & keys) or (keys >= _LAYERS and bool(_BESIDE_LAYERS & keys))


def _why_not(written: Written) -> str:
    """`mlx_lm.lora --train` trains with a configuration that does not say so."""
    return "it tests a model, and trains none" if switch(written.get("train")) is False else ""


def _learning_rate(written: Written) -> tuple[str, Any]:
    """A schedule begins with its peak, and the key beside it is not read."""
    if (peak := number(written.get("lr_schedule.arguments.0"))) is not None:
        return "lr_schedule.arguments.0", peak
    given = number(written.get("learning_rate"))
    return "learning_rate", 1e-5 if given is None else given


def _scheduler(written: Written) -> tuple[str, Any]:
    return "lr_schedule.name", word(written.get("lr_schedule.name")) or "constant"


def _schedule_steps(written: Written) -> tuple[str, Any]:
    """The argument of mlx's schedule that says so, which begins where the warm-up ends (``join_schedules``)."""
    at = {"cosine_decay": 1, "linear_schedule": 2}.get(str(word(written.get("lr_schedule.name"))), -1)
    key = f"lr_schedule.arguments.{at}"
    if at < 0 or (steps := number(written.get(key))) is None:
        return key if at > 0 else "lr_schedule", None
    return key, steps + (positive(written.get("lr_schedule.warmup")) or 0)


def _in_steps(key: str, default: int) -> Derive:
    """Iterations as optimizer steps."""

    def derive(written: Written) -> tuple[str, Any]:
        iterations = number(written.get(key)) or default
        steps = iterations / (positive(written.get("grad_accumulation_steps")) or 1)
        return key, int(steps) if steps == int(steps) else steps

    return derive


MLX = Framework(
    name="mlx-lm",
    version="mlx-lm 0.32",
    is_own=_is_own,
    why_not=_why_not,
    keys={
        "model": Key("model", "Qwen/Qwen3-0.6b", text),
        "method": Key("fine_tune_type", "lora", word),
        "micro_steps": Key("iters", 1000, positive),
        "batch_size": Key("batch_size", 4, number),
        "accumulation": Key("grad_accumulation_steps", 1, number),
        "warmup_steps": Key("lr_schedule.warmup", 0, number),
        "max_length": Key("max_seq_length", 2048, positive),
        "truncation": Key("max_seq_length", "truncate", lambda _: "truncate"),
        "validation_data": Key("data", None, text),
        "weight_decay": Key("optimizer_config.adamw.weight_decay", None, number),
        "lora_rank": Key("lora_parameters.rank", 8, number),
        "output_dir": Key("adapter_path", "adapters", text),
    },
    derived={
        "objective": fixed("sft"),
        "devices": fixed(1),  # a batch is shared out among the processes
        "eval_strategy": fixed("steps"),
        "save_strategy": fixed("steps"),
        "packing": fixed(value=False),
        "learning_rate": _learning_rate,
        "scheduler": _scheduler,
        "schedule_steps": _schedule_steps,
        "eval_steps": _in_steps("steps_per_eval", 200),
        "save_steps": _in_steps("save_every", 100),
        "logging_steps": _in_steps("steps_per_report", 10),
    },
)
