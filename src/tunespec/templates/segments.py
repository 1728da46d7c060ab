"""A rendered conversation, cut at the contents of its messages: what is left is what the template wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from tunespec.templates.case import Case, Part

_TRIES = 100  # occurrences looked at for one that stands free, as a content does
_LOST = 50  # contents that are sought in vain before the rest is given up
_LEAST = 4  # characters; a shorter content stands by chance in any text


class Place(NamedTuple):
    """Where a part stands in a rendered text."""

    label: str
    role: str
    start: int
    end: int


@dataclass(frozen=True)
class Segmented:
    """A rendered text with the places of the contents in it, in the order of the text."""

    text: str
    places: tuple[Place, ...] = field(default=())

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The contents that it holds, in its order."""
        return tuple(place.label for place in self.places)

    @cached_property
    def bounds(self) -> tuple[tuple[int, int], ...]:
        """Start and end of each segment: one before the first content, one behind each."""
        edges = [0, *(edge for place in self.places for edge in (place.start, place.end)), len(self.text)]
        return tuple((start, end) for start, end in zip(edges[::2], edges[1::2], strict=True))

    @cached_property
    def template_text(self) -> str:
        """All segments, joined."""
        return "\0".join(self.text[start:end] for start, end in self.bounds)

    def segment(self, number: int) -> str:
        """The text of one segment."""
        start, end = self.bounds[number]
        return self.text[start:end]


def segmented(text: str, case: Case) -> Segmented:
    """The text cut at the contents of the case's messages, found in their order.

    A system message may stand anywhere, since some templates move it to the last question. Every other content is
    sought behind the one before, as it is or trimmed.
    """
    free, any_ = (_located(text, case, free=free) for free in (True, False))
    return Segmented(text, free if len(free) >= len(any_) else any_)


def copies(text: str, parts: Sequence[Part], start: int, end: int) -> Iterator[Place]:
    """Every place at which a content of some length reaches into a piece of the text, also a second time."""
    for part in parts:
        sought = part.text.strip()
        size = len(sought) if len(sought) >= _LEAST else 0
        at = text.find(sought, max(0, start - size + 1), end + size - 1) if size else -1
        while at >= 0:
            yield Place(part.label, part.role, at, at + size)
            at = text.find(sought, at + size, end + size - 1)


def _located(text: str, case: Case, *, free: bool) -> tuple[Place, ...]:
    leading = case.leading_system
    others = case.parts[1:] if leading else case.parts
    first = None
    if leading and not any(leading.text in part.text for part in others):
        first = _find(text, leading, 0, free=free)
    places = list(_in_order(text, others, first, free=free))
    if leading and not first:
        taken = [(place.start, place.end) for place in places]
        gaps = zip((0, *(end for _, end in taken)), (*(start for start, _ in taken), len(text)), strict=True)
        found = (_find(text[:stop], leading, start, free=free) for start, stop in gaps if start < stop)
        first = next((place for place in found if place), None)
    return tuple(sorted([*places, *([first] if first else [])], key=lambda place: place.start))


def _in_order(text: str, parts: Sequence[Part], taken: Place | None, *, free: bool) -> Iterator[Place]:
    position = lost = 0
    for part in parts:
        place = _find(text, part, position, free=free)
        if place and taken and place.start < taken.end and taken.start < place.end:
            place = _find(text, part, taken.end, free=free)
        if place:
            position = place.end
            yield place
        elif (lost := lost + 1) == _LOST:
            return


def _find(text: str, part: Part, position: int, *, free: bool) -> Place | None:
    for sought in dict.fromkeys((part.text, part.text.strip())):
        at = _free(text, sought, position) if free else text.find(sought, position)
        if at >= 0:
            return Place(part.label, part.role, at, at + len(sought))
    return None


def _free(text: str, sought: str, position: int) -> int:
    """The first occurrence that is no piece of a word: `a` in `<|im_start|>user⏎a` is no letter of `start`."""
    first = at = text.find(sought, position)
    for _ in range(_TRIES):
        if at < 0:
            return first
        around = text[at - 1 : at] + sought[0], sought[-1] + text[at + len(sought) : at + len(sought) + 1]
        if not any(len(pair) == 2 and pair.isalnum() for pair in around):
            return at
        at = text.find(sought, at + 1)
    return first
