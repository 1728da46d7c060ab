"""What a server of models can be asked, whichever it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from tunespec.inference.answered import Reply, Served
from tunespec.inference.errors import ServerError

T = TypeVar("T")
_THOUGHTS = 4  # times as many as pieces of text are waited for: who thinks writes a page about a line
# How Ollama, llama.cpp's server, vLLM, LM Studio and OpenAI itself say that a prompt does not fit.
_TOO_LONG = re.compile(
    r"exceeds? the (?:available )?context|(?:longer|greater) than the context|(?:maximum|model's) context length"
    r"|maximum model length|when context (?:the )?overflows",
    re.IGNORECASE,
)
# vLLM and OpenAI count the caller's limit, too: what the prompt itself has stands beside the context's length.
_COUNTED = re.compile(r"context length is (\d+) tokens.*?(\d+) (?:input tokens|in the messages)", re.DOTALL)
# How Ollama, llama.cpp's server without its Jinja engine, and vLLM without a parser say that they take no tools.
_NO_TOOLS = re.compile(r"does not support tools|tools? (?:param|choice) requires", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """One request.

    Args:
        messages: in OpenAI's form.
        stops: a list that replaces the model's own, an empty one switches stops off; None: the model's own count.
        limit: the most tokens of the answer; None: the model's own limit counts.
        options: further parameters, by Ollama's names.
        guard: pieces of a streamed answer after which we hang up; of thoughts, four times as many.
        single: render it by the endpoint for single questions, if there is one.
        tools: that the model may call, in OpenAI's form.
    """

    messages: Sequence[Mapping[str, Any]]
    stops: tuple[str, ...] | None = None
    limit: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    guard: int = 1 << 30
    single: bool = False
    tools: Sequence[Mapping[str, Any]] = ()

    def hung_up(self, pieces: Sequence[str], thoughts: int) -> Reply | None:
        """The reply of a stream that we leave after so many pieces of text and of thoughts; None: it may go on."""
        if len(pieces) < self.guard and thoughts < _THOUGHTS * self.guard:
            return None
        count = len(pieces) + thoughts
        return Reply("".join(pieces), pieces=tuple(pieces), tokens=count, thoughts=thoughts, abandoned=True)


class Server(Protocol):
    """A server with one model.

    Every method raises ServerError where the server does not answer as its interface promises.
    """

    def describe(self) -> Served:
        """What the server says of the model; refuses one that it does not have."""

    def ask(self, question: Question) -> Reply:
        """The answer, streamed."""

    def ask_whole(self, question: Question) -> Reply:
        """The answer in one piece."""

    def rendered(self, question: Question) -> str | None:
        """The prompt as the server renders it; None if it cannot show that."""


def without_model(base: str, model: str, known: Iterable[str]) -> ServerError:
    """The error of a server that does not have the model."""
    names = sorted(known)
    has = f"it has {', '.join(names[:8])}{', ...' if names[8:] else ''}" if names else "it names none"
    return ServerError(f"the server at {base} has no model {model!r}; {has} (nothing is pulled or created)")


def listed_as(model: str, listed: Mapping[str, T]) -> T | None:
    """What a server lists of a model: Ollama's names end with a tag, `:latest` for one that was given without."""
    return listed.get(model, listed.get(f"{model}:latest"))


def says_too_long(error: ServerError) -> bool:
    """Whether the server refuses a prompt since it does not fit into the context, whatever the limit of its answer."""
    counted = _COUNTED.search(str(error))
    if counted is not None:
        return int(counted[2]) >= int(counted[1])
    return _TOO_LONG.search(str(error)) is not None


def says_no_tools(error: ServerError) -> bool:
    """Whether the server refuses a request since it has tools."""
    return _NO_TOOLS.search(str(error)) is not None
