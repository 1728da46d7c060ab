"""One run as its logs tell it: of several logs the one that says most, without rows that a resumed run replaced."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunespec.findings import Place
from tunespec.training.launches import launched
from tunespec.training.logs.compare import Course
from tunespec.training.logs.log import Log, Logged
from tunespec.training.logs.read import FORMATS

_IN_PARTS = {"mistral", "tensorboard"}  # training and evaluation, or each launch, has a file of its own
_NEARLY = 0.9  # [judgement] a log that goes this far is preferred to one that goes further and says less
_EVALUATED = re.compile(r"eval_(?:\w+_)?loss")
# TRL's trainers: grpo_trainer.py and rloo_trainer.py (reward, completions/), ppo_trainer.py (objective/, policy/).
_REINFORCED = ("reward", "reward_std", "completion_length")
_REINFORCED_PREFIXES = ("completions/", "objective/", "policy/", "eval_completions/")
_PREFERRED = ("rewards/chosen", "rewards/accuracies", "rewards/margins", "eval_rewards/chosen")  # DPO, KTO, ORPO ...
# Scores of tasks with one right answer (classes, a transcript), in which a loss near 0 is what one wants.
_SCORES = "f1 precision recall matthews_correlation auc roc_auc mse rmse wer cer"
_CLASSIFIED = {f"eval_{name}" for name in _SCORES.split()}


class Series(NamedTuple):
    """One name's values, and the rows of the run in which they stand."""

    rows: NDArray[np.int64]
    values: NDArray[np.float64]

    def finite(self) -> Series:
        """The series without NaN and infinity."""
        keep = np.isfinite(self.values)
        return Series(self.rows[keep], self.values[keep])


@dataclass(frozen=True)
class LoggedRun:
    """The rows of a run in order; ``paths`` names the file of each. ``log`` tells of the run, and is at ``path``.

    ``others`` are logs that lie with them and tell of other runs, launched before this one if ``is_newest``. ``saved``
    has the steps of the checkpoints that lie in its folder, as far as that is known.
    """

    log: Log
    path: str
    rows: tuple[Logged, ...]
    paths: tuple[str, ...]
    others: tuple[str, ...] = ()
    is_newest: bool = False
    saved: frozenset[int] = frozenset()

    @cached_property
    def names(self) -> frozenset[str]:
        """All names of values."""
        return frozenset().union(*(row.values.keys() for row in self.rows))

    def series(self, name: str) -> Series:
        """The values of a name, NaN included."""
        if name not in self._series:
            found = [(at, row.values[name]) for at, row in enumerate(self.rows) if name in row.values]
            rows, values = zip(*found, strict=True) if found else ((), ())
            self._series[name] = Series(np.array(rows, dtype=np.int64), np.array(values, dtype=np.float64))
        return self._series[name]

    @cached_property
    def _series(self) -> dict[str, Series]:
        return {}

    @property
    def evaluated(self) -> list[str]:
        """The names of the validation's losses: the one, or one for each validation set."""
        return ["eval_loss"] if "eval_loss" in self.names else sorted(filter(_EVALUATED.fullmatch, self.names))

    @cached_property
    def objective(self) -> str:
        """What the loss is of: ``reinforcement``, ``preference``, ``classification``, or else ``language``."""
        if any(name in _REINFORCED or name.startswith(_REINFORCED_PREFIXES) for name in self.names):
            return "reinforcement"
        if self.names.intersection(_PREFERRED):
            return "preference"
        return "classification" if self.names & _CLASSIFIED else "language"

    @cached_property
    def last_step(self) -> int:
        """The last step that is known, 0 if none is."""
        return self.log.last_step or max((row.step or 0 for row in self.rows), default=0)

    def places(self) -> list[Place]:
        """Where the rows stand, told apart by side and step, which a log that goes on keeps; else where its file is."""
        found = [
            Place(path, row.line, None, f"{path}:{_side(row)} {row.epoch if row.step is None else row.step}")
            for path, row in zip(self.paths, self.rows, strict=True)
        ]
        return found or [Place(self.path, None, None, f"{self.path}:log")]

    def where(self, row: int) -> str:
        """A row as the user finds it: by its step, else its epoch, else its number."""
        one = self.rows[row]
        if one.step is not None:
            return f"step {one.step:,}"
        return f"epoch {one.epoch:g}" if one.epoch is not None else f"row {row + 1:,}"

    def epoch(self, row: int) -> float | None:
        """The epochs reached at a row, if it says them or they follow from its step."""
        one, log = self.rows[row], self.log
        if one.epoch is not None or one.step is None or not log.max_steps or not log.num_train_epochs:
            return one.epoch
        return one.step / log.max_steps * log.num_train_epochs


