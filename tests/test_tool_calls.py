"""Calls of tools on the wire: how both interfaces write them, in streams and in one piece, and how one is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.faulty_server import last, lines, ok, piece, routed, serving, status
from tunespec.inference.answered import Call
from tunespec.inference.ollama_server import OllamaServer
from tunespec.inference.openai_server import OpenAIServer
from tunespec.inference.server import Question
from tunespec.inference.wire import Wire

TOOL = {"type": "function", "function": {"name": "forecast_of", "parameters": {"type": "object"}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "forecast_of", "arguments": {"place": "Faro"}}}
MESSAGES: list[dict[str, Any]] = [
    {"role": "user", "content": "Rain?"},
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {"role": "tool", "content": "Dry.", "tool_call_id": "c1", "name": "forecast_of"},
]
ASKED = Question(MESSAGES, tools=[TOOL], guard=50)
FARO, PORTO = Call("forecast_of", {"place": "Faro"}), Call("forecast_of", {"place": "Porto"})


def ollama(url):
    return OllamaServer(Wire(url, silence=5, patience=5), "m")


def openai(url):
    return OpenAIServer(Wire(url, silence=5, patience=5), "m")


def calling(*places):
    calls = [{"id": p, "function": {"index": 0, "name": "forecast_of", "arguments": {"place": p}}} for p in places]
    return {"role": "assistant", "content": "", "tool_calls": calls}


def test_ollama_streams_calls_one_by_one():
    stream = lines(piece("", message=calling("Faro")), piece("", message=calling("Porto")), last())
    with serving(routed({"/api/chat": ok(stream)})) as url:
        reply = ollama(url).ask(ASKED)
    assert (reply.text, reply.reason, reply.calls) == ("", "stop", (FARO, PORTO))


def test_ollama_in_one_piece():
    with serving(routed({"/api/chat": ok(lines(last(message=calling("Faro", "Porto"))))})) as url:
        assert ollama(url).ask_whole(ASKED).calls == (FARO, PORTO)


def chunk(*deltas, reason=None):
    choice = {"index": 0, "delta": {"tool_calls": list(deltas)}, "finish_reason": reason}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


def begun(index, arguments=""):
    return {"index": index, "id": f"c{index}", "function": {"name": "forecast_of", "arguments": arguments}}


def more(index, arguments):
    return {"index": index, "function": {"arguments": arguments}}


def test_openai_streams_the_text_of_arguments_in_parts():
    parts = [chunk(begun(0)), chunk(more(0, '{"place": ')), chunk(more(0, '"Faro"}'))]
    both = [chunk(begun(1, '{"place"'), more(1, ': "Porto"}')), chunk(reason="tool_calls"), b"data: [DONE]\n\n"]
    with serving(routed({"/v1/chat/completions": ok(*parts, *both)})) as url:
        reply = openai(url).ask(ASKED)
    assert (reply.text, reply.reason, reply.calls) == ("", "stop", (FARO, PORTO))


@pytest.mark.parametrize(
    ("written", "arguments"),
    [
        ('{"place": "Faro"}', {"place": "Faro"}),
        ("", {}),
        (None, {}),
        ("{", "{"),
        ({"place": "Faro"}, {"place": "Faro"}),
    ],
)
def test_openai_in_one_piece(written, arguments):
    message = {"content": None, "tool_calls": [{"function": {"name": "forecast_of", "arguments": written}}]}
    answer = {"choices": [{"message": message, "finish_reason": "tool_calls"}]}
    with serving(routed({"/v1/chat/completions": ok(lines(answer))})) as url:
        reply = openai(url).ask_whole(ASKED)
    assert (reply.text, reply.reason, reply.calls) == ("", "stop", (Call("forecast_of", arguments),))


def bodies(server, path):
    """What is sent for a question, with the tools and without any."""
    seen = []

    def answer(_, request):
        seen.append(json.loads(request.partition(b"\r\n\r\n")[2]))
        return [status(404)]

    with serving(answer) as url:
        for question in (ASKED, replace(ASKED, messages=MESSAGES[:1], tools=())):
            with pytest.raises(Exception, match="answered 404"):
                getattr(server(url), path)(question)
    return seen


@pytest.mark.parametrize("path", ["ask", "ask_whole", "rendered"])
def test_what_ollama_is_sent(path):
    with_tools, without = bodies(ollama, path)
    named = {"role": "tool", "content": "Dry.", "tool_call_id": "c1", "tool_name": "forecast_of"}
    assert (with_tools["tools"], with_tools["messages"]) == ([TOOL], [*MESSAGES[:2], named])
    assert "tools" not in without


@pytest.mark.parametrize("path", ["ask", "ask_whole"])
def test_what_openais_interface_is_sent(path):
    with_tools, without = bodies(openai, path)
    call = {**CALL, "function": {"name": "forecast_of", "arguments": '{"place":"Faro"}'}}
    assert with_tools["messages"] == [MESSAGES[0], {**MESSAGES[1], "tool_calls": [call]}, MESSAGES[2]]
    assert with_tools["tools"] == [TOOL]
    assert "tools" not in without


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (ollama, "registry.ollama.ai/library/m:latest does not support tools"),
        (openai, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
        (openai, "tools param requires --jinja flag"),
    ],
)
def test_a_server_that_takes_no_tools(server, said):
    refusal = status(400, json.dumps({"error": said}).encode())
    with serving(routed({"/api/chat": refusal, "/v1/chat/completions": refusal})) as url:
        reply = server(url).ask(ASKED)
    assert (reply.text, reply.reason, reply.refuses_tools, reply.overlong) == ("", "refused", True, False)
