"""TensorBoard's event files, read with the messages of the package ``tensorboard`` (an extra), without TensorFlow.

Its own ``EventAccumulator`` checks each record's checksum in Python, which takes 13 times as long. The framing of
records is four numbers (tensorflow/core/lib/io/record_writer.h), and shows where a file is cut off.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from tunespec.training.logs.log import Log, LogError, Logged
from tunespec.training.logs.names import canonical

_LENGTH = struct.Struct("<Q")
_BEFORE, _AFTER = 12, 4  # length and its checksum; the checksum of the record
_LONGEST = 1 << 30  # a longer record is damage


def read_events(data: bytes, shown: str) -> Log:
    """The scalars of an event file, one row per step and side (training, evaluation).

    Raises:
        LogError: where the extra is not installed.
    """
    try:
        from tensorboard.compat.proto.event_pb2 import Event
    except ImportError as error:
        hint = "pip install 'tunespec[tensorboard]'"
        raise LogError(f"{shown}: TensorBoard's event files need the extra tensorboard ({hint})") from error
    rows: dict[tuple[int, bool], dict[str, float]] = {}
    cut_off, unread = False, 0
    for record in _records(data):
        if record is None:
            cut_off = True
            continue
        try:
            event = Event.FromString(record)
        except Exception:  # noqa: BLE001 - protobuf's own error type differs between its implementations
            unread += 1
            continue
        _take(event, rows)
    logged = tuple(_row(step, values) for (step, _), values in sorted(rows.items(), key=lambda one: one[0]))
    ended = any("train_loss" in row.values for row in logged)
    return Log("tensorboard", logged, ended=ended, cut_off=cut_off, unread=unread)


def _records(data: bytes) -> Iterator[bytes | None]:
    """The records of the file, and None for one that it does not hold wholly."""
    size, position = len(data), 0
    while position < size:
        if position + _BEFORE > size:
            yield None
            return
        (length,) = _LENGTH.unpack_from(data, position)
        start = position + _BEFORE
        if length > _LONGEST or start + length > size:
            yield None
            return
        yield data[start : start + length]
        position = start + length + _AFTER


def _take(event: Any, rows: dict[tuple[int, bool], dict[str, float]]) -> None:
    for value in event.summary.value:
        name = _name(value.tag)
        if name is not None and (scalar := _scalar(value)) is not None:
            rows.setdefault((event.step, name.startswith("eval_")), {})[name] = scalar


def _scalar(value: Any) -> float | None:
    if value.HasField("simple_value"):
        return float(value.simple_value)
    written = value.tensor.float_val
    return float(written[0]) if len(written) == 1 else None


@lru_cache(maxsize=4096)
def _name(tag: str) -> str | None:
    """``train/loss`` (transformers), ``train.loss`` (mistral-finetune) and ``loss`` (torchtune) are one name."""
    side, _, name = tag.replace(".", "/", 1).partition("/")
    if side == "eval" and name:
        return canonical(f"eval_{name.removeprefix('eval_')}")
    return canonical(name if side == "train" and name else tag)


def _row(step: int, values: dict[str, float]) -> Logged:
    epoch = values.pop("epoch", None)
    return Logged(step, epoch, values)
