"""How fast a run learns, for what it trains; and how much it forgets on purpose."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting
from tunespec.training.setting_facts.trained import (
    adapter_scale,
    is_adapter,
    is_mixed,
    is_preference,
    is_small,
    is_trained_writer,
    named,
    own_sized_optimizer,
    trial_steps,
)
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource

KINDS = "learning_rate_high learning_rate_destructive learning_rate_low"
DECAY = "weight_decay_high"
# Methods that train the model's own weights, all of them or some.
_WEIGHTS = frozenset("full freeze".split())


@dataclass(frozen=True)
class Bounds:
    """Learning rates that suit what is trained: ``low`` to ``high``, and broken above ``destructive``."""

    low: float = 0.0
    high: float = math.inf
    destructive: float = math.inf


def rate_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark learning rates that do not suit what is trained."""
    spec = rows.spec
    rate, optimizer, bounds = spec.number("learning_rate"), own_sized_optimizer(spec), bounds_of(source, spec)
    if rate is None or rate <= 0:  # which is no training at all
        rows.skip(KINDS, "no learning rate above 0 is known")
    elif optimizer or bounds is None:
        rows.skip(KINDS, f"which learning rates suit `{optimizer or spec.method}` is not known here")
    else:
        if steps := trial_steps(source):
            bounds = Bounds(destructive=bounds.destructive)
            rows.skip("learning_rate_high learning_rate_low", f"a run of {steps} steps only shows whether it runs")
        elif _is_usual_reward(spec):
            bounds = replace(bounds, high=math.inf)
            rows.skip("learning_rate_high", "it is TRL's own for reward models, with which its guide trains all")
        _judge(rows, bounds)


def _is_usual_reward(spec: RunSpec) -> bool:
    """Whether nobody wrote a reward model's rate: TRL's is 1e-4, ten times what its script has for all weights.

    Its guide trains all of Qwen3-0.6B with that (``docs/source/reward_trainer.md``: Quick start, with its curves).
    """
    rate = spec.setting("learning_rate")
    return spec.objective == "reward" and rate is not None and rate.said.startswith("TRL")


def bounds_of(source: RunSource, spec: RunSpec) -> Bounds | None:
    """The learning rates that suit a run; None where nothing is known of its method."""

    def limit(name: str) -> float:
        return float(source.threshold("H001", name))

    if not spec.method:
        return _of_any_method(spec, limit)
    if not is_adapter(spec) and spec.method not in _WEIGHTS:
        return None
    adapter = is_adapter(spec)
    high = limit("rate_adapter" if adapter or spec.method == "freeze" else "rate_full")
    low = limit("least_rate_adapter" if adapter else "least_rate_full")
    destructive = limit("destructive_adapter" if adapter or spec.method == "freeze" else "destructive_full")
    if is_preference(spec):
        high = limit("rate_preference_adapter" if adapter else "rate_preference")
    if is_preference(spec) or is_mixed(spec) or spec.objective in {"reward", ""}:
        low = limit("least_rate_preference")
    if not adapter and (spec.objective == "pretrain" or is_small(spec)):
        high = destructive  # a pretraining's own rate, which a continued one starts from; or a small model's
    # 1e-5 / 10 is not 1e-6 in binary, which is what a user writes.
    return Bounds(*(float(f"{rate / adapter_scale(spec):.6g}") for rate in (low, high, destructive)))


def _of_any_method(spec: RunSpec, limit: Callable[[str], float]) -> Bounds:
    """Where the run does not say what it trains, the loosest limits hold: they do whatever that is.

    Bare arguments of transformers may train any model, and only a rate that suits none is out of bounds.
    """
    high = destructive = max(limit("destructive_adapter"), limit("destructive_full"))
    if is_preference(spec):
        high = max(limit("rate_preference_adapter"), limit("rate_preference"))
    elif (spec.objective not in {"", "pretrain"} or is_trained_writer(spec)) and not is_small(spec):
        high = max(limit("rate_adapter"), limit("rate_full"))
    return Bounds(high=high, destructive=destructive)


def _judge(rows: SettingRows, bounds: Bounds) -> None:
    spec = rows.spec
    for fact, limit in zip(KINDS.split(), (bounds.high, bounds.destructive, bounds.low), strict=True):
        if math.isfinite(limit) and limit:
            rows.examine(fact, "learning_rate")
        else:
            rows.skip(fact, "what is trained is not known")
    setting = spec.setting("learning_rate")
    assert setting is not None  # its number is known
    what = named(spec)
    if setting.value > bounds.destructive:
        text = f"{setting}: {what} breaks a model above {bounds.destructive:g}"
        rows.mark("learning_rate_destructive", setting.name, text)
    elif setting.value > bounds.high:
        text = f"{setting}: {what} takes {bounds.high:g} at most{_hint(spec, setting)}"
        rows.mark("learning_rate_high", setting.name, text)
    elif setting.value < bounds.low:
        text = f"{setting}: below {bounds.low:g} {what} learns next to nothing{_hint(spec, setting)}"
        rows.mark("learning_rate_low", setting.name, text)


def _hint(spec: RunSpec, setting: Setting) -> str:
    """Where the rate comes from, as far as that can be told."""
    if (scale := adapter_scale(spec)) > 1:
        return f" (its scale makes an adapter {scale:g} times as strong as PEFT's)"
    if spec.method == "full" and not is_preference(spec) and setting.value <= 1e-3:
        return "; this is a rate for LoRA, which takes ten times as much"
    if is_adapter(spec) and not is_preference(spec) and setting.value < 1e-3:
        return "; this is a rate for full fine-tuning, where LoRA takes ten times as much"
    return ""


def decay_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark a weight decay that is stronger than what the run learns."""
    rows.skip(DECAY, "no weight decay is known")
    if rows.spec.number("weight_decay") is None:
        return
    most, setting = source.threshold("H001", "weight_decay"), rows.examine(DECAY, "weight_decay")
    if setting is not None and setting.value > most:
        rows.mark(DECAY, setting.name, f"{setting}: more than {most:g} holds back what is learned")
