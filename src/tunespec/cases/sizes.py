"""Edge cases of size, relative to the training records: next to nothing as prompt, and far more text than usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tunespec.cases.view import View, rows_of

if TYPE_CHECKING:
    import polars as pl

# Characters, of which wide ones count twice (see text_size).
_WORDS = 15  # "Hello", "Which one?": three short words
_OF_MEDIAN, _MOST_OF_MEDIAN = 1 / 20, 1 / 3  # of the median: next to nothing beside usual prompts; more is just short
_LONG, _MEDIANS = 1_000, 5  # shorter than 200 words is long for no model; beyond five medians a record stands out


def minimal(view: View) -> set[int]:
    """Records whose prompts together are a few words, or a twentieth of what is usual."""
    import polars as pl

    sizes = view.prompts.group_by("row").agg(pl.col("size").sum())
    median = _median(sizes, view)
    most = min(max(_WORDS, median * _OF_MEDIAN), median * _MOST_OF_MEDIAN)
    return rows_of(sizes.filter(pl.col("size") <= most))


def long(view: View) -> set[int]:
    """Records whose prompts and answers together are several times as long as usual."""
    import polars as pl

    parts = [frame.select("row", pl.col("size").cast(pl.Int64)) for frame in (view.prompts, view.answers)]
    sizes = pl.concat(parts).group_by("row").agg(pl.col("size").sum())
    return rows_of(sizes.filter(pl.col("size") > max(_LONG, _MEDIANS * _median(sizes, view))))


def _median(sizes: pl.DataFrame, view: View) -> float:
    import polars as pl

    own = sizes.join(pl.DataFrame({"row": sorted(view.trained)}, schema={"row": pl.UInt32}), on="row", how="semi")
    return float(own.select(pl.col("size").median()).item() or 0)
