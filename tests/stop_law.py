"""How the engines cut an answer at its stop sequences, token by token, as their sources have it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def engine(tokens: Iterable[str], stops: Sequence[str], reason: str | None, name: str = "llama-server") -> str:
    """What an engine sends of these tokens.

    Sources: llama.cpp b10970, tools/server/server-context.cpp (process_token); Ollama 0.24, runner/common/stop.go.
    """
    sent, pending = "", ""
    for token in tokens:
        pending += token
        found = [pending.find(stop) for stop in stops if stop in pending]
        if found:
            return sent + pending[: min(found) if name == "llama-server" else found[0]]
        if not any(pending.endswith(stop[:count]) for stop in stops for count in range(1, len(stop))):
            sent, pending = sent + pending, ""
    return sent + (pending if reason == "stop" or (reason == "length" and name == "runner") else "")
