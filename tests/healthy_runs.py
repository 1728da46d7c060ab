"""Logs of healthy runs, drawn at random: noise of each size and shape, restarts, two kinds of data, a record a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from tests.step_logs import curve, evaluated, state
from tunespec.training.logs.log import Log

_Curve = NDArray[np.float64]
_Random = np.random.Generator
_EVERY = 5  # steps


def _course(chance: _Random, rows: int) -> _Curve:
    """What the loss would be without noise: it falls fast, then ever more slowly."""
    end = chance.uniform(0.4, 2.0)
    start, speed = end * chance.uniform(1.1, 3.0), chance.uniform(2.0, 30.0)
    share = np.linspace(0, 1, rows)
    return end + (start - end) * np.exp(-speed * share)


def _normal(chance: _Random, course: _Curve) -> _Curve:
    return course * (1 + chance.normal(0, chance.uniform(0.005, 0.15), len(course)))


def _heavy(chance: _Random, course: _Curve) -> _Curve:
    return course * (1 + chance.uniform(0.01, 0.1) * np.abs(chance.standard_t(3, len(course))))


def _two_kinds(chance: _Random, course: _Curve) -> _Curve:
    """A share of the batches is of a kind that is several times as hard."""
    hard = chance.random(len(course)) < chance.choice([0.01, 0.02, 0.05, 0.1, 0.2, 0.4])
    return _normal(chance, course) * np.where(hard, chance.uniform(1.5, 8.0), 1.0)


def _single_records(chance: _Random, course: _Curve) -> _Curve:
    """A record a step: losses as different as texts are."""
    shape = chance.uniform(2.0, 12.0)
    return course * chance.gamma(shape, 1 / shape, len(course))


def _restarts(chance: _Random, course: _Curve) -> _Curve:
    """Each restart of the learning rate lifts the loss, for a fifth of its cycle."""
    cycle = len(course) // int(chance.integers(2, 6))
    since = np.arange(len(course)) % cycle / cycle
    lifted = np.where(np.arange(len(course)) >= cycle, chance.uniform(0.05, 0.4) * np.exp(-5 * since), 0.0)
    return _normal(chance, course * (1 + lifted))


SHAPES: Mapping[str, Callable[[_Random, _Curve], _Curve]] = {
    "normal": _normal,
    "heavy": _heavy,
    "two kinds": _two_kinds,
    "single records": _single_records,
    "restarts": _restarts,
}


def healthy(shape: str, seed: int) -> Log:
    """The finished log of one run: losses, norms that go with them, and three evaluations or more."""
    chance = np.random.default_rng(seed)
    rows = int(chance.integers(30, 1000))
    course = _course(chance, rows)
    losses = SHAPES[shape](chance, course)
    norms = np.exp(chance.normal(0, chance.uniform(0.1, 0.6), rows)) * (losses / course) ** chance.uniform(0, 1.5)
    trained = [
        row._replace(values={**row.values, "grad_norm": float(norm), "learning_rate": 2e-4})
        for row, norm in zip(curve(values=losses.tolist(), every=_EVERY), norms, strict=True)
    ]
    seen = np.linspace(0, rows - 1, int(chance.integers(3, 40)) + 1).astype(int)[1:]
    wavers = chance.normal(0, 10 ** chance.uniform(-3, -1.3), len(seen))  # a validation set of ten records or more
    validation = course[seen] * chance.uniform(1.0, 1.2) * (1 + wavers)
    log: Log = state(trained, evaluated(validation.tolist(), _EVERY * rows))
    return log
