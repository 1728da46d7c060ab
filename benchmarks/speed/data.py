"""Synthetic chat data for speed: about 1 KB a record, seeded, with a realistic share of repetition."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import orjson

_SYSTEM = "You are a careful assistant. Answer completely, stay on the subject, and end when you are done."
_CODE = "```python\ndef {name}(values):\n    return sum(value * {n} for value in values if value > 0)\n```"
_WORDS = 30_000  # size of the vocabulary
_VALIDATION = 20  # every twentieth record is a validation record


def write_dataset(folder: Path, records: int, seed: int = 7) -> int:
    """Write ``train.jsonl`` and ``validation.jsonl``; returns their bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "train.jsonl").open("wb") as train, (folder / "validation.jsonl").open("wb") as validation:
        for number, line in enumerate(_lines(records, random.Random(seed))):
            (validation if number % _VALIDATION == 0 else train).write(line)
    return sum(path.stat().st_size for path in folder.glob("*.jsonl"))


def _lines(records: int, source: random.Random) -> Iterator[bytes]:
    vocabulary = [_word(source) for _ in range(_WORDS)]
    weights = [1 / (rank + 10) for rank in range(_WORDS)]  # Zipf's law, flattened at the top
    stream = iter(source.choices(vocabulary, cum_weights=_cumulated(weights), k=records * 190))
    recent: list[bytes] = []
    for number in range(records):
        line = orjson.dumps(_record(number, stream, source)) + b"\n"
        if recent and source.random() < 0.005:
            line = source.choice(recent)  # an exact repetition, now and then in the other split
        recent = [*recent[-50:], line]
        yield line


def _record(number: int, words: Iterator[str], source: random.Random) -> dict[str, object]:
    def text(count: int) -> str:
        sentences = (" ".join(next(words) for _ in range(12)).capitalize() + "." for _ in range(count // 12))
        return " ".join(sentences)

    answer = text(source.choice([60, 96, 120]))
    if source.random() < 0.3:
        answer += "\n\n" + _CODE.format(name=next(words), n=number)
    messages = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": text(36)}]
    return {"messages": [*messages, {"role": "assistant", "content": answer}]}


def _word(source: random.Random) -> str:
    syllables = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sta", "tre", "vi", "zo"]
    return "".join(source.choice(syllables) for _ in range(source.randint(1, 4)))


def _cumulated(weights: list[float]) -> list[float]:
    total, sums = 0.0, []
    for weight in weights:
        total += weight
        sums.append(total)
    return sums
