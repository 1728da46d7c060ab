"""What is planted in texts, one module for each subject of the facts, and what only looks like it.

A module may have three names:

``DEFECTS``     defects of one record, which any shape can hold: :class:`TextDefect`.
``LOOKALIKES``  class -> (how its samples are made, the shapes whose datasets it can stand in).
``DATASETS``    defects of a whole dataset: :class:`DatasetDefect`, each makes a dataset of its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple

from benchmarks.accuracy.grammar import load
from benchmarks.accuracy.samples import Record, Sample
from benchmarks.accuracy.writer import Writer

ALL_SHAPES = (
    "messages",
    "multi-turn",
    "sharegpt",
    "alpaca",
    "prompt/completion",
    "question/answer",
    "text",
    "preference",
    "think",
)

GROUP = 24  # records of one class in one dataset; a template that is used more often is easier to recognise as one
Lookalike = tuple[Callable[[Writer], list[Sample]], Sequence[str]]
Entries = list[tuple[str, Record, str, str]]  # split, record, ``CODE.kind`` that must be found there or "", variant
ALIKE = "alike"  # in place of a kind: the record is a look-alike, and the variant names its class


class TextDefect(NamedTuple):
    """A defect of one record: the kind that must find it, its variant, and how a clean sample gets it."""

    kind: str
    variant: str
    spoil: Callable[[Writer, Sample], Sample]
    shapes: Sequence[str] = ALL_SHAPES


class DatasetDefect(NamedTuple):
    """A dataset of its own with one defect; ``kind`` must be found anywhere in it, or at the entries that name a kind.

    ``make`` gives the records with their splits; with an empty ``kind`` only those entries count.
    """

    kind: str
    variant: str
    make: Callable[[Writer], Entries]


def answered(sample: Sample, change: Callable[[str], str]) -> Sample:
    """The sample with its last answer changed."""
    *others, last = sample.exchanges
    return sample._replace(exchanges=(*others, last._replace(answer=change(last.answer))))


def asked(sample: Sample, change: Callable[[str], str]) -> Sample:
    """The sample with its first prompt changed."""
    first, *others = sample.exchanges
    return sample._replace(exchanges=(first._replace(prompt=change(first.prompt)), *others))


def inserted(rng: random.Random, text: str, mark: str) -> str:
    """The text with a mark between two of its words."""
    words = text.split(" ")
    place = rng.randint(1, max(1, len(words) - 1))
    return " ".join([*words[:place], mark, *words[place:]])


def said_in_answers(parts: Sequence[str], writer: Writer, *, joint: str) -> list[Sample]:
    """One group of samples, no two alike, whose answers end with the parts in turn."""
    samples = []
    for number in range(GROUP):
        topic = writer.rng.choice(list(load("topics")))
        exchange = writer.exchange(topic)
        prompt = f"{writer.sentence(topic)} {exchange.prompt}"
        answer = f"{exchange.answer}{joint}{parts[number % len(parts)]}"
        samples.append(Sample((exchange._replace(prompt=prompt, answer=answer),), rejected=writer.sentence(topic)))
    return samples


def all_defects() -> list[TextDefect]:
    """Every module's ``DEFECTS``."""
    return [defect for module in _modules() for defect in getattr(module, "DEFECTS", ())]


def all_datasets() -> list[DatasetDefect]:
    """Every module's ``DATASETS``."""
    return [defect for module in _modules() for defect in getattr(module, "DATASETS", ())]


def all_lookalikes() -> Mapping[str, Lookalike]:
    """Every module's ``LOOKALIKES``."""
    return {name: one for module in _modules() for name, one in getattr(module, "LOOKALIKES", {}).items()}


def _modules() -> list[Any]:
    return [import_module(f"{__name__}.{found.name}") for found in sorted(iter_modules(__path__), key=lambda m: m.name)]
