"""Logs of one JSON object per line: LLaMA-Factory, torchtune, mistral-finetune."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from tunespec.training.logs.log import Log, Logged
from tunespec.training.logs.names import logged, number, whole


class _Lines(NamedTuple):
    """What the lines of a file hold: rows, the last object, how many lines are no object, and whether the last is."""

    rows: tuple[Logged, ...]
    last: dict[str, Any]
    unread: int
    cut_off: bool


def read_llamafactory(data: bytes) -> Log:
    """``trainer_log.jsonl``: each resumed run is appended to it. It has no gradient norm."""
    lines = _read(data)
    percentage = number(lines.last.get("percentage"))
    return Log(
        "llamafactory",
        lines.rows,
        max_steps=whole(lines.last.get("total_steps")) or None,
        epoch=number(lines.last.get("epoch")),
        global_step=whole(lines.last.get("current_steps")),
        ended=percentage is not None and percentage >= 100,
        cut_off=lines.cut_off,
        unread=lines.unread,
    )


def read_torchtune_jsonl(data: bytes) -> Log:
    """Torchtune's ``DiskLogger`` with ``output_fmt: jsonl``."""
    lines = _read(data)
    return Log("torchtune_jsonl", lines.rows, cut_off=lines.cut_off, unread=lines.unread)


def read_mistral(data: bytes) -> Log:
    """``metrics.train.jsonl`` or ``metrics.eval.jsonl`` of mistral-finetune."""
    lines = _read(data)
    done = number(lines.last.get("percent_done"))
    # In finetune/monitoring/metrics_logger.py train_loss is the loss of that step, not the mean of the whole run.
    rows = tuple(row._replace(values=_of_step(row.values)) if "train_loss" in row.values else row for row in lines.rows)
    return Log("mistral", rows, ended=done is not None and done >= 100, cut_off=lines.cut_off, unread=lines.unread)


def _of_step(values: Mapping[str, float]) -> dict[str, float]:
    return {"loss" if name == "train_loss" else name: value for name, value in values.items()}


def parsed(line: bytes) -> dict[str, Any] | None:
    """The object of a line; Python's writers leave NaN bare, which only Python's reader knows."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def _read(data: bytes) -> _Lines:
    rows, last, unread = [], {}, 0
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for number_, line in enumerate(lines, start=1):
        if not line or line.isspace():
            continue
        found = parsed(line)
        if found is None:
            unread += 1
            continue
        last = found
        if (row := logged(found.items(), number_)) is not None:
            rows.append(row)
    cut_off = bool(lines[-1].strip()) and parsed(lines[-1]) is None
    return _Lines(tuple(rows), last, unread - cut_off, cut_off)
