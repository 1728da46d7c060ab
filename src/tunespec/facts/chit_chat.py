"""Greetings, thanks and other openings that ask for nothing, in several languages."""

from __future__ import annotations

import re
from functools import cache

from tunespec.facts.open_prompt_words import pattern

_GAP = r"[\s,.!?¡¿;~…:)(。，、！？～\-]*"
_LONGEST = 60  # characters: a greeting, a name, thanks
_BRIEF = 300  # characters of a reply that greets back and asks what is wanted


@cache
def _said() -> re.Pattern[str]:
    return re.compile(rf"{_GAP}(?:(?:{pattern('chit_chat').pattern}){_GAP})+", re.IGNORECASE)


def is_chit_chat(prompt: str) -> bool:
    """Whether a prompt only greets, thanks, or announces a question."""
    return len(prompt) <= _LONGEST and _said().fullmatch(prompt) is not None and any(c.isalpha() for c in prompt)


def replies_in_kind(answer: str) -> bool:
    """Whether an answer greets back or asks what is wanted: then the exchange is complete, and teaches no rambling."""
    asks = pattern("asks_back").search(answer) is not None
    return len(answer) <= _BRIEF and (asks or len(answer) <= _BRIEF // 5)
