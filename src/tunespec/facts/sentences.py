"""The sentences of a text, and those that return: one again and again, or a passage a second time."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

LEAST = 3  # times that a sentence stands in one answer; twice is a device of style
LONG_SENTENCE, UNMISTAKABLE = 5, 8  # words from which three times cannot be chance, in a row and anywhere
_LONG_UNIT = 3  # the same in a row within a line
_SHORT_SHARE = 0.4  # of the sentences, from which a short one says nothing new
_PASSAGE = 20  # words; a definition or a question may be quoted again, a passage of two lines is a copy
_WIDE = "぀-ヿ㐀-鿿豈-﫿가-힯"
_WORD = re.compile(rf"[{_WIDE}]{{1,2}}|[^\W\d_{_WIDE}]+|\d+")  # two wide characters make about one word
_SENTENCE = re.compile(r"(?:[^.!?。！？\n]|(?<=\d)\.(?=\d))+(?:[.!?。！？]+[\"'”’)*]*|(?=\n)|\Z)")
_ITEM = re.compile(r"[ \t]*(?:[-*+•|>#]|\(?\w{1,3}[.)、:：])")
_TITLE = re.compile(r"\b(?:mrs?|ms|dr|prof|st|vs|etc|e\.g|i\.e|no|fig|approx)\.$")  # its full stop ends no sentence
_STOPS = tuple(".!。！")


class Sentence(NamedTuple):
    """A sentence, folded; whether it is a line of its own, and whether it belongs to a list item."""

    text: str
    line: bool
    item: bool


def words_of(text: str) -> list[str]:
    """The words of a text; two wide characters make one."""
    return _WORD.findall(text)


def sentences_of(text: str) -> Iterator[Sentence]:
    """Every sentence, in order."""
    for row in text.split("\n"):
        found = [_folded(match.group()) for match in _SENTENCE.finditer(row)]
        item = _ITEM.match(row) is not None
        kept = [one for one in found if one and not _TITLE.search(one)]
        for one in kept:
            yield Sentence(one, len(kept) == 1, item)


def said_again(sentences: Sequence[Sentence], least: int) -> int:
    """How many times the sentence stands that an answer says again and again; 0 if there is none.

    Args:
        sentences: the answer's.
        least: how often a sentence must stand: more often in a poem or a story.
    """
    for one, run in groupby(sentences):
        times, words = len(list(run)), len(words_of(one.text))
        enough = times >= (LEAST if words >= UNMISTAKABLE else least)
        if enough and words >= (LONG_SENTENCE if one.line else _LONG_UNIT) and not one.text.endswith("?"):
            return times
    counts = Counter(one for one in sentences if not one.item and one.text.endswith(_STOPS))
    for one, times in counts.most_common(2):
        words = len(words_of(one.text))
        long = words >= (UNMISTAKABLE if one.line else LONG_SENTENCE + 1)
        short = words > _LONG_UNIT or (words == _LONG_UNIT and times > LEAST)
        often = short and times >= _SHORT_SHARE * len(sentences) and not one.line and least == LEAST
        if times >= least and (long or often):
            return times
    return 0


def said_twice(sentences: Sequence[Sentence], told: str) -> int:
    """How many words the passage has that an answer says a second time; 0 if there is none.

    Args:
        sentences: the answer's.
        told: all prompts of the record: what stands there may be quoted before and after it is worked on.
    """
    places: dict[str, list[int]] = defaultdict(list)
    asked: str | None = None
    for second, one in enumerate(sentences):
        for first in places[one.text][-2:]:
            if (words := _same_words(sentences, first, second)) >= _PASSAGE:
                asked = _folded(told) if asked is None else asked
                if one.text not in asked:
                    return words
        places[one.text].append(second)
    return 0


def _same_words(sentences: Sequence[Sentence], first: int, second: int) -> int:
    """How many words two passages share from their beginnings on, in whole sentences that are no list items."""
    words = 0
    for ours, theirs in zip(sentences[first:second], sentences[second:], strict=False):
        if ours.text != theirs.text or ours.item:
            break
        if ours.text.endswith(_STOPS):
            words += len(words_of(ours.text))
    return words


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
