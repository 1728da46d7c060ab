"""The real ``Trainer``, bent where a recipe wants a fault, and callbacks that write what frameworks write."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from transformers import Trainer, TrainerCallback

_GROWTH = 2000  # good steps after which the scale doubles: torch.amp.GradScaler's own default

Twist = Callable[[int, torch.Tensor], torch.Tensor]
"""What becomes of a step's loss, given the number of steps done."""


class Bent(Trainer):
    """A ``Trainer`` whose training loss (never the evaluation's) goes through a twist."""

    def __init__(self, *arguments: Any, twist: Twist | None = None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._twist = twist

    def compute_loss(self, model: Any, inputs: Any, return_outputs: bool = False, **named: Any) -> Any:
        """The loss, twisted while the model trains."""
        loss, outputs = super().compute_loss(model, inputs, return_outputs=True, **named)
        if model.training and self._twist is not None:
            loss = self._twist(self.state.global_step, loss)
        return (loss, outputs) if return_outputs else loss


class HalfPrecision(Bent):
    """fp16's loss scaling on a CPU: the scaled loss is a half float, and a step that overflows is skipped.

    As ``torch.amp.GradScaler``: the scale halves at an overflow and doubles after 2,000 good steps.
    """

    def __init__(self, *arguments: Any, scale: float, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._scale, self._good = scale, 0
        self.add_callback(_Skip())

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> torch.Tensor:
        """One forward and backward pass; gradients that overflowed stay infinite for the logged norm to see."""
        model.train()
        loss = self.compute_loss(model, self._prepare_inputs(inputs), num_items_in_batch=num_items_in_batch)
        (loss.half() * self._scale).backward()
        finite = True
        for parameter in model.parameters():
            if parameter.grad is not None:
                parameter.grad = parameter.grad.half().float() / self._scale
                finite = finite and bool(torch.isfinite(parameter.grad).all())
        self._good = self._good + 1 if finite else 0
        if not finite:
            self._scale /= 2
        elif self._good % _GROWTH == 0:
            self._scale *= 2
        return loss.detach()


class _Skip(TrainerCallback):
    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, model: Any = None, **named: Any) -> None:
        gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
        if not all(torch.isfinite(gradient).all() for gradient in gradients):
            model.zero_grad(set_to_none=True)


class Kill(TrainerCallback):
    """Ends the process's run after some steps, as a reboot would."""

    def __init__(self, step: int) -> None:
        self._step = step

    def on_step_end(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        """Raise in the middle of the run."""
        if state.global_step == self._step:
            raise KeyboardInterrupt


class LlamaFactoryLog(TrainerCallback):
    """``trainer_log.jsonl``, with the keys of ``LogCallback.on_log`` in LLaMA-Factory's ``train/callbacks.py``."""

    def __init__(self, path: Path) -> None:
        self._path, self._start = path, time.time()

    def on_log(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        """Append one row; it knows no gradient norm."""
        row = state.log_history[-1]
        elapsed = time.time() - self._start
        left = elapsed / max(state.global_step, 1) * (state.max_steps - state.global_step)
        logs = {
            "current_steps": state.global_step,
            "total_steps": state.max_steps,
            "loss": row.get("loss"),
            "eval_loss": row.get("eval_loss"),
            "predict_loss": row.get("predict_loss"),
            "reward": row.get("reward"),
            "accuracy": row.get("rewards/accuracies"),
            "lr": row.get("learning_rate"),
            "epoch": row.get("epoch"),
            "percentage": round(state.global_step / state.max_steps * 100, 2),
            "elapsed_time": str(timedelta(seconds=int(elapsed))),
            "remaining_time": str(timedelta(seconds=int(left))),
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({key: value for key, value in logs.items() if value is not None}) + "\n")
