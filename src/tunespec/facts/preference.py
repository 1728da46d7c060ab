"""Preference pairs: two different answers to one prompt."""

from __future__ import annotations

from tunespec.conversation import Conversation
from tunespec.text import squeeze


def preference(conversation: Conversation) -> str | None:
    """Says why a pair teaches no preference, or None."""
    chosen, rejected = conversation.turns, conversation.rejected or ()
    if not chosen or not rejected:
        return "has no answer on one side"
    if squeeze(chosen[-1].text) == squeeze(rejected[-1].text) and chosen[-1].calls == rejected[-1].calls:
        return "prefers an answer to itself: chosen equals rejected"
    ours, theirs = ([squeeze(turn.text) for turn in side if turn.role == "user"][:1] for side in (chosen, rejected))
    if ours != theirs:
        return "compares answers to two different prompts"
    return None
