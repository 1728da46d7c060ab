"""Faults of a run: what they do to the loss of a step, or which trainer trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from benchmarks.configs.tiny.trainers import Bent, HalfPrecision


@dataclass(frozen=True)
class Fault:
    """A trainer, its own arguments, and what befalls the model before it trains."""

    trainer: type[Bent] = Bent
    arguments: Mapping[str, Any] = field(default_factory=dict)
    model: Callable[[Any], None] = lambda _: None


def broken_from(step: int) -> Fault:
    """One batch of not-a-number at a step: the weights are lost, and so is every later step."""
    return Fault(arguments={"twist": lambda done, loss: loss * float("nan") if done == step else loss})


def one_broken_step(step: int) -> Fault:
    """A loss of not-a-number whose gradient is finite: reported, and without a consequence."""
    return Fault(
        arguments={"twist": lambda done, loss: loss + (float("nan") if done == step else 0.0)},
    )


def half_scale(scale: float, burst: int | None = None) -> Fault:
    """fp16 with loss scaling from a first scale on.

    From step ``burst`` on activations overflow: softmax over infinite logits is not a number, whatever the scale
    becomes, and since such steps are skipped, the weights stay as they were.
    """

    def twist(done: int, loss: torch.Tensor) -> torch.Tensor:
        return loss * float("nan") if burst is not None and done >= burst else loss

    return Fault(HalfPrecision, {"scale": scale, "twist": twist})


def frozen() -> Fault:
    """The loss does not reach a weight, as with adapters that no input goes through."""
    return Fault(arguments={"twist": lambda _, loss: loss * 0.0 + loss.detach()})


def steady(factor: float) -> Fault:
    """Gradients far too large from first to last, as with a sum where a mean is meant."""
    return Fault(arguments={"twist": lambda _, loss: loss * 1.0 + (loss * factor - (loss * factor).detach())})


def rough(step: int, growth: float) -> Fault:
    """From a step on the gradient grows by a factor a step."""

    def twist(done: int, loss: torch.Tensor) -> torch.Tensor:
        factor = growth ** max(0, done - step)
        return loss + (factor - 1) * (loss - loss.detach())

    return Fault(arguments={"twist": twist})


def batch_of_doom(every: int, times: int | None = None) -> Fault:
    """A batch with a hundredfold gradient and loss every so many steps, at most ``times``."""

    def twist(done: int, loss: torch.Tensor) -> torch.Tensor:
        step = done + 1
        hit = step % every == 0 and (times is None or step <= every * times)
        return loss * 6 + 60 * (loss - loss.detach()) if hit else loss

    return Fault(arguments={"twist": twist})
