"""Answers that begin in one language and end in another one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tunespec.answer_types import WIDE
from tunespec.identify import HEAD, SCRIPTS, confirmed, languages_of
from tunespec.languages import names_language, same_language

if TYPE_CHECKING:
    import polars as pl

_LEAST, _END = 160, 140  # octets of an answer, and characters of either end: less cannot be told with certainty
_WIDE_END, _WIDE_LEAST = 30, 20  # the same of Chinese, Japanese and Korean; most of them must be such
_LEAST_SAID = 60  # characters of the whole sentences at the end
_ENGLISH = r"(?i)\b(?:the|and|of|is|to|with|for|are|you|that|from|this)\b"
_COMMON = [f" {word} " for word in "the and of is to with for are you that from this".split()]
_MANY, _FEW = 4, 0  # such words in one end and in the other: cheap, and true of nearly all changes from or to English
_QUOTED = re.compile(r"[\"“”„«»「『:：]|(?m:^\s*>)")
_START = re.compile(r"[.!?]\s+|\n+")


class Pair(NamedTuple):
    """A prompt and its answer, each with its language."""

    row: int
    turn: int
    asked: str
    answered: str
    prompt: str
    answer: str
    is_short: bool = False  # the question is


def changed_language(spoken: pl.DataFrame) -> list[Pair]:
    """Answers whose last sentences are surely in another language than they begin in: the one they were asked in.

    Args:
        spoken: prompts and answers with their ``language``, in file order.
    """
    import polars as pl

    prose = pl.col("prose").str.strip_chars()
    answers = spoken.filter((pl.col("role") == "answer") & (pl.col("prose").str.len_bytes() >= _LEAST))
    ends = answers.select("row", "turn", text=prose, head=prose.str.head(_END), tail=prose.str.tail(_END))
    text, short = pl.col("text"), pl.col("text").str.tail(_WIDE_END)
    foreign = ends.filter(text.str.len_bytes() > text.str.len_chars())
    wide = foreign.filter(short.str.count_matches(WIDE) >= _WIDE_LEAST).with_columns(tail=short)
    ends = pl.concat([ends.join(wide, on=["row", "turn"], how="anti"), wide]) if len(wide) else ends
    first, last = (pl.col(name).str.contains_any(_COMMON) for name in ("head", "tail"))
    ends = ends.filter(first != last)
    first, last = (pl.col(name).str.count_matches(_ENGLISH) for name in ("head", "tail"))
    ends = ends.filter(((first >= _MANY) & (last <= _FEW)) | ((first <= _FEW) & (last >= _MANY))).sort("row", "turn")
    if ends.is_empty():
        return []
    pairs = []
    languages = zip(languages_of(ends["head"]), languages_of(ends["tail"]), strict=True)
    parts = ends.select("row", "turn", "text", "tail").iter_rows()
    for (row, turn, text, tail), (begun, ended) in zip(parts, languages, strict=True):
        if begun and ended and not same_language(begun, ended) and _is_sure(text, begun, tail, ended):
            pairs.append(Pair(row, turn, begun, ended, text[:HEAD], text[-HEAD:]))
    return pairs


def _is_sure(text: str, begun: str, end: str, ended: str) -> bool:
    """Whether both ends are whole sentences in their languages, and the last ones no quotation."""
    start = _START.search(end)
    said = end[start.end() :] if start else end
    last = end if ended in SCRIPTS or len(said) < _LEAST_SAID else said
    before = text[: len(text) - len(last)]
    if (
        text.endswith((")", "）"))  # a gloss
        or _QUOTED.search(last)
        or _QUOTED.search(before[-2:])
        or names_language(text, ended)
        or names_language(last, begun)
    ):
        return False
    return confirmed(text[:_END], begun) and confirmed(last, ended)
