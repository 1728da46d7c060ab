"""Repetitions and leaks (D004, D005): copies and near-copies of clean samples, in the same split or another one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from benchmarks.accuracy.edits import BINS, OPERATIONS, near_copy, words
from benchmarks.accuracy.samples import Sample
from benchmarks.accuracy.writer import Writer

EXACT, NEAR = 8, 7  # copies of each kind, near-copies of each kind and bin, in one dataset
_LEAST_WORDS = 12  # distinct words of a text that can be almost repeated
_SHORT = 30  # distinct words below which a near-copy counts as short in the results

Fits = Callable[[Sample], bool]


class Planted(NamedTuple):
    """A sample, the number of its original, the fact that must find it, and how it was made."""

    split: str
    original: int
    sample: Sample
    kind: str
    detail: str


class _Originals:
    """Hands out originals, each once: a copy of a copy would have two origins."""

    def __init__(self, rng: random.Random, samples: Sequence[Sample]) -> None:
        self._samples = samples
        self._order = rng.sample(range(len(samples)), len(samples))

    def take(self, *fits: Fits) -> int:
        """The number of an original of which the first of ``fits`` holds, else the second, and so on.

        Raises:
            LookupError: if none is left.
        """
        for condition in fits or (lambda _: True,):
            for place, index in enumerate(self._order):
                if condition(self._samples[index]):
                    return self._order.pop(place)
        raise LookupError("no clean sample is left to copy: make more of them")


def similar(writer: Writer, shape: str, train: Sequence[Sample]) -> Iterator[Planted]:
    """Everything that D004 and D005 must find in a dataset of two splits."""
    originals = _Originals(writer.rng, train)
    for split, kind in (("train", "D005.duplicate_of"), ("validation", "D004.leaked_record")):
        for n in range(EXACT):
            index = originals.take()
            variant, change = list(_SAME[kind].items())[n % len(_SAME[kind])]
            yield Planted(split, index, _changed(train[index], shape, change), kind, variant)
    for _ in range(EXACT):
        index = originals.take()
        yield Planted("validation", index, other_answer(writer, train[index]), "D004.leaked_prompt", "another answer")
    for split, kind in (("train", "D005.near_duplicate_of"), ("validation", "D004.near_leaked_record")):
        for limits in BINS:
            for n in range(NEAR):
                yield _near_record(writer, shape, train, originals, (split, kind, limits, n))
    for limits in BINS:
        for n in range(NEAR):
            index, sample, detail = near_prompt(writer, train, originals, limits, n)
            yield Planted("validation", index, sample, "D004.near_leaked_prompt", detail)


def against_benchmark(writer: Writer, questions: Sequence[Sample]) -> Iterator[tuple[Sample, str, str]]:
    """``(sample, kind, detail)``: training samples whose prompt is, or almost is, a benchmark's."""
    originals = _Originals(writer.rng, questions)
    for n in range(2 * EXACT):
        sample = other_answer(writer, questions[originals.take()])
        variant, change = list(_SAME["D004.leaked_record"].items())[n % 4]
        yield _changed(sample, "alpaca", change), "D004.benchmark_prompt", variant
    for limits in BINS:
        for n in range(2 * NEAR):
            _, sample, detail = near_prompt(writer, questions, originals, limits, n)
            yield sample, "D004.near_benchmark_prompt", detail


def other_answer(writer: Writer, sample: Sample) -> Sample:
    """The same prompts, answered anew."""
    exchanges = tuple(one._replace(answer=writer.answer(one.topic)) for one in sample.exchanges)
    topic = sample.exchanges[0].topic
    return sample._replace(exchanges=exchanges, rejected=writer.answer(topic), thought=writer.sentence(topic))


def near_prompt(
    writer: Writer, samples: Sequence[Sample], originals: _Originals, limits: tuple[float, float], number: int
) -> tuple[int, Sample, str]:
    """``(original, sample, detail)``: almost the same prompts, answered anew."""
    while True:
        index = originals.take(lambda sample: len(words(" ".join(sample.prompts))) >= _LEAST_WORDS)
        sample, operation = other_answer(writer, samples[index]), list(OPERATIONS)[number % len(OPERATIONS)]
        topics = [exchange.topic for exchange in sample.exchanges]
        if (copy := near_copy(writer, sample.prompts, len(topics), topics, operation, limits)) is not None:
            pairs = zip(sample.exchanges, copy, strict=True)
            changed = sample._replace(exchanges=tuple(one._replace(prompt=prompt) for one, prompt in pairs))
            return index, changed, _detail(operation, limits, sample.prompts)


def _near_record(
    writer: Writer,
    shape: str,
    train: Sequence[Sample],
    originals: _Originals,
    wanted: tuple[str, str, tuple[float, float], int],
) -> Planted:
    split, kind, limits, number = wanted
    operation = list(OPERATIONS)[number % len(OPERATIONS)]
    liked: list[Fits] = [lambda s: _is_short(s.texts(shape)), lambda s: _fits(s.texts(shape))]
    while True:
        index = originals.take(*(liked if number % 3 == 0 else liked[1:]))
        sample = train[index]
        texts = sample.texts(shape)
        topics = [sample.exchanges[i % len(sample.exchanges)].topic for i in range(len(texts))]
        copy = near_copy(writer, texts, len(sample.exchanges), topics, operation, limits)
        if copy is not None:
            return Planted(split, index, sample.with_texts(copy, shape), kind, _detail(operation, limits, texts))


def _fits(texts: Sequence[str]) -> bool:
    return len(words(" ".join(texts))) >= _LEAST_WORDS


def _is_short(texts: Sequence[str]) -> bool:
    return _LEAST_WORDS <= len(words(" ".join(texts))) < _SHORT


def _detail(operation: str, limits: tuple[float, float], texts: Sequence[str]) -> str:
    length = "short" if _is_short(texts) else "long"
    return f"{operation}|{limits[0]}-{limits[1]}|{length}"


def _changed(sample: Sample, shape: str, change: Callable[[str], str]) -> Sample:
    return sample.with_texts([change(text) for text in sample.texts(shape)], shape)


def _same(text: str) -> str:
    return text


_SAME: Mapping[str, Mapping[str, Callable[[str], str]]] = {
    # a duplicate is equal after whitespace normalisation, a leak ignores case and outer punctuation too
    "D005.duplicate_of": {"copy": _same, "other blanks": lambda text: f" {text.replace(' ', '  ')} \n"},
    "D004.leaked_record": {
        "copy": _same,
        "other blanks": lambda text: text.replace(" ", "\t "),
        "lower case": str.lower,
        "no end mark": lambda text: text.rstrip(".?!。？"),
    },
}
