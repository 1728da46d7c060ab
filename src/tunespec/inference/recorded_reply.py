"""One reply of a model as a recording holds it: everything but its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunespec.inference.answered import Reply
from tunespec.inference.fields import count
from tunespec.inference.tool_calls import calls_of, in_openais_form


def details_of(reply: Reply) -> dict[str, Any]:
    """All of a reply but its text: ``pieces`` are their lengths in characters."""
    told = {
        "ended": reply.ended,
        "tokens": reply.tokens,
        "prompt_tokens": reply.prompt_tokens,
        "seconds": reply.seconds,
        "pieces": [len(piece) for piece in reply.pieces] or None,
        "calls": [in_openais_form(call) for call in reply.calls] or None,
        "overlong": reply.overlong or None,
        "thoughts": reply.thoughts or None,
        "stop": reply.stop,
    }
    return {key: value for key, value in told.items() if value is not None}


def reply_of(said: str, told: Mapping[str, Any]) -> Reply:
    """The reply with this text, of which ``details_of`` told the rest."""
    ended, seconds = told.get("ended"), told.get("seconds")
    return Reply(
        said,
        reason=ended if isinstance(ended, str) and ended not in {"abandoned", "broken"} else None,
        tokens=count(told.get("tokens")),
        prompt_tokens=count(told.get("prompt_tokens")),
        seconds=seconds if isinstance(seconds, float) else None,
        pieces=_pieces(said, told.get("pieces")),
        abandoned=ended == "abandoned",
        calls=calls_of(told.get("calls")),
        overlong=told.get("overlong") is True,
        noted=isinstance(ended, str),
        thoughts=count(told.get("thoughts")) or 0,
        stop=stop if isinstance(stop := told.get("stop"), str) else None,
    )


def _pieces(said: str, lengths: Any) -> tuple[str, ...]:
    found, at = [], 0
    for length in lengths if isinstance(lengths, list) else ():
        found.append(said[at : at + (count(length) or 0)])
        at += len(found[-1])
    return tuple(found)
