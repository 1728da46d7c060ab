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
_RAW = 12  # probes asked with stop sequences off; where the server tells what ended an answer, those asked twice alone
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

        Of a server that passes no tools to the model, none to the specification's probes that have some.

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
            if probe.own or not answered.reply.refuses_tools:
                yield answered

    def _answer(self, probe: Probe, *, again: bool, raw: bool) -> Answered:
        question = self._question(probe)
        takes = not probe.tools or self.served.tools is not False
        reply = self.server.ask(question) if takes else Reply("", reason="refused")
        answered = Answered(
            id=probe.id,
            messages=probe.messages,
            place=probe.place,
            reply=reply,
            case=probe.case,
            expected={key: getattr(probe, key) for key in EXPECTED},
            tools=probe.tools,
            call=probe.call,
            runaway=probe.runaway,
            own=probe.own,
        )
        return answered if reply.refuses_tools else self._again(answered, question, again=again, raw=raw)

    def _again(self, answered: Answered, question: Question, *, again: bool, raw: bool) -> Answered:
        """The answer with what else is asked for the same probe."""
        reply = answered.reply
        ended = reply.reason == "stop"
        whole = self.server.ask_whole(question) if again and ended else None
        differs = whole is not None and not whole.is_as(reply)
        return replace(
            answered,
            again=whole,
            repeated=self.server.ask(question) if differs else None,  # is it the model, or the way it is asked?
            raw=self._raw(question, reply) if raw and ended and (again or reply.stop is None) else None,
            rendered=self.server.rendered(question) if self.served.rendering else None,
            generated=self._generated(question),
        )

    def _question(self, probe: Probe) -> Question:
        """The probe with what the caller sends, and nothing else: what it leaves out is the model's own."""
        given, served = self.served.given, self.served
        stops, limit = served.stops if "stops" in given else None, served.limit if "limit" in given else None
        asked = Question(probe.messages, tools=probe.tools, options=STEADY, guard=self._guard)
        return replace(asked, stops=stops, limit=limit)

    def _generated(self, question: Question) -> str | None:
        """The prompt of a single question, with or without a system message, as the other endpoint renders it."""
        roles = [message["role"] for message in question.messages]
        single = roles in (["user"], ["system", "user"]) and not question.tools
        return self.server.rendered(replace(question, single=True)) if self.served.rendering and single else None

    def _raw(self, question: Question, reply: Reply) -> Reply | None:
        """The same without stop sequences, if any are set: what the model says of itself. A call hides that."""
        if not self.served.stops or reply.tokens is None or reply.calls:
            return None
        limit = reply.tokens + _RAW_BEYOND
        return self.server.ask(replace(question, stops=(), limit=limit, guard=limit + _BEYOND))

    @property
    def _guard(self) -> int:
        return min(self.served.limit or _GUARD, _GUARD) + _BEYOND
