"""D003's facts: answers of an unusual length, or of the usual one without content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tunespec.facts import Fact, not_applicable
from tunespec.facts.filler import filler_opening
from tunespec.facts.repetition import repeating, repetition
from tunespec.facts.short_answers import too_short
from tunespec.facts.typical import TEXTS, WHOLE, Typical, typical_length
from tunespec.findings import Mark
from tunespec.passages import turn_note

if TYPE_CHECKING:
    import polars as pl

    from tunespec.records import Records

WALL = 2_500  # characters without a line break: some 400 words, a page (ISO 216 A4 at 12 pt)
_LONG = 1_500  # below, no answer is too long, however short the others are
_TIMES = 6  # the usual length at least: some datasets are of one length, and twice as much is no outlier
_WHOLE = 0.8  # share of an answer that is one paragraph: what stands beside gives it no structure
_SAME_FORM = 0.6  # a prompt with as long a paragraph asks for one in return: a translation, a correction
_ONE_PARAGRAPH = (
    r"(?i)\b(?:one|single|a) (?:long )?paragraph|without (?:paragraphs|line breaks)|stream of consciousness"
)
_NONE = "no answer is taught"


def length_facts(answers: pl.DataFrame, records: Records, least_filler: float) -> list[Fact]:
    """Every fact of D003. A record with a repetition has no other mark: its length follows from that.

    Args:
        answers: see ``taught_answers``.
        records: theirs.
        least_filler: share of the answers from which a filler opening is told.
    """
    names = ("too_short", "too_long", "unstructured", "repetition", "filler_opening")
    examined = int(answers["row"].n_unique())
    if not examined:
        return [not_applicable(name, _NONE) for name in names]
    repeats = _repetition(answers, records)
    other = answers.filter(~answers["row"].is_in(list(repeats)))
    short = _short(other, records, typical_length(answers, WHOLE))
    walls = _walls(other)
    long, unstructured = _split(walls, records, typical_length(answers, TEXTS))
    found = (short, long, unstructured, repeats, filler_opening(answers, least_filler))
    return [Fact(name, marks, examined) for name, marks in zip(names, found, strict=True)]


def _repetition(answers: pl.DataFrame, records: Records) -> dict[int, Mark]:
    marks: dict[int, Mark] = {}
    for row, turn, text, prompt in repeating(answers).select("row", "turn", "text", "prompt").iter_rows():
        if row not in marks and (found := repetition(text, prompt or "", records.prompts[row])) is not None:
            what, times, most = found
            marks[row] = Mark(f"{what} {times:,} times{turn_note(records, row, turn)}", None, times, most)
    return marks


def _short(answers: pl.DataFrame, records: Records, typical: Typical | None) -> dict[int, Mark]:
    marks: dict[int, Mark] = {}
    for (row, turn), (what, size, least) in too_short(answers, records, typical).items():
        marks.setdefault(row, Mark(f"{what}{turn_note(records, row, turn)}", None, size, least))
    return marks


def _walls(answers: pl.DataFrame) -> pl.DataFrame:
    """The answers that are one long paragraph, with its length as ``wall``."""
    import polars as pl

    prose = answers.filter((pl.col("size") > _LONG) & pl.col("type").cast(pl.String).is_in(["prose", "sentence"]))
    longest = [
        pl.col(name).str.split("\n").list.eval(pl.element().str.len_bytes()).list.max().fill_null(0).alias(alias)
        for name, alias in (("text", "wall"), ("prompt", "asked"))
    ]
    octets = pl.col("text").str.len_bytes()
    walls = prose.with_columns(*longest).filter(pl.col("wall") >= _WHOLE * octets)
    walls = walls.filter(pl.col("asked") < _SAME_FORM * pl.col("wall"))
    walls = walls.filter(~pl.col("prompt").fill_null("").str.contains(_ONE_PARAGRAPH))
    return walls.with_columns(wall=(pl.col("size") * pl.col("wall") / octets).round().cast(pl.Int64))


def _split(walls: pl.DataFrame, records: Records, typical: Typical | None) -> tuple[dict[int, Mark], dict[int, Mark]]:
    """Walls that are far longer than the dataset's texts, and those that are merely walls."""
    import polars as pl

    most = max(typical.most, _TIMES * typical.median, _LONG) if typical else float("inf")
    long = walls.filter(pl.col("size") > most)
    usual = f"where half of the texts have at most {typical.median:,.0f}" if typical else ""
    wide = (
        pl.when(pl.col("size") > pl.col("text").str.len_chars())
        .then(pl.lit(" (wide ones count twice)"))
        .otherwise(pl.lit(""))
    )
    message = pl.format("runs to {} characters{} without a paragraph, " + usual, "size", wide)
    wall = pl.format("has a paragraph of {} characters{} without a line break", "wall", wide)
    others = walls.filter((pl.col("size") <= most) & (pl.col("wall") > WALL))
    return (
        _marks(long.with_columns(value=message, limit=pl.lit(int(most) if typical else 0)), records),
        _marks(others.with_columns(value=wall, size="wall", limit=pl.lit(WALL)), records),
    )


def _marks(found: pl.DataFrame, records: Records) -> dict[int, Mark]:
    marks: dict[int, Mark] = {}
    for row, turn, value, size, limit in found.select("row", "turn", "value", "size", "limit").iter_rows():
        marks.setdefault(row, Mark(f"{value}{turn_note(records, row, turn)}", None, size, limit))
    return marks
