"""What holds beside a trainer's configuration: DeepSpeed's JSON, and the launcher's (accelerate).

Sources: DeepSpeed 0.19.8 (``runtime/config.py``, ``runtime/constants.py``), accelerate 1.12 (``commands/config``).
"""

from __future__ import annotations

from collections.abc import Mapping

from tunespec.training.framework import Framework, Key
from tunespec.training.values import bound, number, switch, word
from tunespec.training.written import Written

_OF_DEEPSPEED = frozenset("zero_optimization train_micro_batch_size_per_gpu zero_allow_untested_optimizer".split())
_CLIPPING = "gradient_clipping"  # also a number of many a trainer's own, that has no such block beside it
_BLOCKS = ("fp16", "bf16", "optimizer", "scheduler")
_OF_ACCELERATE = frozenset("compute_environment distributed_type mixed_precision num_processes machine_rank".split())
_ENOUGH = 3


def _is_deepspeed(written: Written) -> bool:
    if written.file.path.suffix.lower() != ".json":
        return False
    blocks = "train_batch_size" in written.data or any(isinstance(written.get(key), Mapping) for key in _BLOCKS)
    return bool(_OF_DEEPSPEED & set(written.data)) or (_CLIPPING in written.data and blocks)


def _is_accelerate(written: Written) -> bool:
    return len(_OF_ACCELERATE & set(written.data)) >= _ENOUGH


DEEPSPEED = Framework(
    name="DeepSpeed",
    version="DeepSpeed 0.19",
    is_own=_is_deepspeed,
    keys={
        "total_batch_size": Key("train_batch_size", None, number),
        "batch_size": Key("train_micro_batch_size_per_gpu", None, number),
        "accumulation": Key("gradient_accumulation_steps", None, number),
        "max_grad_norm": Key("gradient_clipping", 1.0, bound),
        "bf16": Key("bf16.enabled", default=False, read=switch),
        "fp16": Key("fp16.enabled", default=False, read=switch),
        "loss_scale": Key("fp16.loss_scale", 0, number),
        "learning_rate": Key("optimizer.params.lr", None, number),
        "weight_decay": Key("optimizer.params.weight_decay", None, number),
        "warmup_steps": Key("scheduler.params.warmup_num_steps", None, number),
        "schedule_steps": Key("scheduler.params.total_num_steps", None, number),
    },
)
ACCELERATE = Framework(
    name="accelerate",
    version="accelerate 1.12",
    is_own=_is_accelerate,
    keys={
        "devices": Key("num_processes", None, number),
        "mixed_precision": Key("mixed_precision", "no", word),
        "accumulation": Key(
            "gradient_accumulation_steps", None, number, ("deepspeed_config.gradient_accumulation_steps",)
        ),
        "max_grad_norm": Key("deepspeed_config.gradient_clipping", None, bound),
    },
)
