"""The name that a misspelt one must be: a near miss, and no name that is only like another."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

_ALIKE = 0.9  # share of the characters that a misspelling of one of very many keeps
_FEW_ALIKE = 0.8  # the same where there are few, of which none is like another
_FEW = 10
_SHORTEST = 5  # characters: `dtype` and `debug` are not one another's misspelling, but shorter words often are
_SHORTEST_OF_FEW = 3
_SLIP = 2  # characters that it has more or fewer


def nearest(word: str, names: Iterable[str], written: Iterable[str] = ()) -> str | None:
    """The name that a misspelt word must be; None for one that is a name, or like none.

    Args:
        word: as it is written.
        names: those that there are.
        written: names that stand beside it already, which are not meant again.
    """
    known = frozenset(names)
    few = len(known) <= _FEW
    if word in known or len(word) < (_SHORTEST_OF_FEW if few else _SHORTEST):
        return None
    plain, there = word.strip().lower().replace("-", "_"), known - frozenset(written)
    if swapped := next((one for one in _swapped(plain) if one in there), None):
        return swapped
    near = difflib.get_close_matches(plain, sorted(there), n=1, cutoff=_FEW_ALIKE if few else _ALIKE)
    return near[0] if near and abs(len(near[0]) - len(word)) <= _SLIP else None


def _swapped(word: str) -> Iterator[str]:
    """The word with two neighbours in each other's place, which a measure of what is in common takes for two slips."""
    for at in range(len(word) - 1):
        yield f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
