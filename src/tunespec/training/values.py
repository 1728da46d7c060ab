"""Values as the frameworks' own readers take them: numbers written as texts, and switches written as words."""

from __future__ import annotations

import math
from typing import Any

_ON = frozenset("true yes on y 1".split())
_OFF = frozenset("false no off n 0 none null".split())
LEAST, MOST = 1e-12, 1e15  # what no run has is below or above, and would overflow what is computed from it


def number(value: Any) -> float | int | None:
    """A number, also one that is written as a text; None for anything else, and for what no run can have.

    That is NaN, infinity, and what is nearer to 0 or farther from it than any setting.
    """
    found = bound(value)
    return found if found == 0 or (found is not None and LEAST <= abs(found) <= MOST) else None


def bound(value: Any) -> float | int | None:
    """The same for what only limits something: there infinity means no limit, and so does a number beyond ``MOST``."""
    if isinstance(value, str):
        try:
            value = float(value.strip())
        except ValueError:
            return None
        value = int(value) if value.is_integer() and abs(value) < MOST else value
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124  NaN
        return None
    return value if abs(value) <= MOST else math.inf if value > 0 else -math.inf


def positive(value: Any) -> float | int | None:
    """A number above 0; None for others, by which frameworks mean `off`."""
    found = number(value)
    return found if found is not None and found > 0 else None


def switch(value: Any) -> bool | None:
    """True or false, also as a word; None for anything else, such as ``auto``."""
    if isinstance(value, str):
        word = value.strip().lower()
        return True if word in _ON else False if word in _OFF else None
    return value if isinstance(value, bool) else bool(value) if isinstance(value, int) else None


def word(value: Any) -> str | None:
    """A word in lower case; YAML 1.1's false is `no`, as in ``eval_strategy: no``."""
    if value is False:
        return "no"
    return value.strip().lower() if isinstance(value, str) and value.strip() else None


def text(value: Any) -> str | None:
    """A text that is not empty."""
    return value if isinstance(value, str) and value.strip() else None


def texts(value: Any) -> list[str]:
    """A list of texts, also one that is written with commas between."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
