"""How often a server is asked: every probe once, some of them again, within a bound of tokens."""

from __future__ import annotations

import pytest

from tunespec.findings import Place
from tunespec.inference.answered import Reply, Served
from tunespec.inference.asker import Asker
from tunespec.inference.probe import Probe
from tunespec.progress import Progress


class Server:
    """Answers with so many tokens, and keeps what it was asked."""

    def __init__(self, tokens, reason="stop"):
        self.tokens, self.reason, self.asked = tokens, reason, []

    def ask(self, question):
        self.asked.append("asked" if question.stops is None else f"raw, at most {question.limit}")
        return Reply("x", reason=self.reason, tokens=self.tokens)

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


def test_what_did_not_end_is_not_asked_again():
    assert asked(Server(10, reason="length")) == {"asked": 20, "rendered": 40}


def test_what_cannot_be_asked():
    assert asked(Server(10), stops=None, rendering=False) == {"asked": 20, "whole": 4}
    assert asked(Server(10), stops=(), rendering=False) == {"asked": 20, "whole": 4}
