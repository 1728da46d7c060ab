"""The runs of the labelled logs that ``transformers`` trains: what each one gets wrong is said in ``labels.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.configs.tiny.twists import (
    Fault,
    batch_of_doom,
    broken_from,
    frozen,
    half_scale,
    one_broken_step,
    rough,
    steady,
)

State, Checkpoint, Console, Factory, Events = "state", "checkpoint", "console", "factory", "events"
_BOTH = (State, Console)


@dataclass(frozen=True)
class Recipe:
    """One run. ``keep`` is what its user still has of it; ``kill`` and ``resume`` are numbers of steps done.

    Of ``noise_every`` records one is of a second kind: tokens without order.
    """

    name: str
    records: int = 640
    held_out: int = 96
    epochs: float = 2
    rate: float = 3e-3
    batch: int = 8
    width: int = 64
    spread: float = 0.02
    every: int = 4
    followers: int = 4
    arguments: Mapping[str, Any] = field(default_factory=dict)
    keep: Sequence[str] = (State,)
    fault: Fault | None = None
    kill: int | None = None
    resume: bool = False
    patience: int | None = None
    sets: int = 1
    masked: bool = False
    noise_every: int = 0
    bars: bool = False
    seed: int = 1
    transformers: int = 5


def _evals(every: int, **more: Any) -> dict[str, Any]:
    return {"eval_strategy": "steps", "eval_steps": every, "save_strategy": "steps", "save_steps": every, **more}


_BEST: dict[str, Any] = {
    "load_best_model_at_end": True,
    "metric_for_best_model": "eval_loss",
    "greater_is_better": False,
}
_EPOCHS: dict[str, Any] = {"eval_strategy": "epoch", "save_strategy": "epoch"}
_NONE: dict[str, Any] = {"eval_strategy": "no", "save_strategy": "steps", "save_steps": 40}
_SMALL: dict[str, Any] = {"records": 96, "epochs": 16, "rate": 5e-3}  # what one layer learns by heart

HEALTHY = (
    Recipe("healthy", keep=_BOTH, arguments=_evals(20, warmup_steps=8)),
    Recipe("healthy-epochs", keep=_BOTH, epochs=3, arguments=_EPOCHS, transformers=4),
    Recipe("healthy-cosine", epochs=3, every=5, arguments=_evals(40, lr_scheduler_type="cosine", warmup_steps=0.05)),
    Recipe(
        "healthy-restarts",
        epochs=3,
        every=3,
        arguments=_evals(
            24, lr_scheduler_type="cosine_with_restarts", lr_scheduler_kwargs={"num_cycles": 4}, warmup_steps=12
        ),
    ),
    Recipe("healthy-jitter", held_out=6, batch=2, records=400, epochs=1, arguments=_evals(10), seed=3),
    Recipe(
        "healthy-jitter-flat",
        held_out=4,
        batch=2,
        every=8,
        rate=1.2e-2,
        records=1200,
        epochs=1,
        arguments=_evals(24, lr_scheduler_type="constant"),
        seed=5,
    ),
    Recipe("healthy-resumed", arguments=_evals(40), kill=97, resume=True, keep=(State, Console, Factory)),
    Recipe("healthy-factory", arguments=_evals(20), keep=(State, Factory), bars=True),
    Recipe("healthy-factory-only", epochs=3, arguments=_evals(40, lr_scheduler_type="cosine"), keep=(Factory,)),
    Recipe("healthy-console", arguments=_evals(20), keep=(Console,)),
    Recipe("healthy-console-bars", arguments=_evals(20), keep=(Console,), bars=True, transformers=4),
    Recipe("healthy-events", arguments=_evals(20), keep=(Events,)),
    Recipe("healthy-killed", arguments=_evals(20), kill=93, keep=(Checkpoint, Console), bars=True),
    Recipe("healthy-stopped-early", patience=3, arguments=_evals(12, **_BEST), **_SMALL),
    Recipe("healthy-bf16", arguments=_evals(20, bf16=True)),
    Recipe("healthy-accumulation", epochs=4, batch=4, arguments=_evals(20, gradient_accumulation_steps=4)),
    Recipe("healthy-steep-start", spread=0.35, rate=5e-3, epochs=3, every=3, arguments=_evals(20)),
    Recipe("healthy-two-sets", sets=2, arguments=_evals(20)),
    Recipe("healthy-small-batch", batch=1, records=160, epochs=2, rate=1e-3, every=5, arguments=_evals(40)),
    Recipe("healthy-one-eval", arguments=_evals(160)),
    Recipe("healthy-certain", followers=1, arguments=_evals(20), width=96),
    Recipe("healthy-fp16", fault=half_scale(2.0**20), arguments=_evals(20), every=2, epochs=2),
    Recipe("healthy-last-epoch-flat", records=480, epochs=4, rate=6e-3, arguments=_evals(20, **_BEST), every=5),
)

OVERTRAINED = (
    Recipe("overfit", keep=_BOTH, arguments=_evals(12), **_SMALL),
    Recipe("overfit-slowly", records=256, epochs=12, rate=5e-3, every=8, arguments=_evals(24)),
    Recipe("overfit-hard", records=32, epochs=60, rate=5e-3, arguments=_evals(12), width=96),
    Recipe("overfit-noisy", held_out=10, batch=4, **_SMALL, every=8, arguments=_evals(24), seed=2),
    Recipe("overfit-epochs", arguments=_EPOCHS, **_SMALL, transformers=4),
    Recipe("overfit-factory", arguments=_evals(12), keep=(Factory,), **_SMALL),
    Recipe("overfit-console", arguments=_evals(12), keep=(Console,), bars=True, **_SMALL, transformers=4),
    Recipe("overfit-events", arguments=_evals(12), keep=(Events,), **_SMALL),
    Recipe("overfit-killed", arguments=_evals(12), kill=150, keep=(Checkpoint,), **_SMALL),
    Recipe("overfit-best-loaded", arguments=_evals(12, **_BEST), **_SMALL),
    Recipe("overfit-best-lost", records=96, epochs=16, rate=5e-3, arguments=_evals(12) | {"save_steps": 80}),
    Recipe("plateau-cosine", arguments=_evals(12, lr_scheduler_type="cosine"), batch=16, **_SMALL, seed=4),
    Recipe("memorised-slowly", records=48, epochs=40, rate=4e-3, every=5, arguments=_NONE),
    Recipe("memorised", records=32, epochs=80, rate=5e-3, width=96, arguments=_NONE),
    Recipe("memorised-factory", records=32, epochs=80, rate=5e-3, width=96, arguments=_NONE, keep=(Factory,)),
)

UNWATCHED = (
    Recipe("unwatched", keep=_BOTH, arguments=_NONE),
    Recipe("unwatched-factory", arguments=_NONE, keep=(Factory,), seed=2),
    Recipe("unwatched-console", arguments=_NONE, keep=(Console,), transformers=4),
    Recipe("unwatched-one-row", keep=_BOTH, every=996, arguments=_NONE | {"save_steps": 5000}),
    Recipe("best-never-saved", records=160, epochs=14, rate=5e-3, arguments=_evals(12) | {"save_steps": 500}),
)

UNSTABLE = (
    Recipe("nan-filtered", keep=_BOTH, fault=broken_from(60), arguments=_evals(20)),
    Recipe("nan-unfiltered", keep=_BOTH, fault=broken_from(60), arguments=_evals(20, logging_nan_inf_filter=False)),
    Recipe("nan-no-eval", fault=broken_from(60), arguments=_NONE),
    Recipe("nan-factory", fault=broken_from(60), arguments=_evals(20), keep=(Factory,)),
    Recipe("nan-factory-no-eval", fault=broken_from(60), arguments=_NONE, keep=(Factory,)),
    Recipe("nan-console", fault=broken_from(60), arguments=_evals(20), keep=(Console,)),
    Recipe("nan-console-4", fault=broken_from(60), arguments=_evals(20), keep=(Console,), bars=True, transformers=4),
    Recipe("nan-at-the-end", fault=broken_from(152), arguments=_evals(20)),
    Recipe("nan-at-the-start", fault=broken_from(0), arguments=_evals(20)),
    Recipe("nan-killed", fault=broken_from(30), kill=75, arguments=_evals(20), keep=(Checkpoint, Console)),
    Recipe("nan-one-step", fault=one_broken_step(61), arguments=_evals(20, logging_nan_inf_filter=False), every=2),
    Recipe("nan-events", fault=broken_from(60), arguments=_evals(20), keep=(Events,)),
    Recipe("fp16-overflow", keep=_BOTH, fault=half_scale(2.0**16, burst=0), arguments=_evals(20)),
    Recipe("fp16-overflow-late", fault=half_scale(2.0**16, burst=90), arguments=_evals(20)),
    Recipe("masked", masked=True, arguments=_evals(20)),
    Recipe("frozen", fault=frozen(), arguments=_evals(20)),
    Recipe("flat", rate=1e-8, epochs=3, arguments=_evals(20)),
    Recipe("flat-factory", fault=frozen(), epochs=3, arguments=_evals(20), keep=(Factory,)),
    Recipe("rate-far-too-high", rate=3.0, arguments=_evals(20)),
    Recipe("rate-too-high", rate=0.3, arguments=_evals(20)),
    Recipe("rate-too-high-constant", rate=0.08, arguments=_evals(20, lr_scheduler_type="constant")),
    Recipe(
        "rate-too-high-sgd",
        rate=12.0,
        arguments=_evals(20, optim="sgd", max_grad_norm=0.0, lr_scheduler_type="constant"),
    ),
    Recipe("exploding", fault=rough(60, growth=1.06), arguments=_evals(20, max_grad_norm=0.0)),
    Recipe("exploding-clipped", fault=steady(400.0), arguments=_evals(20)),
    Recipe("spikes", fault=batch_of_doom(24), every=2, arguments=_evals(20, max_grad_norm=0.0), rate=4e-3),
    Recipe("spike-once", fault=batch_of_doom(80, times=1), every=2, arguments=_evals(20)),
)

RECIPES: Sequence[Recipe] = (*HEALTHY, *OVERTRAINED, *UNWATCHED, *UNSTABLE)
