"""Requests without bounds: "tell me everything about", "write something", with neither length nor format nor scope."""

from __future__ import annotations

import re

from tunespec.facts.open_prompt_words import around, pattern

_MOST_WORDS = {"widest": 12, "wide": 5}  # of a subject; more of them narrow it
_LONGEST = 160  # characters of a prompt
_SELF = re.compile(r"(?:your|my)self|you|me|yours?.*", re.IGNORECASE)


def boundless(prompt: str) -> str | None:
    """What a prompt leaves open, as a sentence about the record; None if it sets bounds."""
    asked = prompt.strip().lstrip('¿¡"“').rstrip('"”')
    if len(asked) > _LONGEST or pattern("bounds").search(asked):
        return None
    for width, most in _MOST_WORDS.items():
        if (found := around("polite", width, "end").fullmatch(asked)) is None:
            continue
        about = next(filter(None, found.groups()), "").strip()
        if len(about.split()) > most or _SELF.fullmatch(about):
            continue
        if width == "wide" and pattern("scope").search(about):
            continue
        said = "asks for anything about a subject" if about else "asks for anything at all"
        return f"{said}, and names no length, no format and no scope"
    return None
