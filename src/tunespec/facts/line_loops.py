"""Lines that come round again and again until a limit ended the text."""

from __future__ import annotations

import re

from tunespec.facts.repetition import repetition_is_wanted

_MARK = re.compile(r"^\s*(?:[-*+•]|\(?\d{1,4}[.):])\s*")  # a list that loops counts on
_LETTERS = re.compile(r"[^\W\d_]{2}")
_LONGEST = 12  # lines of one round
_LEAST = 4  # rounds; three times is what a finished text may say by right
_LINES = 160  # from the end that are looked at


def line_loop(text: str, told: str) -> int:
    """How many times in a row the last lines of a text are the same; 0 if that is no loop, or was asked for.

    A finished text has refrains, tables and lists whose lines are equal by right, so this is asked only of one that a
    limit ended. Its last line may be cut, and is not counted.

    Args:
        text: an answer that a limit ended.
        told: all prompts before it.
    """
    lines = [_MARK.sub("", line).strip().casefold() for line in text.split("\n")[:-1]]
    lines = [line for line in lines if line][-_LINES:]
    for period in range(1, min(_LONGEST, len(lines) // _LEAST) + 1):
        unit = lines[-period:]
        times = 1
        while lines[-(times + 1) * period : -times * period] == unit:
            times += 1
        if times >= _LEAST and any(map(_LETTERS.search, unit)):
            return 0 if repetition_is_wanted(told) else times
    return 0
