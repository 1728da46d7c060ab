"""The answers that a dataset teaches: each with its size, its type, and what it replies to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tunespec.answer_types import answer_types, text_size
from tunespec.facts.think import without_thoughts

if TYPE_CHECKING:
    import polars as pl

    from tunespec.passages import Passages
    from tunespec.records import Records


def taught_answers(passages: Passages, records: Records) -> pl.DataFrame:
    """One row for each answer that training imitates: no empty one, no rejected one, none that its label calls bad.

    Columns: ``row``, ``turn``, ``text`` and ``prose`` (trimmed, without a thought before them), ``size`` and ``type``
    (see ``answer_types``), ``prompt`` (what was asked last, or null) and ``after_tool`` (whether a tool's result stands
    between).
    """
    import polars as pl

    frame = passages.frame.with_columns(
        asked=pl.when(pl.col("role") == "prompt").then(pl.int_range(pl.len())).forward_fill(),
        after_tool=((pl.col("role").shift(1) == "tool") & (pl.col("row").shift(1) == pl.col("row"))).fill_null(
            value=False
        ),
    ).filter(pl.col("role") == "answer")
    frame = _taught(frame, records)
    asked, texts, rows = frame["asked"], passages.frame["text"], passages.frame["row"]
    own = asked.is_not_null() & (rows.gather(asked.fill_null(0)) == frame["row"])
    parts = [pl.col(name).str.strip_chars() for name in ("text", "prose")]
    if frame["text"].str.contains("<think>", literal=True).any():
        parts = [without_thoughts(pl.col(name)).str.strip_chars() for name in ("text", "prose")]
    prompt = pl.select(pl.when(own).then(texts.gather(asked.fill_null(0)))).to_series()
    frame = frame.select("row", "turn", "after_tool", *parts, prompt=prompt).filter(pl.col("text") != "")
    return frame.with_columns(size=text_size(pl.col("text")), type=answer_types(frame))


def _taught(frame: pl.DataFrame, records: Records) -> pl.DataFrame:
    """The frame without rejected answers and those of records with the label false, and each record's turns."""
    import polars as pl

    lengths = [len(c.turns) if c is not None and c.label is not False else 0 for c in records.conversations]
    shapes = pl.Series("turns", lengths, dtype=pl.Int32).gather(frame["row"])
    text = pl.Series([c is not None and c.shape == "text" for c in records.conversations], dtype=pl.Boolean)
    return frame.with_columns(shapes).filter((pl.col("turn") < pl.col("turns")) | text.gather(frame["row"]))
