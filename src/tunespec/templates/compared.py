"""Where two rendered conversations differ: segment by segment, down to the piece that only one side has."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from tunespec.templates.case import Case
from tunespec.templates.segments import Segmented
from tunespec.templates.side_by_side import Side

_TOKEN_BEGUN = re.compile(r"(?:<[^<>\s]{0,40}|\[[^\[\]\s]{0,20}|\w{1,40})\Z")
_TOKEN_LEFT = re.compile(r"[^<>\s]{0,40}>|[^\[\]\s]{0,20}\]|\w{1,40}")
_OPENING = "<["
_REACH = 48  # characters before a difference in which the token that it breaks may begin


@dataclass(frozen=True)
class Piece:
    """What differs of two segments: offsets in each text, whole tokens and words."""

    trained: tuple[int, int]
    asked: tuple[int, int]


class Cause(NamedTuple):
    """A kind of difference, a sentence, and the piece that shows it."""

    kind: str
    message: str
    piece: Piece


@dataclass(frozen=True)
class Pair:
    """The two renderings of one case, the trained one without its BOS."""

    trained: Side
    asked: Side
    case: Case

    @property
    def sides(self) -> tuple[tuple[str, Side, Side], ...]:
        """Each side with its name and the other one."""
        return ("the training side", self.trained, self.asked), ("the server's side", self.asked, self.trained)

    @property
    def segments(self) -> int:
        """How many segments both have, where they hold the same contents."""
        return len(self.trained.segmented.bounds)

    def texts(self, number: int) -> tuple[str, str]:
        """A segment on both sides."""
        return self.trained.segmented.segment(number), self.asked.segmented.segment(number)

    @cached_property
    def at(self) -> int:
        """The offset of the first difference."""
        return common_start(self.trained.text, self.asked.text)

    @property
    def first_difference(self) -> Piece:
        """The place of the first difference."""
        return Piece((self.at, self.at), (self.at, self.at))

    def differs(self, number: int) -> bool:
        """Whether a segment differs by more than whitespace."""
        return not same_words(*self.texts(number))

    def first_segment(self, differs: Callable[[int], bool]) -> int | None:
        """The first segment that differs; None too where the sides hold not the same contents."""
        if self.trained.segmented.labels != self.asked.segmented.labels:
            return None
        return next((number for number in range(self.segments) if differs(number)), None)

    def piece(self, number: int) -> Piece:
        """What differs in a segment."""
        here, there = self.trained.segmented.bounds[number], self.asked.segmented.bounds[number]
        trained, asked = differing(*self.texts(number))
        return Piece(_shifted(trained, here[0]), _shifted(asked, there[0]))

    def cut(self, piece: Piece) -> tuple[str, str]:
        """The texts of a piece."""
        return self.trained.text[slice(*piece.trained)], self.asked.text[slice(*piece.asked)]

    def quoted(self, piece: Piece) -> tuple[str, str]:
        """A piece on both sides, for a sentence."""
        return self.trained.quoted(*piece.trained), self.asked.quoted(*piece.asked)

    def where(self, number: int) -> str:
        """Between which messages a segment stands: `between user 1 and assistant 1`."""
        return where(self.trained.segmented, number)


def where(segmented: Segmented, number: int) -> str:
    """Between which messages a segment of a text stands."""
    before, after = segmented.labels[max(0, number - 1) : number], segmented.labels[number : number + 1]
    if before and after:
        return f"between {named(before[0])} and {named(after[0])}"
    return f"after {named(before[0])}" if before else f"before {named(after[0])}" if after else "in the text"


def named(label: str) -> str:
    """A content's label in a sentence."""
    if label == "system":
        return "the system message"
    return f"the {label}" if label.startswith("thinking") else label


def same_words(one: str, other: str) -> bool:
    """Whether two texts are equal apart from whitespace. Only what lies between their common ends is looked at."""
    start = common_start(one, other)
    one, other = one[start:], other[start:]
    same = common_start(one[::-1], other[::-1])
    return "".join(one[: len(one) - same].split()) == "".join(other[: len(other) - same].split())


def common_start(one: str, other: str) -> int:
    """How many characters two texts share at their start, by comparing ever smaller slices."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def differing(one: str, other: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Start and end in each text of what remains without the common start and end; whole tokens and words."""
    start = _token_start(one, other, common_start(one, other))
    same = common_start(one[start:][::-1], other[start:][::-1])
    ends = len(one) - same, len(other) - same
    if start in ends:
        start, *ends_ = _turned(one if ends[0] > start else other, start, ends)
        return (start, ends_[0]), (start, ends_[1])
    more = _token_end(one, other, start, ends)
    return (start, ends[0] + more), (start, ends[1] + more)


def _token_start(one: str, other: str, start: int) -> int:
    """The place, or the start of the token or word that it breaks on either side."""
    begun = _TOKEN_BEGUN.search(one[max(0, start - _REACH) : start])
    breaks = begun and any(_TOKEN_LEFT.match(text, start) for text in (one, other))
    return start - len(begun[0]) if begun and breaks else start


def _token_end(one: str, other: str, start: int, ends: tuple[int, int]) -> int:
    """How much of the common text behind the ends belongs to a token or word that they cut."""
    pieces = (text[max(start, end - _REACH) : end] for text, end in zip((one, other), ends, strict=True))
    rest = _TOKEN_LEFT.match(one, ends[0]) if any(map(_TOKEN_BEGUN.search, pieces)) else None
    return len(rest[0]) if rest else 0


def _turned(longer: str, start: int, ends: tuple[int, int]) -> tuple[int, int, int]:
    """What is inserted in one text may as well begin earlier: at a token, as a person would say it.

    In `<s>a<s>b` beside `<s>b`, the text in between is `a<s>` to a computer and `<s>a` to a person.
    """
    end = max(ends)
    shared = common_start(longer[max(0, start - _REACH) : start][::-1], longer[start:end][::-1])
    back = next((size for size in range(shared, 0, -1) if longer[start - size] in _OPENING), 0)
    return start - back, ends[0] - back, ends[1] - back


def _shifted(span: tuple[int, int], by: int) -> tuple[int, int]:
    return span[0] + by, span[1] + by
