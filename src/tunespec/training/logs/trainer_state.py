"""``trainer_state.json`` of the Hugging Face Trainer, also where it is cut off or holds a bare NaN.

Its top-level keys differ by version and are all optional (transformers, trainer_callback.py::TrainerState); they are
sorted, so that those behind ``log_history`` are lost with the end of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple

from tunespec.training.logs.log import EarlyStopping, Log, Logged
from tunespec.training.logs.names import logged, number, whole
from tunespec.training.logs.texts import Lines

_HISTORY = re.compile(r'"log_history"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder(strict=False)
_UNREADABLE = (ValueError, RecursionError)  # of json: a number of 5,000 digits is a ValueError too


class _History(NamedTuple):
    rows: list[Logged]
    end: int  # the position behind the list
    whole: bool


def read_trainer_state(text: str) -> Log | None:
    """The state, as far as the text goes; None if there is no ``log_history`` in it."""
    start = _HISTORY.search(text)
    if start is None:
        return None
    history = _history(text, start.end())
    head = text[: start.end()]
    told, complete = _object(f"{head}]{text[history.end :]}") if history.whole else ({}, False)
    return _log(told if complete else _object(f"{head}]}}")[0], history.rows, cut_off=not complete)


def _history(text: str, position: int) -> _History:
    """The rows of the list that begins at the position, until the list or the text ends."""
    rows: list[Logged] = []
    lines = Lines(text)
    while True:
        between = _BETWEEN.match(text, position)
        position = between.end() if between else position
        if text[position : position + 1] == "]":
            return _History(rows, position + 1, whole=True)
        try:
            value, end = _DECODER.raw_decode(text, position)
        except _UNREADABLE:
            return _History(rows, position, whole=False)
        if isinstance(value, dict) and (row := logged(value.items(), lines.at(position))) is not None:
            rows.append(row)
        position = end


def _object(text: str) -> tuple[dict[str, Any], bool]:
    """The JSON object of a text, and whether there is one."""
    with suppress(*_UNREADABLE):
        value = _DECODER.decode(text)
        if isinstance(value, dict):
            return value, True
    return {}, False


def _log(told: Mapping[str, Any], rows: list[Logged], *, cut_off: bool) -> Log:
    checkpoint = told.get("best_model_checkpoint")
    checkpoint = checkpoint if isinstance(checkpoint, str) and checkpoint else None
    max_steps = whole(told.get("max_steps"))
    return Log(
        "trainer_state",
        tuple(rows),
        max_steps=max_steps if max_steps and max_steps > 0 else None,
        num_train_epochs=number(told.get("num_train_epochs")),
        epoch=number(told.get("epoch")),
        global_step=whole(told.get("global_step")),
        best_metric=number(told.get("best_metric")),
        best_step=whole(told.get("best_global_step")) or checkpoint_step(checkpoint),
        best_checkpoint=checkpoint,
        eval_steps=_steps(told.get("eval_steps")),
        save_steps=_steps(told.get("save_steps")),
        logging_steps=_steps(told.get("logging_steps")),
        train_batch_size=whole(told.get("train_batch_size")),
        early_stopping=_early_stopping(told.get("stateful_callbacks")),
        ended=_stopped(told.get("stateful_callbacks")) or any("train_runtime" in row.values for row in rows[-20:]),
        cut_off=cut_off,
    )


def _steps(value: object) -> int | None:
    """A number of steps; below 1 the Trainer means a share of the run, which it has resolved where it could."""
    found = number(value)
    return whole(found) if found is not None and found >= 1 else None


def checkpoint_step(path: str | None) -> int | None:
    """The step in the name of a checkpoint: 2800 for ``./results/checkpoint-2800``, on either kind of system."""
    if path is None:
        return None
    name = PureWindowsPath(path).name if "\\" in path else PurePosixPath(path).name
    last = name.rpartition("-")[2]
    return int(last) if last.isascii() and last.isdigit() and len(last) < 16 else None


def _callback(callbacks: object, name: str, part: str) -> Mapping[str, Any]:
    state = callbacks.get(name) if isinstance(callbacks, dict) else None
    found = state.get(part) if isinstance(state, dict) else None
    return found if isinstance(found, dict) else {}


def _early_stopping(callbacks: object) -> EarlyStopping | None:
    told = _callback(callbacks, "EarlyStoppingCallback", "args")
    if not told:
        return None
    reached = _callback(callbacks, "EarlyStoppingCallback", "attributes")
    return EarlyStopping(
        whole(told.get("early_stopping_patience")),
        number(told.get("early_stopping_threshold")),
        whole(reached.get("early_stopping_patience_counter")),
    )


def _stopped(callbacks: object) -> bool:
    """Whether the Trainer was told to stop: it is by the last step, and by early stopping."""
    return _callback(callbacks, "TrainerControl", "args").get("should_training_stop") is True
