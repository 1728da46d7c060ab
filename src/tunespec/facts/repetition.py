"""A sentence said three times, a passage said twice, words that loop at a text's end or in its middle."""

from __future__ import annotations

import re
from string import ascii_letters, digits
from typing import TYPE_CHECKING

from tunespec.facts.sentences import LEAST, LONG_SENTENCE, Sentence, said_again, said_twice, sentences_of, words_of
from tunespec.fences import blocks, outside_blocks

if TYPE_CHECKING:
    import polars as pl

RUN = 500  # times that one letter or digit stands in a row; hexadecimal dumps have less
_PLAYED_LEAST = 4  # in a story or a poem, where people cry "I can do it!" three times
_WORD_LEAST = 5  # of one or two words: "no, no, no!"
_WINDOW = 2_000  # characters at the end in which a loop is sought
_LONG_UNIT = 3  # words from which three times at the end cannot be chance
_MIDDLE_LEAST = 4  # times that words stand in a row in the middle of a text
# What repeats itself by nature; the prompt must ask for it, not merely speak of it.
_FORMS = (
    r"songs?|lyrics?|chants?|mantras?|chorus|refrains?|rap|jingles?|carols?|anthems?|shant(?:y|ies)|lullab\w+|hymns?|"
    r"litan(?:y|ies)|liturgy|affirmations?|incantations?|anaphora|villanelles?|ghazals?|placeholder text|lorem|"
    r"(?:test|sample|mock|dummy|fake|seed) (?:data|records|rows|text|input|cases?)"
)
# Requests for text that repeats itself, by their words.
_WANTED = re.compile(
    r"\b(?:repeat (?:the|this|that|it|after|back|these|those|every|my|following|each|a|an|word|[\"'“‘\d])|"
    r"(?:say|write|print|type|recite|copy|sing|chant|put|echo|state|output)\b[^.?!\n]{0,200}\b(?:times|twice)\b|"
    r"times in a row|over and over|again and again|sing|parrot|"
    rf"(?:writ|compos|creat|mak|giv|generat|draft|recit|continu|finish|complet|invent|produc|provid|com|need|want|like|"
    rf"can|could|let)\w*\b[^.?!\n]{{0,120}}\b(?:{_FORMS})|"
    r"wiederhole\w*|lied(?:er|text)|refrain|rép[èé]te[rz]?|chansons?|repite|repita|canci[oó]n\w*|can[cç][aã]o|ripeti|"
    r"canzon\w+)\b|重复|重複|遍|歌|口号|咒语|绕口令|반복|노래|繰り返|"
    rf"^\W*(?:\w+ ){{0,3}}(?:{_FORMS})\b",
    re.IGNORECASE | re.MULTILINE,
)
_PLAYED = re.compile(
    r"\b(?:poems?|poetry|vers(?:es?)?|stanzas?|rhym\w+|ballads?|sonnets?|odes?|limericks?|haikus?|prayers?|spells?|gedicht\w*|"
    r"po[èe]mes?|poemas?|poesi\w+|stor(?:y|ies)|tales?|role.?play\w*|pretend|act as|dialogues?|"
    r"monologues?|speech(?:es)?|"
    r"scenes?)\b|诗|詩|故事|扮演|对话",
    re.IGNORECASE,
)
# What has set phrases, so that two of a kind share a passage.
_SET_PHRASES = re.compile(
    r"\b(?:e-?mails?|letters?|messages?|templates?|versions?|variants?|variations?|contracts?|reviews?)\b|邮件|信|模板|版本",
    re.IGNORECASE,
)
_ENDS = r"[!?] |[。！？]|[.!?]?\n+"  # of sentences, besides a full stop
_SMALL_WORDS = frozenset(
    "the a an and or of to in is that it for on with as at by this i be are was der die das und "
    "le la de et el y los".split()
)


_STUCK = re.compile(rf"([A-Za-z0-9])\1{{{RUN},}}")
_SMALL_RUNS = "|".join(f" {word} {word} {word} " for word in sorted(_SMALL_WORDS))  # the the the
_JOINTS = (", ", " and ")  # between words that loop
_IN_A_ROW = re.compile(
    r"(?<!\w)((?:\w{1,40}[^\w.!?\n]{1,3}){1,8}?)\1{3,}"
)  # blanks and words alternate in one way only


def repeating(answers: pl.DataFrame) -> pl.DataFrame:
    """The answers that may repeat themselves: the ending occurs three times, or some sentences are equal.

    Almost all answers end here, after two passes over the column.
    """
    import polars as pl

    data = pl.col("type").cast(pl.String).is_in(["code", "json", "table"])
    written = answers.filter(~data | pl.col("text").str.contains("```", literal=True))
    prose = pl.col("prose")
    several = written["prose"].str.contains(_ENDS)
    told, cried = written.filter(~several), written.filter(several)
    joined = [written.filter(prose.str.contains(f"(?s){joint}.*{joint}.*{joint}")) for joint in _JOINTS]
    long = answers.filter(pl.col("size") > 2 * RUN)
    found = [
        told.filter(_equal(prose, ". ") > 0),
        cried.filter(_equal(prose.str.replace_all(_ENDS, ". "), ". ") > 0),
        *(some.filter(_equal(prose, joint) >= LEAST) for some, joint in zip(joined, _JOINTS, strict=True)),
        written.filter(prose.str.contains(_SMALL_RUNS)),
        # The last sentence has no blank behind it: its end tells whether it was said before.
        written.filter(prose.str.count_matches(prose.str.tail(12), literal=True) > 1),
        long.filter(pl.col("text").str.contains_any([sign * 24 for sign in ascii_letters + digits])),
    ]
    return pl.concat(found).unique(["row", "turn"]).sort("row", "turn")


