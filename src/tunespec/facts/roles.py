"""Roles of chat records: known ones, in an order that chat templates can render."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from itertools import chain

from tunespec.conversation import ROLES, Conversation, Turn
from tunespec.facts.written_calls import writes_call
from tunespec.passages import turn_note_of
from tunespec.text import shorten

# after this role (None: at the start) -> what may follow
_FOLLOWS: dict[str | None, frozenset[str]] = {
    None: frozenset({"user"}),
    "user": frozenset({"assistant", "call"}),
    "assistant": frozenset({"user"}),
    "call": frozenset({"tool", "call", "user"}),
    "tool": frozenset({"tool", "assistant", "call", "user"}),
}


def unknown_role(conversation: Conversation) -> str | None:
    """Names the first role that no trainer knows, with the closest one that they do."""
    for turn in chain(conversation.turns, conversation.rejected or ()):
        if turn.role == "unknown":
            near = difflib.get_close_matches(turn.named.lower(), ROLES, n=1, cutoff=0.6)
            hint = f" (did you mean `{near[0]}`?)" if near else ""
            return f"has the unknown role `{shorten(turn.named)}`{hint}"
    return None


def role_order(conversation: Conversation) -> str | None:
    """Says where the turns break the order system, user, assistant, user, assistant, ... or None.

    Chat templates (Mistral, Gemma, Llama) raise on such records, LlamaFactory drops them silently.
    A preference pair without a prompt, whose texts do not show their turns, has none that could be held to it.
    """
    if conversation.rejected is not None and conversation.turns and not conversation.turns[0].named:
        return None
    previous: str | None = None
    for number, turn in enumerate(conversation.turns):
        role = _step(turn)
        if role == "unknown":
            return None  # unknown_role tells that
        if role == "system":
            if number == 0:
                return "has two system prompts"
            return "has a system message in the middle" + turn_note_of(conversation, number)
        if not _may_follow(previous, role) and not _written_may_follow(conversation.turns, number):
            after = f"after {_name(previous)}" if previous else "at the start"
            return f"has {_name(role)} turn {after}{turn_note_of(conversation, number)}"
        previous = role
    return f"ends with {_name(previous)} turn, which nobody answers" if previous in {"user", "tool"} else None


def _may_follow(previous: str | None, role: str) -> bool:
    return role in _FOLLOWS[previous] or (previous == "assistant" and role == "call")


def _step(turn: Turn) -> str:
    return "call" if turn.role == "assistant" and turn.calls else turn.role


def _written_may_follow(turns: Sequence[Turn], number: int) -> bool:
    """The same once the calls that answers write into their texts (Hermes) are taken for calls."""
    before, step = (
        "call" if turn.role == "assistant" and writes_call(turn.text) else _step(turn)
        for turn in (turns[number - 1], turns[number])
    )
    return number > 0 and _may_follow(before, step)


def _name(role: str) -> str:
    return {"user": "a user", "assistant": "an assistant", "call": "a tool call", "tool": "a tool result"}[role]
