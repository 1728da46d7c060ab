"""Why an answer of OpenAI's interface ended, by the words of the servers that speak it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunespec.inference.answered import BROKEN

_CALLS = ("tool_calls", "function_call")  # the word of some servers for why an answer that calls tools has ended


def reason_of(word: str) -> str | None:
    """A reply's ``reason`` by the ``finish_reason`` of a choice, which is empty if it has none."""
    if word in BROKEN:
        return None
    return "stop" if word in _CALLS else word or None


def stop_of(choice: Mapping[str, Any]) -> str | None:
    """A reply's ``stop`` by the last part of a choice.

    vLLM's ``stop_reason`` and SGLang's ``matched_stop`` are the stop sequence, or the number of the token; vLLM's is
    null for the model's own end (entrypoints/openai/protocol.py of both).
    """
    if choice.get("finish_reason") != "stop":
        return None
    told = choice.get("stop_reason", choice.get("matched_stop"))
    if isinstance(told, str):
        return told
    own = isinstance(told, int) or (told is None and "stop_reason" in choice)
    return "" if own else None
