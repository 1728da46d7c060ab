"""How often a server is asked: every probe once, some of them again, within a bound of tokens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tunespec.findings import Place
from tunespec.inference.answered import Call, Reply, Served
from tunespec.inference.asker import Asker
from tunespec.inference.probe import Probe
from tunespec.progress import Progress


class Server:
    """Answers with so many tokens, and keeps what it was asked."""

    def __init__(self, tokens, reason="stop", stop=None):
        self.tokens, self.reason, self.stop, self.asked = tokens, reason, stop, []

    def ask(self, question):
        self.asked.append("asked" if question.stops is None else f"raw, at most {question.limit}")
        return Reply("x", reason=self.reason, tokens=self.tokens, stop=self.stop)

    def ask_whole(self, _):
        self.asked.append("whole")
        return Reply("x", reason=self.reason, tokens=self.tokens)

    def rendered(self, _):
        self.asked.append("rendered")
        return "x"


def asked(server, number=20, stops=("#",), rendering=True):
    probes = [Probe(str(n), "plain", ({"role": "user", "content": "?"},), Place("p", n, n, "")) for n in range(number)]
    answered = Asker(server, Served("m", "S", stops=stops, rendering=rendering), Progress()).ask(probes)
    assert [one.id for one in answered] == [str(n) for n in range(number)]
    return {what: server.asked.count(what) for what in sorted(set(server.asked))}


@pytest.mark.parametrize(
    ("tokens", "again", "raw"),
    [
        pytest.param(10, 4, 12, id="short answers"),
        pytest.param(300, 3, 3, id="long ones"),
        pytest.param(4000, 1, 1, id="endless ones"),
    ],
)
def test_some_are_asked_again(tokens, again, raw):
    assert asked(Server(tokens)) == {"asked": 20, "rendered": 40, f"raw, at most {tokens + 32}": raw, "whole": again}


@pytest.mark.parametrize("stop", ["#", ""], ids=["a stop sequence", "a token"])
def test_a_server_that_tells_what_ended_an_answer_is_asked_less(stop):
    """Some without stop sequences nevertheless: whether `trim` cuts as the server does, nobody tells."""
    assert asked(Server(10, stop=stop)) == {"asked": 20, "rendered": 40, "raw, at most 42": 4, "whole": 4}


def test_what_did_not_end_is_not_asked_again():
    assert asked(Server(10, reason="length")) == {"asked": 20, "rendered": 40}


TOOLS = ({"type": "function", "function": {"name": "forecast_of"}},)
CALLING = Reply("", reason="stop", tokens=9, calls=(Call("forecast_of", {}),))


class ToolServer(Server):
    """Calls a tool if it takes any."""

    def __init__(self, reply, whole=None):
        super().__init__(9)
        self.reply, self.whole = reply, whole

    def ask(self, question):
        self.asked.append("raw" if question.stops == () else "asked")
        return self.reply if question.tools else Reply("x", reason="stop", tokens=1)

    def ask_whole(self, question):
        self.asked.append("whole")
        return self.whole or (self.reply if question.tools else Reply("x", reason="stop", tokens=1))


def with_tools(server, *, own, tools=None, probes=1):
    messages = ({"role": "user", "content": "?"},)
    asked = [Probe(str(n), "tools", messages, Place("p", n, n, ""), tools=TOOLS, own=own) for n in range(probes)]
    plain = Probe("plain", "plain", messages, Place("p", 9, 9, ""), own=own)
    return Asker(server, Served("m", "S", stops=("#",), rendering=True, tools=tools), Progress()).ask([*asked, plain])


def test_a_call_is_not_asked_without_stop_sequences():
    server = ToolServer(CALLING)
    one, _ = with_tools(server, own=False)
    assert (one.reply.calls, one.raw, one.repeated, one.tools) == (CALLING.calls, None, None, TOOLS)
    assert one.generated is None, "the endpoint for single questions takes no tools"


def test_another_call_is_another_answer():
    other = replace(CALLING, calls=(Call("forecast_of", {"days": 2}),))
    one, _ = with_tools(ToolServer(CALLING, other), own=True)
    assert one.repeated == CALLING


@pytest.mark.parametrize("tools", [None, False], ids=["told when asked", "told before"])
def test_tools_that_the_server_does_not_take(tools):
    server = ToolServer(Reply("", reason="refused"))
    assert [one.id for one in with_tools(server, own=False, tools=tools)] == ["plain"], "of the specification"
    assert server.asked.count("rendered") == 2, "both ways of the plain one"
    assert [one.reply.refuses_tools for one in with_tools(server, own=True, tools=tools)] == [True, False]
    assert server.asked.count("asked") == (2 if tools is False else 4)


def test_what_cannot_be_asked():
    assert asked(Server(10), stops=None, rendering=False) == {"asked": 20, "whole": 4}
    assert asked(Server(10), stops=(), rendering=False) == {"asked": 20, "whole": 4}
