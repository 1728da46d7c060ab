"""Answers that begin in one language and end in another one."""

from __future__ import annotations

import re
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from tunespec.identify import HEAD, SCRIPTS, by_words, confirmed, guessed, languages_of
from tunespec.languages import FUNCTION_WORDS, names_language, same_language

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

_LEAST = 120  # octets of an answer
_END, _LAST, _WIDE_END = 120, 60, 24  # characters at either end; the outermost ones; the same of a wide script
_OTHER_END = 200  # characters at the other end, where English shows itself
_WIDE = 1.6  # octets for each character: letters of another script than Latin
_COMMON = [f" {word} " for word in "the and with that are".split()]  # hardly an English sentence has none
_OTHERS = frozenset().union(*(words for language, words in FUNCTION_WORDS.items() if language != "en"))
_STRANGE = sorted(_OTHERS - FUNCTION_WORDS["en"])
_ENGLISH = rf"(?i)\b(?:in|every|{'|'.join(sorted(FUNCTION_WORDS['en'] - _OTHERS))})\b"
_MARKER = rf" (?:{'|'.join(word for word in _STRANGE if len(word) > 2)}) |[à-ž]"
_FOREIGN = rf"(?i)\b(?:{'|'.join(word for word in _STRANGE if len(word) > 1)})\b|[à-ž]"
_SOME = 2  # function words of either language, or letters that English has not
_LEAST_SAID, _MOST_SAID = 50, 300  # characters of the whole sentences at either end
_WIDE_SAID = 10
_SURE = 0.9  # the model's confidence where the words leave it open
_QUOTED = re.compile(r"[\"“”„«»「『:：]|(?m:^\s*>)")
_BREAK = re.compile(r"[.!?]\s+|[。！？]\s*|\n+")


class Pair(NamedTuple):
    """A prompt and its answer, each with its language."""

    row: int
    turn: int
    asked: str
    answered: str
    prompt: str
    answer: str
    is_short: bool = False  # the question is


class End(NamedTuple):
    """Whole sentences at one end of a text, and their language."""

    said: str
    language: str


def changed_language(spoken: pl.DataFrame) -> list[Pair]:
    """Answers whose last sentences are surely in another language than they begin in: the one they were asked in.

    Args:
        spoken: prompts and answers with their ``language``, in file order.
    """
    import polars as pl

    prose = pl.col("prose").str.strip_chars()
    answers = spoken.filter((pl.col("role") == "answer") & (pl.col("prose").str.len_bytes() >= _LEAST))
    texts = answers.select("row", "turn", text=prose)
    head, tail = pl.col("text").str.head, pl.col("text").str.tail
    changed = pl.concat([_foreign(texts, tail, head), _foreign(texts, head, tail)])
    pairs = []
    for row, turn, text in changed.unique(["row", "turn"]).sort("row", "turn").iter_rows():
        if (ends := _ends(text)) is not None:
            first, last = ends
            pairs.append(Pair(row, turn, first.language, last.language, text[:HEAD], text[-HEAD:]))
    return pairs


def _foreign(texts: pl.DataFrame, end: Callable[[int], pl.Expr], other: Callable[[int], pl.Expr]) -> pl.DataFrame:
    """The texts with one end in another language than English, and the other one in English.

    The cheapest look comes first, so that almost all texts are left after it.
    """
    import polars as pl

    wide, latin = end(_WIDE_END), end(_END)
    wide = wide.str.len_bytes() >= _WIDE * wide.str.len_chars()
    left = texts.with_columns(wide=wide).filter(pl.col("wide") | latin.str.contains(_MARKER))
    left = left.filter(pl.col("wide") | ~end(_LAST).str.contains_any(_COMMON))
    left = left.filter(pl.col("wide") | (latin.str.count_matches(_FOREIGN) >= _SOME))
    left = left.filter(other(_OTHER_END).str.count_matches(_ENGLISH) >= _SOME)
    return left.select("row", "turn", "text")


def _ends(text: str) -> tuple[End, End] | None:
    """Both ends of a text, if they are whole sentences in different languages, and the last ones no quotation."""
    breaks = [0, *(match.end() for match in _BREAK.finditer(text)), len(text)]
    parts = [text[start:stop] for start, stop in pairwise(breaks) if stop > start]
    last = _end(list(accumulate(reversed(parts), lambda end, part: part + end)))
    first = _end(list(accumulate(parts))) if last else None
    if first is None or last is None or same_language(first.language, last.language):
        return None
    if len(first.said) + len(last.said) > len(text) or _is_mentioned(text, first, last):
        return None
    return first, last


def _end(grown: list[str]) -> End | None:
    """The shortest of the passages, each longer than the one before, whose language is certain."""
    for said in grown:
        if len(said) > _MOST_SAID:
            break
        if language := certain_language(said.strip()):
            return End(said, language)
    return None


def certain_language(text: str) -> str | None:
    """The language of a text, None if its words and the model do not both tell it."""
    import polars as pl

    (language,) = languages_of(pl.Series([text])) if not text.isascii() else (None,)
    if language in SCRIPTS:
        return language if len(text) >= _WIDE_SAID else None
    if len(text) < _LEAST_SAID:
        return None
    if (language := by_words(text)) is not None:
        return language if confirmed(text, language) else None
    guess, confidence = guessed(text)
    own = len(FUNCTION_WORDS.get(guess, frozenset()).intersection(re.findall(r"\w+", text.lower())))
    return guess if confidence >= _SURE and own >= _SOME else None


def _is_mentioned(text: str, first: End, last: End) -> bool:
    """Whether the last sentences are quoted, a gloss, or spoken about."""
    before = text[: len(text) - len(last.said)].rstrip()
    return (
        text.endswith((")", "）"))
        or _QUOTED.search(last.said) is not None
        or _QUOTED.search(before[-1:]) is not None
        or names_language(text, last.language)
        or names_language(last.said, first.language)
    )
