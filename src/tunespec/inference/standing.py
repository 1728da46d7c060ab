"""Where in a conversation something stands, in words."""

from __future__ import annotations

from tunespec.inference.answered import Answered
from tunespec.inference.matching import holds

_PLACES = {"system": "the system message", "user": "an earlier turn", "assistant": "an earlier answer"}


def where(answered: Answered, text: str) -> str:
    """The part of the conversation that holds a text."""
    *earlier, last = answered.messages
    for message in earlier:
        if holds(str(message["content"]), text):
            return _PLACES.get(str(message["role"]), "an earlier turn")
    return "the prompt itself" if holds(str(last["content"]), text) else "the conversation"
