"""D001's facts about answers that stop in the middle: an unfinished sentence, many answers of one length."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from tunespec.facts import Fact, not_applicable
from tunespec.facts.sentence_end import UNFINISHED, breaks_off, script_of
from tunespec.findings import Mark
from tunespec.passages import Passages, make_passages, turn_note
from tunespec.records import Records

if TYPE_CHECKING:
    import polars as pl

    from tunespec.end_marker import EndMarker

_ENDS_UNSEEN = " \t\r\n\u00a0\ufe0f\u200d"  # blanks, and what makes a sign an emoji
_TAIL = 400  # characters from the end that are looked at
_LEAST = 20  # answers of one script from which a habit can be told
_FEW = 8  # the same if all but one finish
_LONG, _LONG_HAN = 60, 24  # characters of an answer that must be a sentence; a third, after one that ends
_MOST_OPEN = 0.3  # of those may end without a sign, in lists and verses; with more, nothing is usual
_USUAL = 0.9  # of those that are sentences finish
_USUAL_HAN = 0.95  # the same in Chinese and Japanese, whose writers often leave out the last full stop
_USUAL_ALONE = 0.97  # the same for answers of one sentence, which may be labels or titles
_TWO = r"[.!?。！？।؟۔][\"'”’»)\]」』*_`]*\s+\S|[。！？]\S|\n"  # a sentence ends, and another one begins
# Requests whose answers need no sentence, so that one line of words may be all of it.
_WITHOUT_END = re.compile(
    r"(?i)\b(?:(?:continue|complete|finish) (?:the|this) sentence|ingredients|"
    r"titles?|headlines?|slogans?|taglines?|subject lines?|captions?|names?|tweets?|hashtags?|keywords?|"
    r"poems?|lyrics?|songs?|verses?|haikus?|rhymes?|raps?)\b|标题|诗|歌词|口号|俳句"
)
_SPIKE, _SPIKE_SHARE = 5, 0.01  # answers of exactly one length, at least, and their share of all answers
_SPIKE_LENGTH = 100  # characters; below, equal lengths are chance
_AROUND = 10  # characters on both sides of a spike, whose lengths must be rare
_NEAR_MAXIMUM = 0.9  # a limit cuts the longest answers
_MOSTLY = 0.8  # of a spike's answers stop in the middle


class Ending(NamedTuple):
    """How an answer ends: all of it that tells a habit, without its text."""

    length: int  # characters of the whole answer
    unfinished: bool
    script: str
    alone: bool
    breaks_off: bool


def cut_off_facts(records: Records, passages: Passages, before: Sequence[Ending] = ()) -> list[Fact]:
    """Both kinds. An answer of a spike is not told twice.

    Args:
        records: whose answers are judged.
        passages: their texts.
        before: answers elsewhere, which tell what is usual as well, and are not judged.
    """
    import polars as pl

    ends = _ends(passages)
    total = int(ends["row"].n_unique())
    if not total:
        return [not_applicable(name, "no record has an answer") for name in ("cut_off", "length_spike")]
    if before:
        others = pl.DataFrame(before, schema=[*Ending._fields], orient="row").with_columns(
            pl.col("length").cast(pl.UInt32), how=pl.when("breaks_off").then(pl.lit("in the middle"))
        )
        ends = pl.concat([others.drop("breaks_off"), ends], how="diagonal")
    spikes = _spikes(ends)
    return [_cut_off(records, ends, set(spikes), total), Fact("length_spike", spikes, total)]


def endings_of(records: Records, end_marker: EndMarker | None) -> tuple[Ending, ...]:
    """How the answers of some records end."""
    ends = _ends(make_passages(records, end_marker))
    rows = ends.select("length", "unfinished", "script", "alone", "tail", long=_is_long()).iter_rows()
    return tuple(
        Ending(length, unfinished, script, alone, unfinished and long and breaks_off(tail) is not None)
        for length, unfinished, script, alone, tail, long in rows
    )


def _ends(passages: Passages) -> pl.DataFrame:
    """The answers, each with its ``length`` and its ``tail``; ``how`` it breaks off is not told yet."""
    import polars as pl

    tail = pl.col("text").str.tail(_TAIL).str.strip_chars_end(_ENDS_UNSEEN)
    ends = passages.of("answer").select("index", "row", "turn", length=pl.col("text").str.len_chars(), tail=tail)
    return ends.with_columns(
        unfinished=pl.col("tail").str.contains(UNFINISHED),
        script=script_of(pl.col("tail")),
        alone=is_alone(pl.col("tail"), pl.col("length")),
        how=pl.lit(None, pl.String),
    )


def _spikes(ends: pl.DataFrame) -> dict[int, Mark]:
    import polars as pl

    counts = dict(ends.filter(pl.col("length") >= _SPIKE_LENGTH)["length"].value_counts().iter_rows())
    if not counts:
        return {}
    top = ends["length"].quantile(0.99) or 0
    marks: dict[int, Mark] = {}
    for length, count in sorted(counts.items()):
        near = sum(counts.get(length + step, 0) for step in range(-_AROUND, _AROUND + 1) if step)
        if count < max(_SPIKE, _SPIKE_SHARE * len(ends)) or near > count or length < _NEAR_MAXIMUM * top:
            continue
        cut = ends.filter(pl.col("length") == length, pl.col("unfinished"))
        if len(cut) < _MOSTLY * count:
            continue
        text = f"stops in the middle at {length} characters, as {count} answers do: a limit of their generator"
        for row in cut["row"].drop_nulls():
            marks.setdefault(row, Mark(text, None, length))
    return marks


def _cut_off(records: Records, ends: pl.DataFrame, spiked: set[int], total: int) -> Fact:
    """Answers that break off, where those of their script and size practically never do."""
    import polars as pl

    if not ends["unfinished"].any():
        return Fact("cut_off", {}, total)
    open_ended = pl.col("unfinished").filter(_is_long()).mean().over("script").fill_null(0) > _MOST_OPEN
    groups = ends.filter(~open_ended, pl.col("script") != "")
    open_tails = groups.select("how", "tail", pl.col("unfinished") & _is_long() & pl.col("tail").is_not_null())
    told = [breaks_off(tail) if is_open else how for how, tail, is_open in open_tails.iter_rows()]
    how = pl.Series(told, dtype=pl.String)
    groups = groups.with_columns(how=how).filter(~pl.col("unfinished") | pl.col("how").is_not_null())
    finishing = _finishing(groups)
    if not len(finishing):
        return not_applicable("cut_off", "the answers do not normally finish with the end of a sentence")
    own = groups.filter("unfinished", pl.col("row").is_not_null())
    suspects = own.join(finishing, on=["script", "alone"]).sort("index")
    marks: dict[int, Mark] = {}
    for row, turn, how, share, alone in suspects.select("row", "turn", "how", "share", "alone").iter_rows():
        wanted = alone and _WITHOUT_END.search(records.prompts[row])
        if row not in spiked and not wanted and not _goes_on(records, row, turn):
            where = turn_note(records, row, turn)
            finished = f"{min(1 - share, 0.999):.1%}"
            marks.setdefault(row, Mark(f"ends {how}{where}, while {finished} of such answers finish their sentence"))
    return Fact("cut_off", marks, total)


def _finishing(groups: pl.DataFrame) -> pl.DataFrame:
    """``script, alone, share`` (of unfinished answers) of each group whose answers finish.

    Where few answers are of one sentence, the habit of all answers in their script counts.
    """
    import polars as pl

    count, share = pl.len().alias("count"), pl.col("unfinished").mean().alias("share")
    whole = groups.group_by("script").agg(count, share)
    usual = groups.group_by("script", "alone").agg(count, share).join(whole, on="script", suffix="_of_all")
    few = pl.col("alone") & (pl.col("count") < _LEAST)
    judged = usual.with_columns(
        pl.when(few).then("count_of_all").otherwise("count").alias("count"),
        pl.when(few).then("share_of_all").otherwise("share").alias("share"),
    )
    enough = pl.when("alone").then(_USUAL_ALONE).when(pl.col("script") == "han").then(_USUAL_HAN).otherwise(_USUAL)
    finish = (pl.col("count") >= _LEAST) & (1 - pl.col("share") >= enough)
    all_but_one = (pl.col("count") >= _FEW) & (pl.col("share") * pl.col("count") < 1.5)
    return judged.filter(pl.col("script") != "", finish | all_but_one).select("script", "alone", "share")


def _is_long() -> pl.Expr:
    """Whether an answer is so long that it must be a sentence."""
    import polars as pl

    least = pl.when(pl.col("script") == "han").then(_LONG_HAN).otherwise(_LONG)
    return pl.col("length") >= pl.when("alone").then(least).otherwise(least // 3)


def is_alone(tail: pl.Expr, length: pl.Expr) -> pl.Expr:
    """Whether an answer is one sentence, or a part of one."""
    return (length < _TAIL) & ~tail.str.contains(_TWO)


def _goes_on(records: Records, row: int, turn: int) -> bool:
    """Whether a tool call, an image or another part follows what the answer says."""
    conversation = records.conversations[row]
    turns = conversation.turns if conversation is not None else ()
    if turn >= len(turns):
        return False
    following = turns[turn + 1].role if turn + 1 < len(turns) else ""
    return bool(turns[turn].calls) or following in {"call", "tool", "assistant"}
