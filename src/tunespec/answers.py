"""The answers that a dataset teaches: each with its size, its type, and what it replies to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tunespec.answer_types import answer_types, text_size
from tunespec.facts.think import without_thoughts
from tunespec.passages import Passages, without_rejected

if TYPE_CHECKING:
    import polars as pl

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
    frame = without_rejected(records, frame)
    asked, texts, rows = frame["asked"], passages.frame["text"], passages.frame["row"]
    own = asked.is_not_null() & (rows.gather(asked.fill_null(0)) == frame["row"])
    parts = [pl.col(name).str.strip_chars() for name in ("text", "prose")]
    if frame["text"].str.contains("<think>", literal=True).any():
        parts = [without_thoughts(pl.col(name)).str.strip_chars() for name in ("text", "prose")]
    prompt = pl.select(pl.when(own).then(texts.gather(asked.fill_null(0)))).to_series()
    frame = frame.select("row", "turn", "after_tool", *parts, prompt=prompt).filter(pl.col("text") != "")
    return frame.with_columns(size=text_size(pl.col("text")), type=answer_types(frame))
