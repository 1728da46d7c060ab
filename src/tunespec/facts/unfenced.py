"""Code in an answer without a fence, where the dataset fences its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tunespec.codelike import code_share
from tunespec.facts import Fact, not_applicable
from tunespec.findings import Mark
from tunespec.passages import Passages, loses, turn_note
from tunespec.records import Records

if TYPE_CHECKING:
    import polars as pl

KIND = "unfenced_code"
_LEAST_FENCED = 5  # answers with a fence: fewer make no convention
_USUAL = 0.8  # of the answers with code are fenced: else raw code is a convention too
_CODE = 0.5  # of an answer's lines
_LINES = 3
# Every line that code_share counts has one of these; a record asked for as bare data needs no fence.
_SIGN = r"[=;{}()<]|^[A-Z]+ "
_BARE_DATA = r"^\s*[\[{<]"


def unfenced_code(records: Records, passages: Passages) -> Fact:
    """The fact ``unfenced_code``: answers whose lines are code, without any fence, where the usual answer fences it."""
    import polars as pl

    answers = passages.of("answer")
    fenced = answers.filter(pl.col("index").is_in(list(passages.blocks)))
    reason = f"fewer than {_LEAST_FENCED} answers have a fenced block"
    if len(fenced) < _LEAST_FENCED:
        return not_applicable(KIND, reason)
    found = _raw_code(answers.filter(~pl.col("index").is_in(list(passages.blocks))))
    if len(fenced) < _USUAL * (len(fenced) + len(found)):
        return not_applicable(KIND, f"code without a fence is usual: {len(found)} answers, {len(fenced)} have fences")
    marks: dict[int, Mark] = {}
    for row, turn, lines in found.select("row", "turn", "lines").iter_rows():
        conversation = records.conversations[row]
        if conversation is None or loses(conversation, turn):
            continue
        where = turn_note(records, row, turn)
        text = f"has {lines} lines of code and no fence{where}, unlike {len(fenced)} answers with code"
        marks.setdefault(row, Mark(text))
    return Fact(KIND, marks, passages.records_with("answer"))


def _raw_code(answers: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    text = pl.col("text")
    likely = answers.filter(
        text.str.contains("\n", literal=True) & text.str.contains(_SIGN) & ~text.str.contains(_BARE_DATA)
    )
    likely = likely.with_columns(
        (text.str.strip_chars().str.count_matches(r"\n\s*") + 1).alias("all"), code_share(likely, "text").alias("share")
    ).with_columns((pl.col("all") * pl.col("share")).round().cast(pl.UInt32).alias("lines"))
    return likely.filter((pl.col("share") >= _CODE) & (pl.col("lines") >= _LINES))
