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
_PLAYED_LEAST = 5  # in a story or a role, where people cry "I can do it!" three times
_WINDOW = 2_000  # characters at the end in which a loop is sought
_LONG_UNIT, _LONG_SENTENCE = 3, 5  # words from which three times cannot be chance
# Requests for text that repeats itself, by their words.
_WANTED = re.compile(
    r"\b(?:repeat\w*|repetiti\w+|times|twice|thrice|poems?|poetry|songs?|sing|lyrics?|vers(?:es?)?|stanzas?|chants?|"
    r"mantras?|chorus|refrains?|rap|rhym\w+|ballads?|hymns?|anthems?|shant(?:y|ies)|lullab\w+|jingles?|carols?|"
    r"villanelles?|ghazals?|sonnets?|odes?|limericks?|haikus?|litan(?:y|ies)|liturgy|prayers?|affirmations?|"
    r"incantations?|spells?|anaphora|slogans?|cheers?|drills?|echo(?:es)?|parrot|loops?|placeholders?|lorem|dummy|"
    r"(?:test|sample|mock|dummy|fake|seed) (?:data|records|rows|text|input|cases?)|fixtures?|logs?|copies|"
    r"wiederhol\w*|gedichte?s?|lied(?:er|text)?|strophen?|reime?n?|mal|rép[èé]t\w+|fois|po[èe]mes?|chansons?|"
    r"repit\w+|repet\w+|veces|vezes|poemas?|canci[oó]n\w*|can[cç][aã]o|ripet\w+|volte|poesi\w+|canzon\w+)\b"
    r"|重复|重複|遍|诗|詩|歌|口号|咒语|绕口令|번 반복|반복|노래|繰り返",
    re.IGNORECASE,
)
_PLAYED = re.compile(
    r"\b(?:stor(?:y|ies)|tales?|role.?play\w*|pretend|act as|dialogues?|monologues?|speech(?:es)?|scripts?|scenes?|"
    r"sounds?|noises?)\b|故事|扮演|对话",
    re.IGNORECASE,
)
_WIDE = "぀-ヿ㐀-鿿豈-﫿가-힯"
_WORD = re.compile(rf"[{_WIDE}]{{1,2}}|[^\W\d_{_WIDE}]+|\d+")  # two wide characters make about one word
_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?。！？]+[\"'”’)*]*|(?=\n)|\Z)")
_ITEM = re.compile(r"[ \t]*(?:[-*+•|>#]|\(?\w{1,3}[.)、:：])")
_SMALL_WORDS = frozenset(
    "the a an and or of to in is that it for on with as at by this i be are was der die das und le la de et el y los".split()
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

    prose = pl.col("prose").str.strip_chars()
    ends = ["! ", "? ", "。", "！", "？", "\n"]
    sentences = prose.str.replace_many(ends, [". "] * len(ends)).str.strip_chars(". !?").str.split(". ")
    equal = sentences.list.len() - sentences.list.n_unique() >= LEAST - 1
    ending = prose.str.count_matches(prose.str.tail(12), literal=True) >= LEAST - 1
    told = answers.filter(~pl.col("type").cast(pl.String).is_in(["code", "json", "table"])).filter(equal | ending)
    long = answers.filter(pl.col("size") > 2 * RUN)
    stuck = long.filter(pl.col("text").str.contains_any([sign * 24 for sign in ascii_letters + digits]))
    return pl.concat([told, stuck]).unique(["row", "turn"], maintain_order=True)


def repetition(text: str, prompt: str) -> tuple[str, int, int] | None:
    """``(what is said again, how often, how often at most)`` of an answer, or None if nothing is, or if it was asked.

    Args:
        text: an answer.
        prompt: the record's prompts.
    """
    if _WANTED.search(prompt):
        return None
    if (stuck := _STUCK.search(text)) is not None:
        return "repeats one character without end:", len(stuck.group()), RUN
    prose = outside_blocks(text, blocks(text)) if "``" in text or "~~~" in text else text
    least = _PLAYED_LEAST if _PLAYED.search(prompt) else LEAST
    if (times := loop(prose)) >= least:
        return "ends in a loop: the same words", times, least - 1
    sentences = list(_sentences(prose))
    for (text, line, _), run in groupby(sentences, key=lambda s: s):
        times = len(list(run))
        words = len(_WORD.findall(text))
        if times >= least and words >= (_LONG_SENTENCE if line else _LONG_UNIT) and not text.endswith("?"):
            return "says one sentence again and again:", times, least - 1
    counts = Counter(one.text for one in sentences if not one.line and not one.item)
    for text, times in counts.most_common(1):
        if times >= least and len(_WORD.findall(text)) > _LONG_SENTENCE and text[-1] in ".!。！":
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
    if len(words) >= _LONG_UNIT or set(words) <= _SMALL_WORDS:
        return LEAST
    return _PLAYED_LEAST if " " in unit or len(unit) > 2 else _WINDOW


def _sentences(text: str) -> Iterator[Sentence]:
    for row in text.split("\n"):
        found = [" ".join(match.group().casefold().split()) for match in _SENTENCE.finditer(row)]
        item = _ITEM.match(row) is not None
        kept = [one for one in found if one and not _TITLE.search(one)]
        for one in kept:
            yield Sentence(one, len(kept) == 1, item)
