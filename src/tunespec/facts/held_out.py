"""E001's facts, on the splits of a dataset: is there data to validate on, enough of it, and of the same kind?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tunespec.facts import Fact, not_applicable
from tunespec.findings import Mark
from tunespec.split_statistics import Split

NAMES = ("missing_validation", "small_validation", "different_validation")
_HELD_OUT = ("validation", "test")
_LEAST_OF_TRAIN = 0.05  # below 200 training records, this share of them is enough
_ENOUGH = 200  # records that are enough whatever their share (a score is known to 3.5 points)
_JUDGED = 30  # records on each side, from which on distributions are compared
_CHANCE = 1.95  # D beyond 1.95 * sqrt((n + m) / (n * m)) happens by chance once in 1,000 times


class Limits(NamedTuple):
    """E001's thresholds: fewest records, smallest share of the training records, largest distance."""

    least: int = 10
    share: float = 0.01
    distance: float = 0.25


class ByTrainer(NamedTuple):
    """What the trainer evaluates on by its own configuration.

    ``said`` is the setting, with its place; empty if there is none. ``share`` is what it holds out of the training
    records: below 1 a share of them, else their number; None where it evaluates on other data.
    """

    said: str = ""
    share: float | None = None

    def records(self, of: int) -> int:
        """How many of so many records are held out; a share is rounded up, as scikit-learn's splits are."""
        share = self.share or 0
        return min(of, math.ceil(round(of * share, 6)) if share < 1 else round(share))


_NONE = ByTrainer()


class _Difference(NamedTuple):
    what: str
    distance: float
    limit: float


def held_out_facts(
    splits: Sequence[Split], limits: Limits, by_trainer: ByTrainer = _NONE, *, alone: bool
) -> list[Fact]:
    """Every fact of E001, one row for each split.

    Args:
        splits: the dataset's splits, in the order of the table.
        limits: from when on a split is too small or too different.
        by_trainer: what the trainer holds out, if it does.
        alone: whether the user named one file, which says nothing about what lies beside it.
    """
    by_name = {split.name: (row, split) for row, split in enumerate(splits) if split.rows}
    if by_trainer.said and {"train", None} & set(by_name) and not set(_HELD_OUT) & set(by_name):
        return _held_out_by_trainer(by_name, limits, by_trainer)
    reason = _why_not(set(by_name), alone=alone)
    if reason:
        return [not_applicable(name, reason) for name in NAMES]
    row, train = by_name["train"]
    held_out = [by_name[name] for name in _HELD_OUT if name in by_name]
    if not held_out:
        missing = Mark(f"{len(train.rows):,} training records, and no validation or test split beside them")
        reason = "there is no validation or test split"
        return [Fact(NAMES[0], {row: missing}, 1), *(not_applicable(name, reason) for name in NAMES[1:])]
    small = {row: mark for row, split in held_out if (mark := _small(split, train, limits))}
    compared = [(row, split) for row, split in held_out if row not in small]
    different = {row: mark for row, split in compared if (mark := _different(split, train, limits.distance))}
    enough = bool(compared) and min(len(train.rows), *(len(s.rows) for _, s in compared)) >= _JUDGED
    return [
        Fact(NAMES[0], {}, 1),
        Fact(NAMES[1], small, len(held_out)),
        Fact(NAMES[2], different, len(compared))
        if enough
        else not_applicable(NAMES[2], f"fewer than {_JUDGED} records on one side"),
    ]


def _held_out_by_trainer(
    by_name: Mapping[str | None, tuple[int, Split]], limits: Limits, by_trainer: ByTrainer
) -> list[Fact]:
    """A part of the training records, drawn at random: it is there, and is of their kind, but may be small."""
    row, train = by_name["train" if "train" in by_name else None]
    if by_trainer.share is None:
        unknown = f"the trainer's configuration names other data: {by_trainer.said}"
        return [Fact(NAMES[0], {}, 1), *(not_applicable(name, unknown) for name in NAMES[1:])]
    count = by_trainer.records(len(train.rows))
    told = f"{by_trainer.said} holds {count:,} record{'s' if count != 1 else ''} out"
    small = _too_few(told, count, len(train.rows) - count, limits)
    return [
        Fact(NAMES[0], {}, 1),
        Fact(NAMES[1], {row: small} if small else {}, 1),
        not_applicable(NAMES[2], f"the trainer draws the validation records itself: {by_trainer.said}"),
    ]


