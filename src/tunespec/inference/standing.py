"""Where in a conversation something stands, in words."""

from __future__ import annotations

from tunespec.inference.answered import Answered
from tunespec.inference.matching import holds

_PLACES = {
    "system": "the system message",
    "user": "an earlier turn",
    "assistant": "an earlier answer",
    "tool": "a tool's result",
}


def where(answered: Answered, text: str) -> str:
    """The part of the conversation that holds a text."""
    last = answered.messages[-1]
    for message in answered.messages:
        if holds(str(message["content"]), text):
            is_asked = message is last and message["role"] == "user"
            return "the prompt itself" if is_asked else _PLACES.get(str(message["role"]), "an earlier turn")
    return "the conversation"
