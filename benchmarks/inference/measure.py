"""The time of asking, and how much of it is the server's own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tunespec.inference.answered import Reply, Served
from tunespec.inference.asker import Asker
from tunespec.inference.ollama_server import OllamaServer
from tunespec.inference.probe import read_probes, suite_probes
from tunespec.inference.server import Question
from tunespec.inference.wire import Wire
from tunespec.progress import Progress

_T = TypeVar("_T")
_PATIENCE = 900.0


@dataclass(frozen=True)
class Asked:
    """The probes of the specification, put to one model.

    Args:
        requests: answers that were asked for.
        tokens: of those answers.
        seconds: from the first request to the last answer.
        own: of those, the server's, as it says (`total_duration`); what we hung up on counts whole.
        renderings: of those, until the server had shown the rendered prompts.
    """

    requests: int
    tokens: int
    seconds: float
    own: float
    renderings: float

    @property
    def share(self) -> float:
        """What asking costs beside the server, as a share of the server's own time."""
        return (self.seconds - self.own) / self.own

    @property
    def each(self) -> float:
        """Seconds that a request costs beside the server, renderings left out."""
        return (self.seconds - self.own - self.renderings) / self.requests


@dataclass
class Timed:
    """A server that keeps how long each request took."""

    server: OllamaServer
    replies: list[Reply] = field(default_factory=list)
    own: float = 0.0
    renderings: float = 0.0

    def describe(self) -> Served:
        """See ``Server``."""
        return self.server.describe()

    def ask(self, question: Question) -> Reply:
        """See ``Server``."""
        return self._kept(lambda: self.server.ask(question))

    def ask_whole(self, question: Question) -> Reply:
        """See ``Server``."""
        return self._kept(lambda: self.server.ask_whole(question))

    def rendered(self, question: Question) -> str | None:
        """See ``Server``."""
        text, seconds = _timed(lambda: self.server.rendered(question))
        self.renderings += seconds
        return text

    def _kept(self, ask: Callable[[], Reply]) -> Reply:
        reply, seconds = _timed(ask)
        self.replies.append(reply)
        self.own += seconds if reply.seconds is None else reply.seconds
        return reply


def measure(url: str, model: str) -> Asked:
    """Put the probes of the specification to a model that is loaded before the time runs."""
    server = Timed(OllamaServer(Wire(url, _PATIENCE, _PATIENCE), model))
    server.server.ask(Question([{"role": "user", "content": "Hello"}], limit=1))
    served = server.describe()
    probes = read_probes(suite_probes(), Path.cwd())
    _, seconds = _timed(lambda: Asker(server, served, Progress()).ask(probes))
    tokens = sum(reply.tokens or 0 for reply in server.replies)
    return Asked(len(server.replies), tokens, seconds, server.own, server.renderings)


def _timed(action: Callable[[], _T]) -> tuple[_T, float]:
    started = time.perf_counter()
    return action(), time.perf_counter() - started
