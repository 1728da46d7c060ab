"""Where the code of a notebook's cells stands in its file, found in one pass over it."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

_KEY = re.compile(r'"(?:source|input)"\s*:\s*(?=["[])')
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"')
_SOURCE = re.compile(rf"{_STRING.pattern}|\[\s*+(?:{_STRING.pattern}\s*+,?\s*+)*+\]")


def cell_lines(text: str, sources: Iterable[str | list[str]]) -> Iterator[list[int]]:
    """For each cell, the physical lines of its own: JSON is written with one text in a line, or all in one.

    Args:
        text: the notebook's file.
        sources: the cells' code in the order in which they stand, each as one text or as a list of texts.

    Returns:
        For each line of a cell's code, the line of the file, from 1; it is 1 where the cell is not found.
    """
    ends = [found.start() for found in re.finditer("\n", text)]
    places, next_ = _places(text), 0
    for source in sources:
        found = places.get(_told(source), []) if source else []
        at = bisect_left(found, next_)
        here = found[at] if at < len(found) else None
        items = [source] if isinstance(source, str) else source
        own = [] if here is None else [one.start() for one in islice(_STRING.finditer(text, here), len(items))]
        next_ = next_ if here is None else here + 1
        lines = [bisect_right(ends, one) + 1 for one in own] if len(own) == len(items) else [1] * len(items)
        yield list(_of_each(items, lines))


def _of_each(items: Sequence[str], physical: Sequence[int]) -> Iterator[int]:
    """The physical line of each line that begins in one of these texts, which follow one another."""
    begins = True
    for item, line in zip(map(plain_ends, items), physical, strict=True):
        yield from [line] * (bool(item and begins) + item[:-1].count("\n"))
        begins = item.endswith("\n") if item else begins


def plain_ends(text: str) -> str:
    """A text whose lines end as Python counts them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _places(text: str) -> dict[str | tuple[str, ...], list[int]]:
    """Where each text, or list of texts, stands under a key that a cell's code may have, in their order."""
    found: dict[str | tuple[str, ...], list[int]] = {}
    for key in _KEY.finditer(text):
        if (source := _SOURCE.match(text, key.end())) is not None:
            found.setdefault(_told(json.loads(source[0])), []).append(source.start())
    return found


def _told(source: str | list[str]) -> str | tuple[str, ...]:
    return source if isinstance(source, str) else tuple(source)