def _why_not(names: set[str | None], *, alone: bool) -> str:
    if "train" not in names:
        known = sorted(name for name in names if name)
        return f"the dataset has only the split {known[0]}" if known else "nothing names a split"
    if alone and len(names) == 1:
        return "a single file was given, which says nothing about a validation file beside it"
    return ""


def _small(split: Split, train: Split, limits: Limits) -> Mark | None:
    return _too_few(f"{split.name} has {len(split.rows):,} records", len(split.rows), len(train.rows), limits)


def _too_few(said: str, count: int, trained: int, limits: Limits) -> Mark | None:
    few = min(limits.least, math.ceil(_LEAST_OF_TRAIN * trained))
    least = max(few, min(_ENOUGH, limits.share * trained))
    if count >= least:
        return None
    text = f"{said} beside {trained:,} training records; {math.ceil(least)} is least"
    return Mark(text, None, float(count), float(math.ceil(least)))


def _different(split: Split, train: Split, distance: float) -> Mark | None:
    found = [d for d in _differences(split, train, distance) if d.distance > d.limit]
    if not found:
        return None
    worst = max(found, key=lambda d: d.distance - d.limit)
    told = "; ".join(f"{d.what} (distance {d.distance:.2f}, limit {d.limit:.2f})" for d in found)
    return Mark(f"{split.name} differs from train: {told}", None, round(worst.distance, 4), round(worst.limit, 4))


def _differences(split: Split, train: Split, distance: float) -> list[_Difference]:
    chance = _CHANCE * math.sqrt(1 / len(split.rows) + 1 / len(train.rows))
    medians = sorted(split.lengths)[len(split.lengths) // 2], sorted(train.lengths)[len(train.lengths) // 2]
    lengths = f"answers of {medians[0]:,} characters (median), in train of {medians[1]:,}"
    found = [_Difference(lengths, _ks(split.lengths, train.lengths), max(distance, chance))]
    for name, own, other in (("topics", split.topics, train.topics), ("languages", split.languages, train.languages)):
        if own or other:
            offender = max({*own, *other}, key=lambda value: (_share(own, value) - _share(other, value), value))
            shares = f"{_share(own, offender):.0%} {offender}, in train {_share(other, offender):.0%}"
            found.append(
                _Difference(f"{name}: {shares}", _total_variation(own, other), max(distance, _by_chance(own, other)))
            )
    return found


def _ks(one: Sequence[int], other: Sequence[int]) -> float:
    """The Kolmogorov-Smirnov distance of two samples: the largest difference of their distribution functions."""
    import numpy as np

    a, b = np.sort(np.asarray(one)), np.sort(np.asarray(other))
    values = np.concatenate([a, b])
    below = np.searchsorted(a, values, side="right") / a.size, np.searchsorted(b, values, side="right") / b.size
    return float(np.abs(below[0] - below[1]).max())


def _total_variation(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    return sum(abs(_share(one, value) - _share(other, value)) for value in {*one, *other}) / 2


def _by_chance(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """The total variation that two random samples of one distribution exceed once in 1,000 times, at most.

    Its expectation, from the normal approximation of each share's difference, and McDiarmid's bound of what chance
    adds to that.
    """
    n, m = sum(one.values()) or 1, sum(other.values()) or 1
    shares = [(one.get(value, 0) + other.get(value, 0)) / (n + m) for value in {*one, *other}]
    expected = sum(math.sqrt(2 * p * (1 - p) / math.pi * (1 / n + 1 / m)) for p in shares) / 2
    return expected + math.sqrt(math.log(1_000) / 2 * (1 / n + 1 / m))


def _share(counts: Mapping[str, int], value: str) -> float:
    return counts.get(value, 0) / (sum(counts.values()) or 1)
