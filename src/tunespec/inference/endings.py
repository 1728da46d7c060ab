"""What ended each answer of a served model: a stop sequence, a token of the model's own, or the limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from tunespec.inference.answered import Answered

How = Literal["stop", "token", "limit", "nothing", "unknown"]


class Ending(NamedTuple):
    """How an answer ended, and at which stop sequence."""

    how: How
    stop: str = ""


def ending(answered: Answered, stops: Sequence[str] | None) -> Ending:
    """What ended an answer.

    The server says ``stop`` for a stop sequence and for a token that ends generation. Where it does not tell which, the
    answer that it gave with stop sequences off tells them apart: it goes on with the stop sequence, or ends in the same
    place.

    Args:
        answered: the answer.
        stops: the stop sequences that count; None if the server does not say.

    Returns:
        ``unknown`` where the server said ``stop`` and no more, and the same was not asked without stop sequences;
        ``nothing`` where the stream broke off, or we hung up.
    """
    reply, raw = answered.reply, answered.raw
    if reply.reason != "stop":
        return Ending("limit" if reply.reason == "length" else "nothing")
    if reply.stop is not None:
        return Ending("stop", reply.stop) if reply.stop else Ending("token")
    if stops is not None and not stops:
        return Ending("token")
    if stops is None or raw is None or not raw.text.startswith(reply.text):
        return Ending("unknown")
    rest = raw.text[len(reply.text) :]
    if not rest:
        return Ending("token" if raw.reason == "stop" else "unknown")
    fitting = [stop for stop in stops if rest.startswith(stop)]
    return Ending("stop", min(fitting, key=len)) if fitting else Ending("unknown")


def ended_by(answered: Sequence[Answered], stops: Sequence[str] | None) -> dict[str, Any]:
    """How many answers each stop sequence ended, also those that ended none, and how many ended in another way."""
    found = Counter(ending(one, stops) for one in answered)
    counts = Counter({how: found[Ending(how)] for how in ("token", "limit", "nothing", "unknown")})
    told = [one.stop for one in found if one.how == "stop"]
    return {"stops": {stop: found[Ending("stop", stop)] for stop in (*(stops or ()), *told)}, **counts}