def _side(row: Logged) -> str:
    """What a row is of; several validation sets have a row each."""
    return next((name for name in row.values if _EVALUATED.fullmatch(name)), "train")


def logged_run(logs: Sequence[tuple[str, Log]]) -> LoggedRun:
    """The run of these logs, of which at least one is needed: its path as shown, and what was read."""
    order = list(FORMATS)
    furthest = max(log.last_step or 0 for _, log in logs)
    told = [one for one in logs if one[1].rows] or list(logs)
    far = [one for one in told if (one[1].last_step or 0) >= _NEARLY * furthest] or told
    path, log = min(far, key=lambda one: (order.index(one[1].format), -(one[1].last_step or 0), -len(one[1].rows)))
    alike = sorted(
        (one for one in logs if one[1].format == log.format), key=lambda one: (launched(one[0]) or (), one[0])
    )
    parts = alike if log.format in _IN_PARTS else _resumed((path, log), alike)
    path, log = parts[-1] if log.format not in _IN_PARTS else (path, log)
    rows = [(part, row) for part, of in parts for row in of.rows]
    rows = _by_step(rows) if log.format == "mistral" else _kept(rows)
    return LoggedRun(log, path, tuple(row for _, row in rows), tuple(part for part, _ in rows))


def _resumed(one: tuple[str, Log], logs: Sequence[tuple[str, Log]]) -> list[tuple[str, Log]]:
    """A log behind those that it goes on with, or all where their names say in which order they were launched."""
    if len(logs) == 1 or all(launched(path) for path, _ in logs):
        return list(logs)
    chain = [Course(*one)]
    courses = [course for course in (Course(*other) for other in logs) if course.is_placed]
    while chain[0].is_placed and not chain[0].begins:
        before = [course for course in courses if course.first < chain[0].first]
        if not before:
            break
        chain.insert(0, max(before, key=lambda course: course.last))
    return [(course.path, course.log) for course in chain]


@dataclass
class _Step:
    """The rows of one step, by their number in the log, and which of them says a name; no two say the same."""

    step: int | None
    rows: dict[int, tuple[str, Logged]] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)

    def add(self, at: int, one: tuple[str, Logged]) -> None:
        """Put a row in the place of those that it says anew; training and evaluation share their step."""
        for name in one[1].values:
            old = self.rows.pop(self.said[name], None) if name in self.said else None
            for gone in old[1].values if old is not None else ():
                del self.said[gone]
        self.rows[at] = one
        self.said |= dict.fromkeys(one[1].values, at)


def _kept(rows: Sequence[tuple[str, Logged]]) -> list[tuple[str, Logged]]:
    """Without the rows behind a checkpoint from which a later launch resumed: it trained those steps anew."""
    kept: list[_Step] = []
    for at, one in enumerate(rows):
        step = one[1].step
        while step is not None and kept and (kept[-1].step or 0) > step:
            kept.pop()
        if step is None or not kept or kept[-1].step != step:
            kept.append(_Step(step))
        kept[-1].add(at, one)
    return [row for each in kept for row in each.rows.values()]


def _by_step(rows: Sequence[tuple[str, Logged]]) -> list[tuple[str, Logged]]:
    """Training and evaluation in one order, training first."""
    return sorted(rows, key=lambda one: (one[1].step or 0, "eval_loss" in one[1].values))
