"""The usual length of a dataset's texts, and what is far outside of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

LEAST_TEXTS = 7  # below, a median says little
# Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers: a modified z-score above 3.5 is an outlier.
OUTLIER = 3.5
_TO_SIGMA = 1.4826  # of the median absolute deviation, for normally distributed values
_LEAST_SPREAD = 0.3  # of log length: where all answers have one length, half as much again is still usual
TEXTS = ("sentence", "prose", "list")  # types that are written to be read
WHOLE = (*TEXTS, "table", "code", "json")  # and all others that are more than a label


class Typical(NamedTuple):
    """Median length, and the spread of its logarithm, robust against outliers."""

    median: float
    spread: float

    @property
    def most(self) -> float:
        """The length above which a text is an outlier."""
        return self.median * math.exp(OUTLIER * self.spread)

    def is_below(self, size: pl.Expr) -> pl.Expr:
        """Whether lengths are outliers on the short side."""
        return size < self.median * math.exp(-OUTLIER * self.spread)


def typical_length(answers: pl.DataFrame, types: Sequence[str]) -> Typical | None:
    """The usual length of the answers of some types, or None if fewer than half are of these types."""
    import polars as pl

    texts = answers.filter(pl.col("type").cast(pl.String).is_in(list(types)))["size"]
    if len(texts) < LEAST_TEXTS or len(texts) < len(answers) / 2:
        return None
    logs = texts.log()
    middle = logs.median()
    spread = (logs - middle).abs().median()
    assert isinstance(middle, float)
    assert isinstance(spread, float)
    return Typical(math.exp(middle), max(_TO_SIGMA * spread, _LEAST_SPREAD))
