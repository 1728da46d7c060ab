"""Labelled datasets: clean records, plantings and look-alikes, shuffled into two splits."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.accuracy.defects import Defect, Line, defects_of, encoded
from benchmarks.accuracy.defects_line import FIRST_LINE_ONLY
from benchmarks.accuracy.planted import ALIKE, DatasetDefect, TextDefect, all_datasets, all_defects, all_lookalikes
from benchmarks.accuracy.plantings import against_benchmark, similar
from benchmarks.accuracy.samples import SHAPES, Sample, make_sample
from benchmarks.accuracy.writer import Writer

TRAIN, VALIDATION, BENCHMARK = "train", "validation", "benchmark"
CLEAN, CLEAN_VALIDATION = 420, 130  # clean records of a dataset; ten shapes make 5,500 in each seed
_OF_ONE_SHAPE, _REPEATED = {"tool_call", "think_block", "template_header", "preference"}, 4
_CLASSES = 5  # look-alike classes in one dataset: with more, they would outweigh the clean records
_TEXT_DEFECTS = 40  # defects of texts in one dataset: every kind once, or nearly


class Entry(NamedTuple):
    """One record and what is known about it. ``group`` is clean, planted or alike; ``kind`` says which."""

    split: str
    position: float
    line: Line
    group: str
    kind: str = ""
    detail: str = ""


class Label(NamedTuple):
    """Where a record stands after writing, and what is known about it."""

    path: str
    line: int
    group: str
    kind: str
    detail: str


@dataclass
class Labelled:
    """One dataset: its name, its shape, its entries, and the kind (with its variant) that is its own defect."""

    name: str
    shape: str
    entries: list[Entry] = field(default_factory=list)
    defect: tuple[str, str] | None = None

    def files(self) -> Iterator[tuple[str, bytes, list[Label]]]:
        """``(path, content, labels)`` of every split."""
        for split in sorted({entry.split for entry in self.entries}):
            path = f"data/{self.name}/{split}.jsonl" if split != BENCHMARK else f"benchmarks/{self.name}.jsonl"
            lines: list[bytes] = []
            labels: list[Label] = []
            for entry in sorted((e for e in self.entries if e.split == split), key=lambda e: e.position):
                parts = (entry.line if isinstance(entry.line, bytes) else encoded(entry.line)).split(b"\n")
                labels.append(Label(path, len(lines) + 1, entry.group, entry.kind, entry.detail))
                labels += [Label(path, len(lines) + 1 + i, "remnant", "", "") for i in range(1, len(parts))]
                lines += parts
            yield path, b"\n".join(lines) + b"\n", labels


def make_dataset(seed: int, number: int, shape: str) -> Labelled:
    """The dataset of one shape with everything that can be planted in it."""
    rng = random.Random(f"{seed} {shape}")
    writer = Writer(rng)
    found = Labelled(shape.replace("/", "-"), shape)
    clean = _clean(writer, shape)
    train, validation = clean[:CLEAN], clean[CLEAN:]
    for split, samples in ((TRAIN, train), (VALIDATION, validation)):
        for i, sample in enumerate(samples):
            found.entries.append(Entry(split, i / len(samples), SHAPES[shape](sample), "clean"))
    for split, i, planted, kind, detail in similar(writer, shape, train):
        position = rng.uniform(i / len(train), 1) if split == TRAIN else rng.random()
        found.entries.append(Entry(split, position, SHAPES[shape](planted), "planted", kind, detail))
    for kind, variant, spoil in _repeated(defects_of(shape)):
        line = spoil(rng, SHAPES[shape](make_sample(writer, shape)))
        position = -1.0 if variant == FIRST_LINE_ONLY else rng.random()
        found.entries.append(Entry(rng.choice((TRAIN, VALIDATION)), position, line, "planted", f"D002.{kind}", variant))
    found.entries += _spoilt_texts(writer, shape, seed + number)
    found.entries += _alike(writer, shape, seed + number, {sample.prompts[0].lower() for sample in clean})
    return found


def _spoilt_texts(writer: Writer, shape: str, turn: int) -> Iterator[Entry]:
    """Some defects of texts. Kinds take turns, and so do the variants of each kind, over shapes and seeds."""
    kinds: dict[str, list[TextDefect]] = defaultdict(list)
    for defect in all_defects():
        if shape in defect.shapes:
            kinds[defect.kind].append(defect)
    names, count = list(kinds), min(_TEXT_DEFECTS, sum(map(len, kinds.values())))
    for place in range(turn * count, (turn + 1) * count):
        variants = kinds[names[place % len(names)]]
        defect = variants[place // len(names) % len(variants)]
        sample = defect.spoil(writer, make_sample(writer, shape))
        split, position = writer.rng.choice((TRAIN, VALIDATION)), writer.rng.random()
        yield Entry(split, position, SHAPES[shape](sample), "planted", defect.kind, defect.variant)


def make_defective(seed: int) -> Iterator[Labelled]:
    """One dataset for each defect of whole datasets."""
    for number, defect in enumerate(all_datasets()):
        yield _defective(f"defective-{number}", defect, Writer(random.Random(f"{seed} {defect.kind} {defect.variant}")))


def _defective(name: str, defect: DatasetDefect, writer: Writer) -> Labelled:
    entries = defect.make(writer)
    found = Labelled(name, "own", defect=(defect.kind, defect.variant) if defect.kind else None)
    for i, (split, record, kind, variant) in enumerate(entries):
        if kind == ALIKE:
            found.entries.append(Entry(split, i / len(entries), record, "alike", variant))
            continue
        group = "planted" if kind else "context"
        found.entries.append(Entry(split, i / len(entries), record, group, kind, variant or defect.variant))
    return found


def _repeated(defects: Iterable[Defect]) -> Iterator[Defect]:
    """Each defect once; several times if it is of a kind that only one shape can have."""
    for defect in defects:
        yield from [defect] * (_REPEATED if defect[0] in _OF_ONE_SHAPE else 1)


def make_against(seed: int, shape: str) -> Labelled:
    """A training file and the benchmark that some of its prompts come from."""
    writer = Writer(random.Random(f"{seed} against {shape}"))
    samples = _clean(writer, shape)
    questions, train = samples[:CLEAN_VALIDATION], samples[CLEAN_VALIDATION:]
    found = Labelled(f"against-{shape}".replace("/", "-"), shape)
    for i, sample in enumerate(train):
        found.entries.append(Entry(TRAIN, i / len(train), SHAPES[shape](sample), "clean"))
    for i, sample in enumerate(questions):
        found.entries.append(Entry(BENCHMARK, i / len(questions), SHAPES[shape](sample), "benchmark"))
    for planted, kind, detail in against_benchmark(writer, questions):
        found.entries.append(Entry(TRAIN, writer.rng.random(), SHAPES[shape](planted), "planted", kind, detail))
    return found


def _clean(writer: Writer, shape: str) -> list[Sample]:
    """Clean samples, no two with the same first prompt: chance repeats a short question now and then."""
    samples: dict[str, Sample] = {}
    while len(samples) < CLEAN + CLEAN_VALIDATION:
        sample = make_sample(writer, shape)
        samples.setdefault(sample.prompts[0].lower(), sample)
    return list(samples.values())


def _alike(writer: Writer, shape: str, turn: int, taken: Collection[str]) -> Iterator[Entry]:
    """Some classes of look-alikes, half of each in either split; the classes take turns over shapes and seeds.

    Those that by chance ask what a clean record asks (``taken``) are left out: they would leak.
    """
    lookalikes = all_lookalikes()
    classes = [name for name, (_, shapes) in lookalikes.items() if shape in shapes]
    chosen = {classes[(turn * _CLASSES + i) % len(classes)] for i in range(_CLASSES)}
    for name in sorted(chosen):
        for sample in (one for one in lookalikes[name][0](writer) if one.prompts[0].lower() not in taken):
            split, position = writer.rng.choice((TRAIN, VALIDATION)), writer.rng.random()
            yield Entry(split, position, SHAPES[shape](sample), "alike", name)
