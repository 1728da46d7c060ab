"""Levels and noise of a curve, by medians: a single odd row moves none of them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]
_SIGMA = 1.4826  # a normal distribution's standard deviation, in its median absolute deviations
_SECOND = 6**0.5  # the standard deviation of x[i-1] - 2 x[i] + x[i+1], for independent noise of 1
_TENTH, _FEWEST = 10, 3
_PAIRED = 300
_RARE = 0.01
KNOWN = 8  # points from which on the noise of a curve is estimated at all


def noise(values: Curve) -> float:
    """The standard deviation around the curve's own course, from second differences; 0 for few points."""
    if len(values) < KNOWN:
        return 0.0
    return float(_SIGMA * np.median(np.abs(np.diff(values, 2))) / _SECOND)


def trend(values: Curve) -> float:
    """How steadily the values rise: Kendall's S in its standard deviations without a trend (H. B. Mann, 1945).

    Long curves are thinned out evenly to a few hundred points, as all pairs are compared.
    """
    thinned = values[:: max(len(values) // _PAIRED, 1)]
    count = len(thinned)
    if count < _FEWEST:
        return 0.0
    rising = float(np.sign(np.triu(thinned[None, :] - thinned[:, None])).sum())
    return rising / math.sqrt(count * (count - 1) * (2 * count + 5) / 18)


def beginning(values: Curve) -> float:
    """The level of the first tenth."""
    return float(np.median(values[: _part(values)]))


def end(values: Curve) -> float:
    """The level of the last tenth."""
    return float(np.median(values[-_part(values) :]))


def _part(values: Curve) -> int:
    return max(len(values) // _TENTH, min(_FEWEST, len(values)))


def runs_of(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where the flags are set without a gap: pairs of the first position and the one behind the last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(first), int(behind)) for first, behind in edges.reshape(-1, 2)]


def by_chance(high: NDArray[np.bool_], at: int) -> bool:
    """Whether the high values around a position may be chance: single ones elsewhere say how often such come.

    A run of them as long as that one is expected less than once in a hundred curves, if it is none.
    """
    found = runs_of(high)
    length = max((behind - first for first, behind in found if first <= at < behind), default=0)
    alone = sum(behind - first == 1 for first, behind in found if not first <= at < behind)
    return alone > 0 and len(high) * ((alone + 1) / len(high)) ** length > _RARE
