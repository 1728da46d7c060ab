"""A sentence said three times, or a text that ends in a loop."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from string import ascii_letters, digits
from typing import TYPE_CHECKING, NamedTuple

from tunespec.fences import blocks, outside_blocks

if TYPE_CHECKING:
    import polars as pl

RUN = 500  # times that one letter or digit stands in a row; hexadecimal dumps have less
LEAST = 3  # times that a sentence stands in one answer; twice is a device of style
_PLAYED_LEAST = 4  # in a story or a poem, where people cry "I can do it!" three times
_WORD_LEAST = 5  # of one or two words: "no, no, no!"
_WINDOW = 2_000  # characters at the end in which a loop is sought
_LONG_UNIT, _LONG_SENTENCE, _UNMISTAKABLE = 3, 5, 8  # words from which three times cannot be chance
# Requests for text that repeats itself, by their words.
_WANTED = re.compile(
    r"\b(?:repeat (?:the|this|that|it|after|back|these|those|every|my|following|each|a|an|word|[\"'“‘\d])|"
    r"(?:say|write|print|type|recite|copy|sing|chant|put|echo|state|output)\b[^.?!\n]{0,200}\b(?:times|twice)\b|"
    r"times in a row|over and over|again and again|songs?|sing|lyrics?|chants?|mantras?|chorus|"
    r"refrains?|rap|jingles?|carols?|"
    r"anthems?|shant(?:y|ies)|lullab\w+|hymns?|litan(?:y|ies)|liturgy|affirmations?|incantations?|anaphora|villanelles?|"
    r"ghazals?|parrot|placeholder text|lorem|(?:test|sample|mock|dummy|fake|seed) (?:data|"
    r"records|rows|text|input|cases?)|"
    r"wiederhole\w*|lied(?:er|text)|refrain|rép[èé]te[rz]?|chansons?|repite|repita|canci[oó]n\w*|can[cç][aã]o|ripeti|"
    r"canzon\w+)\b|重复|重複|遍|歌|口号|咒语|绕口令|반복|노래|繰り返",
    re.IGNORECASE,
)
_PLAYED = re.compile(
    r"\b(?:poems?|poetry|vers(?:es?)?|stanzas?|rhym\w+|ballads?|sonnets?|odes?|limericks?|haikus?|prayers?|spells?|gedicht\w*|"
    r"po[èe]mes?|poemas?|poesi\w+|stor(?:y|ies)|tales?|role.?play\w*|pretend|act as|dialogues?|"
    r"monologues?|speech(?:es)?|"
    r"scenes?)\b|诗|詩|故事|扮演|对话",
    re.IGNORECASE,
)
_WIDE = "぀-ヿ㐀-鿿豈-﫿가-힯"
_WORD = re.compile(rf"[{_WIDE}]{{1,2}}|[^\W\d_{_WIDE}]+|\d+")  # two wide characters make about one word
_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?。！？]+[\"'”’)*]*|(?=\n)|\Z)")
_ITEM = re.compile(r"[ \t]*(?:[-*+•|>#]|\(?\w{1,3}[.)、:：])")
_ENDS = ["! ", "? ", "。", "！", "？", "\n"]  # of sentences, besides a full stop
_SMALL_WORDS = frozenset(
    "the a an and or of to in is that it for on with as at by this i be are was der die das und "
    "le la de et el y los".split()
)


_STUCK = re.compile(rf"([A-Za-z0-9])\1{{{RUN},}}")
_TITLE = re.compile(r"\b(?:mrs?|ms|dr|prof|st|vs|etc|e\.g|i\.e|no|fig|approx)\.$")  # its full stop ends no sentence


class Sentence(NamedTuple):
    """A sentence, folded; whether it is a line of its own, and whether it belongs to a list item."""

    text: str
    line: bool
    item: bool


def repeating(answers: pl.DataFrame) -> pl.DataFrame:
    """The answers that may repeat themselves: the ending occurs three times, or some sentences are equal.

    Almost all answers end here, after two passes over the column.
    """
    import polars as pl

    data = pl.col("type").cast(pl.String).is_in(["code", "json", "table"])
    written = answers.filter(~data | pl.col("text").str.contains("```", literal=True))
    prose = pl.col("prose")
    ending = prose.str.count_matches(prose.str.tail(12), literal=True) >= LEAST - 1
    several = written["prose"].str.contains_any(_ENDS)
    long = answers.filter(pl.col("size") > 2 * RUN)
    found = [
        written.filter(~several).filter(_has_equal(prose) | ending),
        written.filter(several).filter(_has_equal(prose.str.replace_many(_ENDS, [". "] * len(_ENDS))) | ending),
        long.filter(pl.col("text").str.contains_any([sign * 24 for sign in ascii_letters + digits])),
    ]
    return pl.concat(found).unique(["row", "turn"]).sort("row", "turn")


def _has_equal(prose: pl.Expr) -> pl.Expr:
    """Whether as many sentences are equal as one that stands three times makes."""
    sentences = prose.str.strip_chars(". !?").str.split(". ")
    return sentences.list.len() - sentences.list.n_unique() >= LEAST - 1


def repetition(text: str, prompt: str, told: str) -> tuple[str, int, int] | None:
    """``(what is said again, how often, how often at most)`` of an answer, or None if nothing is, or if it was asked.

    Args:
        text: an answer.
        prompt: what it replies to.
        told: all prompts of the record.
    """
    if _WANTED.search(told):
        return None
    if (stuck := _STUCK.search(text)) is not None:
        return "repeats one character without end:", len(stuck.group()), RUN
    prose = outside_blocks(text, blocks(text)) if "``" in text or "~~~" in text else text
    least = _PLAYED_LEAST if _PLAYED.search(prompt) else LEAST
    ended = prose.rstrip().endswith((".", "!", "?", "。", "！", "？", '"', "”"))
    if (times := loop(prose)) >= (least if ended else LEAST):
        return "ends in a loop: the same words", times, least - 1
    sentences = list(_sentences(prose))
    for one, run in groupby(sentences):
        times = len(list(run))
        words = len(_WORD.findall(one.text))
        enough = times >= (LEAST if words >= _UNMISTAKABLE else least)
        if enough and words >= (_LONG_SENTENCE if one.line else _LONG_UNIT) and not one.text.endswith("?"):
            return "says one sentence again and again:", times, least - 1
    counts = Counter(one.text for one in sentences if not one.line and not one.item)
    for said, times in counts.most_common(1):
        if times >= least and len(_WORD.findall(said)) > _LONG_SENTENCE and said[-1] in ".!。！":
            return "says one sentence again and again:", times, least - 1
    return None


def loop(text: str) -> int:
    """How many times in a row the last words of a text are the same; 0 if they are no loop."""
    tail = re.sub(r"[^\S\n]+", " ", text[-_WINDOW:].casefold()).strip()
    for period in range(2, len(tail) // LEAST + 1):
        run = 0
        while run + period < len(tail) and tail[-1 - run] == tail[-1 - run - period]:
            run += 1
        times = run // period + 1
        if times >= LEAST and times >= _needed(tail[-period:]):
            return times
    return 0


def _needed(unit: str) -> int:
    """How often a unit must stand at the end to be a loop: words in lines, single words and signs repeat by right."""
    words = _WORD.findall(unit)
    letters = sum(map(str.isalpha, unit))
    if letters < 2 or letters < 0.6 * len("".join(unit.split())):
        return _WINDOW
    if "\n" in unit:
        return LEAST if len(words) >= _LONG_SENTENCE and re.search(r"[.!。！]\s*$|[.!。！]\s*\n", unit) else _WINDOW
    wide = len(words) > 1 and re.search("[。！]", unit) is not None  # a sentence, however few its characters
    if len(words) >= _LONG_UNIT or wide or set(words) <= _SMALL_WORDS:
        return LEAST
    return _WORD_LEAST if " " in unit or len(unit) > 2 else _WINDOW


def _sentences(text: str) -> Iterator[Sentence]:
    for row in text.split("\n"):
        found = [" ".join(match.group().casefold().split()) for match in _SENTENCE.finditer(row)]
        item = _ITEM.match(row) is not None
        kept = [one for one in found if one and not _TITLE.search(one)]
        for one in kept:
            yield Sentence(one, len(kept) == 1, item)
