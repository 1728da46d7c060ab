"""The first exchange of each record: what is asked before anything was said, and the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tunespec.facts.think import without_thoughts
from tunespec.passages import Passages
from tunespec.records import Records

if TYPE_CHECKING:
    import polars as pl

_CHOICE_KEYS = frozenset("choices options endings answers candidates option_a option1 opa answer_choices".split())


# Alpaca's preamble, which holds nothing of the record's own.
_PREAMBLE = (
    r"(?s)^Below is an instruction that describes a task.{0,80}?\. Write a response that .{0,40}?the request\.\s*"
)


def first_exchanges(records: Records, passages: Passages, rows: Sequence[int] | None = None) -> pl.DataFrame:
    """``row``, ``prompt`` (without template) and ``answer`` (or null) of records that begin with a prompt.

    A greeting of the assistant before the prompt could hold anything; such records are left out.

    Args:
        records: the dataset's records.
        passages: their texts.
        rows: the records that are looked at; all if it is not given.
    """
    import polars as pl

    role = pl.col("role").cast(pl.String)
    frame = passages.frame
    if rows is not None:
        frame = frame.filter(pl.col("row").is_in(pl.Series(rows, dtype=pl.UInt32).implode()))
    spoken = frame.filter(role.is_in(["prompt", "answer"])).select("row", "turn", "text", role)
    sides = {
        name: spoken.filter(pl.col("role") == name).unique("row", keep="first", maintain_order=True).drop("role")
        for name in ("prompt", "answer")
    }
    joined = sides["prompt"].join(sides["answer"], on="row", how="left", suffix="_answer", maintain_order="left")
    kept = joined.filter(pl.col("turn_answer").is_null() | (pl.col("turn_answer") > pl.col("turn")))
    answer = without_thoughts(pl.col("text_answer"))
    return kept.select("row", without_template(records, pl.col("text")).alias("prompt"), answer.alias("answer"))


def without_template(records: Records, prompt: pl.Expr) -> pl.Expr:
    """Prompts without Alpaca's preamble, without the dataset's headers, trimmed."""
    bare = prompt.str.replace(_PREAMBLE, "")
    for header in records.template.headers if records.template else ():
        bare = bare.str.replace_all(header, "", literal=True)
    return bare.str.strip_chars()


def has_choices_beside(records: Records, row: int) -> bool:
    """Whether a column beside the prompt may hold the choices."""
    return bool(_CHOICE_KEYS.intersection(records.keys[row]))


def has_media(records: Records, row: int) -> bool:
    """Whether the record shows a picture, a sound or a film."""
    conversation = records.conversations[row]
    return "shown" in records.metadata[row] or (
        conversation is not None and any(turn.role == "user" and turn.empty_by_design for turn in conversation.turns)
    )
