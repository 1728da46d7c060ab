"""Defects of splits (E001): none held out, too little, and data of another kind."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.accuracy.planted import DatasetDefect, Entries
from benchmarks.accuracy.samples import SHAPES, Sample, make_sample
from benchmarks.accuracy.writer import Writer

_SHAPES: Sequence[str] = ("messages", "alpaca", "sharegpt", "prompt/completion")


def _records(writer: Writer, split: str, count: int, shape: str) -> Entries:
    return [(split, SHAPES[shape](make_sample(writer, shape)), "", "") for _ in range(count)]


def _alone(writer: Writer) -> Entries:
    return _records(writer, "train", writer.rng.randint(40, 200), writer.rng.choice(_SHAPES))


def _handful(writer: Writer) -> Entries:
    shape = writer.rng.choice(_SHAPES)
    held_out = _records(writer, "validation", writer.rng.randint(1, 7), shape)
    return _records(writer, "train", writer.rng.randint(200, 400), shape) + held_out


def _longer(writer: Writer) -> Entries:
    """Answers of which each is three of the training answers."""
    entries = _records(writer, "train", 200, "alpaca")
    for split, record, _, _ in _records(writer, "validation", 60, "alpaca"):
        longer = [writer.answer("databases") for _ in range(2)]
        entries.append((split, {**record, "output": "\n\n".join([record["output"], *longer])}, "", ""))
    return entries


def _other_topic(writer: Writer) -> Entries:
    topics = ["billing", "delivery", "returns"]
    entries: Entries = []
    for split, count, weights in (("train", 200, (4, 3, 3)), ("test", 60, (1, 1, 8))):
        for _, record, _, _ in _records(writer, split, count, "prompt/completion"):
            entries.append((split, {**record, "topic": writer.rng.choices(topics, weights)[0]}, "", ""))
    return entries


def _other_language(writer: Writer) -> Entries:
    entries = _records(writer, "train", 200, "messages")
    for _ in range(60):
        record = SHAPES["messages"](Sample((writer.exchange_in("german"),)))
        entries.append(("validation", record, "", ""))
    return entries


DATASETS = [
    DatasetDefect("E001.missing_validation", "a training file alone in its folder", _alone),
    DatasetDefect("E001.small_validation", "a handful", _handful),
    DatasetDefect("E001.different_validation", "longer answers", _longer),
    DatasetDefect("E001.different_validation", "other topics", _other_topic),
    DatasetDefect("E001.different_validation", "another language", _other_language),
]
