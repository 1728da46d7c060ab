"""Runs that were trained, and labelled by their cause and by eye, after the rules were made: independent evidence."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.configs.tiny.recipes import Console, Events, Factory, Recipe, State
from benchmarks.configs.tiny.twists import batch_of_doom, broken_from, rough


def _every(steps: int, **more: object) -> dict[str, object]:
    return {"eval_strategy": "steps", "eval_steps": steps, "save_strategy": "steps", "save_steps": steps, **more}


FRESH: Sequence[Recipe] = (
    Recipe(
        "fresh-overfit-two-sets",
        records=128,
        epochs=14,
        rate=4e-3,
        batch=4,
        sets=2,
        every=7,
        seed=11,
        arguments={"eval_strategy": "epoch", "save_strategy": "epoch", "lr_scheduler_type": "cosine"},
    ),
    Recipe(
        "fresh-overfit-constant",
        records=200,
        epochs=20,
        rate=3.5e-3,
        width=96,
        every=10,
        seed=12,
        keep=(Factory,),
        arguments=_every(50, lr_scheduler_type="constant"),
    ),
    Recipe(
        "fresh-unwatched-events",
        records=700,
        epochs=1.5,
        rate=2e-3,
        every=5,
        seed=13,
        keep=(Events,),
        arguments={"eval_strategy": "no", "save_strategy": "no", "lr_scheduler_type": "cosine"},
    ),
    Recipe(
        "fresh-rate-too-high-warmup",
        records=800,
        rate=0.15,
        every=5,
        seed=14,
        keep=(Console,),
        arguments=_every(25, lr_scheduler_type="cosine", warmup_steps=20),
    ),
    Recipe(
        "fresh-spikes-clipped",
        records=1600,
        epochs=2,
        batch=16,
        width=48,
        rate=4e-3,
        every=1,
        seed=15,
        fault=batch_of_doom(17),
        arguments=_every(40, warmup_steps=10),
    ),
    Recipe(
        "fresh-nan-late",
        records=900,
        epochs=2.5,
        batch=8,
        every=6,
        seed=16,
        bars=True,
        keep=(Console,),
        fault=broken_from(211),
        arguments=_every(47, lr_scheduler_type="constant_with_warmup", warmup_steps=15),
    ),
    Recipe(
        "fresh-exploding",
        records=900,
        batch=6,
        epochs=2,
        rate=2e-3,
        every=3,
        seed=17,
        fault=rough(120, growth=1.05),
        arguments=_every(50, max_grad_norm=0.0, lr_scheduler_type="cosine"),
    ),
    Recipe(
        "fresh-best-lost",
        records=120,
        epochs=25,
        rate=4e-3,
        every=5,
        seed=18,
        arguments=_every(9) | {"save_steps": 200},
    ),
    Recipe(
        "fresh-healthy-restarts",
        records=500,
        epochs=3,
        batch=4,
        rate=2.5e-3,
        every=4,
        seed=21,
        arguments=_every(
            25, lr_scheduler_type="cosine_with_restarts", lr_scheduler_kwargs={"num_cycles": 3}, warmup_steps=10
        ),
    ),
    Recipe(
        "fresh-healthy-batch-one",
        records=600,
        epochs=1,
        batch=1,
        rate=8e-4,
        every=1,
        seed=22,
        arguments=_every(60, lr_scheduler_type="cosine"),
    ),
    Recipe(
        "fresh-healthy-sgd",
        records=800,
        epochs=3,
        rate=0.5,
        every=5,
        seed=23,
        keep=(State, Console),
        arguments=_every(30, optim="sgd", warmup_steps=10),
    ),
    Recipe(
        "fresh-healthy-two-kinds",
        records=800,
        epochs=1,
        batch=1,
        rate=1e-3,
        every=1,
        seed=24,
        noise_every=9,
        arguments=_every(80),
    ),
)
