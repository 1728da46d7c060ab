"""Probes, put to a server one after the other: what is asked of it, how often, and with which bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tunespec.inference.answered import EXPECTED, Answered, Reply, Served
from tunespec.inference.errors import ServerError
from tunespec.inference.probe import Probe
from tunespec.inference.server import Question, Server
from tunespec.progress import Progress

# Greedy and seeded: the same answer each time, as far as the server can.
STEADY: Mapping[str, Any] = {"temperature": 0, "seed": 1}
_GUARD = 1024  # pieces; an answer that is longer is not waited for: at 100 tokens a second it took ten seconds
_BEYOND = 16  # pieces more than the model's own limit, so that a limit which is not kept is seen
_AGAIN = 4  # probes asked twice: one is enough to see a model that is not steady, four to see that it is
_RAW = 12  # probes asked with stop sequences off
_REPEATED = 1536  # tokens that asking again may cost in all; on two cores a small model writes 100 a second
_RAW_BEYOND = 32  # tokens more than the answer had: the end marker, and what the model would have said after it


@dataclass(frozen=True)
class Asker:
    """Puts probes to a server."""

    server: Server
    served: Served
    progress: Progress

    def ask(self, probes: Sequence[Probe]) -> list[Answered]:
        """Every probe's answer, in order.

        Raises:
            ServerError: naming the probe at which the server failed.
        """
        return list(self._answers(probes))

    def _answers(self, probes: Sequence[Probe]) -> Iterator[Answered]:
        twice = raw = spent = 0
        for number, probe in enumerate(probes):
            self.progress(f"asking {self.served.name}", number + 1)
            free = spent < _REPEATED
            try:
                answered = self._answer(probe, again=free and twice < _AGAIN, raw=free and raw < _RAW)
            except ServerError as error:
                raise ServerError(f"{error}; asked was the probe {probe.id!r} ({probe.place})") from None
            twice, raw = twice + (answered.again is not None), raw + (answered.raw is not None)
            spent += sum(reply.tokens or 0 for reply in (answered.again, answered.raw) if reply is not None)
            yield answered

    def _answer(self, probe: Probe, *, again: bool, raw: bool) -> Answered:
        question = self._question(probe)
        reply = self.server.ask(question)
        ended = reply.reason == "stop"
        whole = self.server.ask_whole(question) if again and ended else None
        differs = whole is not None and whole.text != reply.text
        return Answered(
            id=probe.id,
            messages=probe.messages,
            place=probe.place,
            reply=reply,
            case=probe.case,
            again=whole,
            repeated=self.server.ask(question) if differs else None,  # is it the model, or the way it is asked?
            raw=self._raw(question, reply) if raw and ended else None,
            rendered=self.server.rendered(question) if self.served.rendering else None,
            generated=self._generated(question),
            expected={key: getattr(probe, key) for key in EXPECTED},
            runaway=probe.runaway,
            own=probe.own,
        )

    def _question(self, probe: Probe) -> Question:
        """The probe with what the caller sends, and nothing else: what it leaves out is the model's own."""
        given, served = self.served.given, self.served
        stops, limit = served.stops if "stops" in given else None, served.limit if "limit" in given else None
        return Question(probe.messages, stops=stops, limit=limit, options=STEADY, guard=self._guard)

    def _generated(self, question: Question) -> str | None:
        """The prompt of a single question, with or without a system message, as the other endpoint renders it."""
        roles = [message["role"] for message in question.messages]
        single = roles in (["user"], ["system", "user"])
        return self.server.rendered(replace(question, single=True)) if self.served.rendering and single else None

    def _raw(self, question: Question, reply: Reply) -> Reply | None:
        """The same without stop sequences, if any are set: what the model says of itself."""
        if not self.served.stops or reply.tokens is None:
            return None
        limit = reply.tokens + _RAW_BEYOND
        return self.server.ask(replace(question, stops=(), limit=limit, guard=limit + _BEYOND))

    @property
    def _guard(self) -> int:
        return min(self.served.limit or _GUARD, _GUARD) + _BEYOND