def _equal(text: pl.Expr, separator: str) -> pl.Expr:
    """How many parts of a text are equal to an earlier one."""
    parts = text.str.split(separator)
    return parts.list.len() - parts.list.n_unique()


def repetition(text: str, prompt: str, told: str) -> tuple[str, int, int] | None:
    """``(what is said again, how often, how often at most)`` of an answer, or None if nothing is, or if it was asked.

    Args:
        text: an answer.
        prompt: what it replies to.
        told: all prompts of the record.
    """
    if repetition_is_wanted(told):
        return None
    if (stuck := _STUCK.search(text)) is not None:
        return "repeats one character without end:", len(stuck.group()), RUN
    prose = outside_blocks(text, blocks(text)) if "``" in text or "~~~" in text else text
    played = _PLAYED.search(prompt) is not None
    least = _PLAYED_LEAST if played else LEAST
    ended = prose.rstrip().endswith((".", "!", "?", "。", "！", "？", '"', "”"))
    if (times := loop(prose)) >= (least if ended else LEAST):
        return "ends in a loop: the same words", times, least - 1
    sentences = list(sentences_of(prose))
    if times := said_again(sentences, least):
        return "says one sentence again and again:", times, least - 1
    return None if played else _returning(prose, sentences, told)


def repetition_is_wanted(told: str) -> bool:
    """Whether a prompt asks for text that repeats itself."""
    return _WANTED.search(told) is not None


def _returning(prose: str, sentences: list[Sentence], told: str) -> tuple[str, int, int] | None:
    """What verses and stories do by right: words in a loop within a text, a passage that stands there twice."""
    if times := _looped(prose):
        return "loops in the middle: the same words", times, _MIDDLE_LEAST - 1
    if not _SET_PHRASES.search(told) and (words := said_twice(sentences, told)):
        return f"says a passage of {words} words", 2, 1
    return None


def _looped(text: str) -> int:
    """How many times in a row some words stand anywhere in a text; 0 if they are no loop."""
    for found in _IN_A_ROW.finditer(text):
        unit, times = found[1], len(found[0]) // len(found[1])
        words = [word.lower() for word in words_of(unit)]
        small = _SMALL_WORDS.intersection(words)
        if set(words) <= _SMALL_WORDS or (len(words) > _LONG_UNIT - 1 and (small or len(words) >= LONG_SENTENCE)):
            return times
    return 0


def loop(text: str) -> int:
    """How many times in a row the last words of a text are the same; 0 if they are no loop."""
    tail = _loop_text(text[-_WINDOW:])
    for period in range(2, len(tail) // LEAST + 1):
        run = 0
        while run + period < len(tail) and tail[-1 - run] == tail[-1 - run - period]:
            run += 1
        times = run // period + 1
        if times >= LEAST and times >= _needed(tail[-period:]):
            fills = run + period == len(tail) and len(text) > _WINDOW
            return _ending(text, tail[-period:]) if fills else times
    return 0


def _ending(text: str, unit: str) -> int:
    """How many times in a row a text ends with a unit, which fills the window at its end."""
    unit = unit[: (unit + unit).index(unit, 1)]  # the least that it consists of itself: `y`, not `y y`
    whole = f" {_loop_text(text)}"  # the first one has no blank before it
    at = len(whole)
    while whole.startswith(unit, at - len(unit), at):
        at -= len(unit)
    return (len(whole) - at) // len(unit)


def _loop_text(text: str) -> str:
    return re.sub(r"[^\S\n]+", " ", text.casefold()).strip()


def _needed(unit: str) -> int:
    """How often a unit must stand at the end to be a loop: words in lines, single words and signs repeat by right."""
    words = words_of(unit)
    letters = sum(map(str.isalpha, unit))
    if letters < 2 or letters < 0.6 * len("".join(unit.split())):
        return _WINDOW
    if "\n" in unit:
        return LEAST if len(words) >= LONG_SENTENCE and re.search(r"[.!。！]\s*$|[.!。！]\s*\n", unit) else _WINDOW
    wide = len(words) > 1 and re.search("[。！]", unit) is not None  # a sentence, however few its characters
    if len(words) >= _LONG_UNIT or wide or set(words) <= _SMALL_WORDS:
        return LEAST
    return _WORD_LEAST if " " in unit or len(unit) > 2 else _WINDOW
