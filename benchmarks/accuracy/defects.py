"""Defects of one record (D002), several variants of each kind, for the shapes that can have them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.accuracy.samples import Record

Line = Record | bytes
Spoil = Callable[[random.Random, Record], Line]
Defect = tuple[str, str, Spoil]  # kind, variant, and how a record gets it

CHATS = ("messages", "multi-turn", "tools", "sharegpt", "think")
_PAIRS: Mapping[str, tuple[str, str]] = {
    "alpaca": ("instruction", "output"),
    "prompt/completion": ("prompt", "completion"),
    "question/answer": ("question", "answer"),
}
EMPTY: Sequence[Any] = ("", "   ", "\n\t", "\u00a0", None)


def encoded(record: Record) -> bytes:
    """A record as its line in a JSONL file."""
    return json.dumps(record, ensure_ascii=False).encode()


def defects_of(shape: str) -> Iterator[Defect]:
    """Every defect that a record of this shape can have."""
    from benchmarks.accuracy import defects_chat, defects_line, defects_shape

    for module in (defects_line, defects_shape, defects_chat):
        for kind, found in module.variants(shape).items():
            for variant, spoil in found.items():
                yield kind, variant, spoil


def turns_of(record: Record) -> list[Record]:
    """The list of messages of a chat record."""
    turns: list[Record] = record["messages"] if "messages" in record else record["conversations"]
    return turns


def role_key(record: Record) -> tuple[str, str]:
    """The names under which a chat record's messages hold role and text."""
    return ("role", "content") if "messages" in record else ("from", "value")


def pair_of(shape: str) -> tuple[str, str] | None:
    """The columns of prompt and answer, in a shape of two columns."""
    return _PAIRS.get(shape)
