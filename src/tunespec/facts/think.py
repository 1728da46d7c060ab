"""Think blocks: closed, and followed by an answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tunespec.conversation import Conversation

if TYPE_CHECKING:
    import polars as pl

_THOUGHT = r"(?s)^\s*<think>.*?</think>\s*"
_ORPHAN = re.compile(r"(?:\A|[.!?。！？…]|\n)[ \t]*</think>(?![`\"'’”])")
_BLOCK = re.compile(r"(?m)^\s*<think>")  # within a line the tag is spoken about


def thinks_first(conversation: Conversation) -> bool:
    """Whether an answer begins with a think block."""
    for turn in conversation.turns:  # asked of every record several times: any() would take twice as long
        if turn.role == "assistant" and "<think>" in turn.text and turn.text.lstrip().startswith("<think>"):
            return True
    return False


def closes_unopened(conversation: Conversation) -> bool:
    """Whether an answer ends a thought that it never began; in a sentence about the tag, a word stands around it."""
    ended = [turn.text for turn in conversation.turns if "</think>" in turn.text and turn.role == "assistant"]
    if not ended or conversation.turns[0].text.rstrip().endswith("<think>"):
        return False
    return any("<think>" not in text and _ORPHAN.search(text) is not None for text in ended)


def has_think_mark(conversation: Conversation) -> bool:
    """Whether an answer begins with a think block, or ends one."""
    for turn in conversation.turns:  # one look at each text for both: few have the tag
        if "think>" in turn.text and turn.role == "assistant":
            return thinks_first(conversation) or closes_unopened(conversation)
    return False


def unclosed_think(conversation: Conversation) -> str | None:
    """Says what is wrong with a think block, or None."""
    if closes_unopened(conversation):
        return "closes a think block that it never opened"
    for turn in conversation.turns:
        if turn.role == "assistant" and turn.text.lstrip().startswith("<think>"):
            if turn.text.rfind("</think>") < max(match.end() for match in _BLOCK.finditer(turn.text)):
                return "opens <think> and never closes it"
            if not turn.text.rpartition("</think>")[2].strip() and not turn.calls:
                return "has nothing after its think block"
    return None


def without_thoughts(text: pl.Expr) -> pl.Expr:
    """Texts of answers without the think block that they begin with."""
    import polars as pl

    begins = text.str.strip_chars_start().str.starts_with("<think>")  # without a regex: few texts do
    return pl.when(begins).then(text.str.replace(_THOUGHT, "")).otherwise(text)


def after_thinking(answer: str) -> str:
    """The answer without the think block that it begins with."""
    if not answer.lstrip().startswith("<think>"):
        return answer
    return answer.partition("</think>")[2].lstrip() or answer
