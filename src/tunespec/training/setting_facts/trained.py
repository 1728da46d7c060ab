"""What a run trains, as far as that decides which numbers suit it."""

from __future__ import annotations

import re

from tunespec.training.run_spec import RunSpec
from tunespec.training.source import RunSource
from tunespec.training.values import number, text

ADAPTERS = frozenset("lora qlora dora qdora oft qoft loftq pissa rslora".split())
_PREFERENCE = frozenset("dpo ipo kto simpo rl".split())
# Preference tuning whose loss holds that of plain fine-tuning: it takes either's rates.
_BOTH = frozenset("orpo cpo".split())
_NAMES = {"lora": "LoRA", "qlora": "QLoRA", "dora": "DoRA", "oft": "OFT", "loftq": "LoftQ", "full": "full fine-tuning"}
_OPTIMIZERS = ("optim", "optimizer", "optimizer.type", "optimizer._component_")
# Optimizers whose learning rates are of another size than Adam's: 1 for those that find their own, 0.02 for Muon.
_OF_OWN_SIZE = ("prodigy", "dadapt", "dadam", "muon", "sgd", "adagrad", "adadelta", "rprop", "lomo", "schedule_free")
# Encoders and T5 take ten times the rates of the large models that write (BERT's paper: up to 5e-5; ELECTRA's: 1e-4 and
# 3e-4; transformers' guide to T5: 1e-4 to 3e-4), by the class that loads them or by their names.
_OF_SMALL = re.compile(
    r"For(?:Sequence|Token|Image|Audio|Video)Classification|ForQuestionAnswering|ForMaskedLM|ForMultipleChoice|"
    r"ForSeq2SeqLM|^T5"
)
_OF_WRITERS = re.compile(r"(?:ForCausalLM|LMHeadModel)$")
_SMALL = re.compile(r"bert(?:a|v\d)?(?![a-z])|electra|xlnet|(?:^|[-_])(?:m|by|u|long-)?t5(?![a-z])")
_SCALE_OF_ADAPTERS = 2.0  # alpha / rank that most recipes have; LLaMA-Factory's default, TRL's, Unsloth's upper end
_SCALE_OF_MLX = 20.0


def is_adapter(spec: RunSpec) -> bool:
    """Whether an adapter is trained, and the model stays as it is."""
    return spec.method in ADAPTERS


def is_preference(spec: RunSpec) -> bool:
    """Whether it learns which of two answers is the better one, or from rewards."""
    return spec.objective in _PREFERENCE


def is_mixed(spec: RunSpec) -> bool:
    """Whether its loss is that of preference tuning and of fine-tuning at once."""
    return spec.objective in _BOTH


def is_small(spec: RunSpec) -> bool:
    """Whether it trains an encoder, or T5, as far as the class or the name of the model says so."""
    name = text(spec.value("model")) or ""
    loaded = text(spec.written.get("model_class")) or ""
    return bool(_OF_SMALL.search(loaded) or _SMALL.search(name.rstrip("/").rpartition("/")[2].lower()))


def is_trained_writer(spec: RunSpec) -> bool:
    """Whether it goes on with a trained model that writes, as far as the class that loads it says so."""
    return bool(_OF_WRITERS.search(text(spec.written.get("model_class")) or ""))


def named(spec: RunSpec) -> str:
    """What is trained, as a message names it."""
    method = _NAMES.get(spec.method, spec.method)
    goal = "reinforcement learning" if spec.objective == "rl" else f"preference tuning ({spec.objective.upper()})"
    if not method:
        return goal if is_preference(spec) else "fine-tuning"
    if is_preference(spec):
        return f"{goal} of all weights" if spec.method == "full" else f"{goal} with {method}"
    if spec.objective == "pretrain":
        return "continued pretraining" if spec.method == "full" else f"continued pretraining with {method}"
    return method


def adapter_scale(spec: RunSpec) -> float:
    """How many times as strong an adapter is as PEFT's usual one, which learning rates are made for.

    mlx-lm multiplies the adapter's output with `scale`, by itself 20, where PEFT takes alpha / rank.
    """
    if spec.framework.name != "mlx-lm" or not is_adapter(spec):
        return 1.0
    scale = number(spec.written.get("lora_parameters.scale", _SCALE_OF_MLX))
    return max(1.0, (scale or _SCALE_OF_ADAPTERS) / _SCALE_OF_ADAPTERS)


def own_sized_optimizer(spec: RunSpec) -> str:
    """The optimizer, if its learning rates are of another size than Adam's; else empty."""
    for one in (spec, *spec.beside):
        for key in _OPTIMIZERS:
            name = text(one.written.get(key))
            if name and any(part in name.lower().replace("-", "_") for part in _OF_OWN_SIZE):
                return name
    return ""


def trial_steps(source: RunSource) -> int:
    """The steps of a run that only shows whether it runs, as its user says them; 0 for any other."""
    spec, plan = source.spec, source.plan
    limits = ("max_steps", "micro_steps", "max_steps_per_epoch")
    if spec is None or plan is None or not any(map(spec.number, limits)):
        return 0
    return plan.steps if plan.steps and plan.steps < source.threshold("H002", "steps") else 0


def is_launched(spec: RunSpec) -> bool:
    """Whether something that shares the work among devices is configured, so that one is unlikely."""
    if spec.value("deepspeed") or (not spec.is_known("deepspeed") and spec.setting("deepspeed") is not None):
        return True
    keys = ("fsdp", "fsdp_config", "fsdp_version", "dist_config", "expert_parallel_size", "context_parallel_size")
    return any(spec.written.get(key) for key in keys) or any(one.framework.name == "accelerate" for one in spec.beside)
