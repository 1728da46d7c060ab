"""What is read from a training log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tunespec.errors import CannotJudgeError


class LogError(CannotJudgeError):
    """A training log cannot be read: one sentence for the user, with the file's name."""


class Logged(NamedTuple):
    """One logged row.

    Args:
        step: optimizer step (mlx-lm: iteration, which is a micro-batch), None where the row does not say it.
        epoch: epochs reached, fractional, None where the row does not say it.
        values: the row's numbers by canonical name (:mod:`tunespec.training.logs.names`); NaN and infinity included.
        line: physical line from 1 at which the row begins, None for binary files.
    """

    step: int | None
    epoch: float | None
    values: Mapping[str, float]
    line: int | None = None


@dataclass(frozen=True)
class EarlyStopping:
    """The state of transformers' ``EarlyStoppingCallback``: its arguments, and evaluations without improvement."""

    patience: int | None
    threshold: float | None
    counter: int | None


@dataclass(frozen=True)
class Log:
    """A log, as far as it goes.

    Steps are optimizer steps; what the log does not say is None. ``best_step`` and ``best_checkpoint`` are those of the
    best evaluation, as the trainer kept them. ``ended``: whether the log itself says that the run came to its end.
    ``cut_off``: whether the file ends in the middle of a row. ``unread``: lines that look like rows and are none.
    ``earlier``: rows of earlier launches in the same file that a later one trained anew; they are not among ``rows``.
    """

    format: str
    rows: tuple[Logged, ...]
    max_steps: int | None = None
    num_train_epochs: float | None = None
    epoch: float | None = None
    global_step: int | None = None
    best_metric: float | None = None
    best_step: int | None = None
    best_checkpoint: str | None = None
    eval_steps: int | None = None
    save_steps: int | None = None
    logging_steps: int | None = None
    train_batch_size: int | None = None
    early_stopping: EarlyStopping | None = None
    ended: bool = False
    cut_off: bool = False
    unread: int = 0
    earlier: int = 0

    @property
    def last_step(self) -> int | None:
        """The highest step that the log knows of; where it is cut off, of those that are left."""
        steps = [row.step for row in self.rows if row.step is not None]
        told = [] if self.global_step is None or (self.cut_off and steps) else [self.global_step]
        return max([*steps, *told], default=None)

    @property
    def finished(self) -> bool:
        """Whether the run is known to have come to its end; a log that does not tell may still grow."""
        last = self.last_step
        return self.ended or bool(self.max_steps and last is not None and last >= self.max_steps)
