"""OpenAI's interface as vLLM and LM Studio speak it, by recorded answers; and how a server's interface is found out.

vLLM 0.11 (vllm/entrypoints/openai/protocol.py), LM Studio 0.3 (its REST documentation, and what it answers).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.faulty_server import last, lines, ok, routed, serving, status
from tunespec.config import Config
from tunespec.errors import CannotJudgeError
from tunespec.inference.connect import connect
from tunespec.inference.errors import ServerError
from tunespec.inference.ollama_server import OllamaServer
from tunespec.inference.openai_server import OpenAIServer
from tunespec.inference.server import Question
from tunespec.inference.wire import Wire
from tunespec.subjects import ServedModel

CHAT = "/v1/chat/completions"
ASKED = Question([{"role": "user", "content": "Where?"}], options={"temperature": 0, "seed": 1, "top_k": 3}, guard=50)


def events(*values):
    return b"".join(
        b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n" for value in values
    )


def chunk(delta, reason=None, **more):
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "model": "m",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}],
        **more,
    }


USAGE = {"prompt_tokens": 9, "total_tokens": 12, "completion_tokens": 3}
VLLM = {
    "/version": ok(b'{"version": "0.11.0"}'),
    "/v1/models": ok(
        lines({"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "vllm", "max_model_len": 4096}]})
    ),
    CHAT: ok(
        events(
            chunk({"role": "assistant", "content": ""}),
            chunk({"content": " Par"}),
            chunk({"content": "is."}),
            chunk({"content": ""}, "stop", stop_reason=None),
            {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [], "usage": USAGE},
            b"[DONE]",
        )
    ),
}
UNEXPECTED = ok(b'{"error":"Unexpected endpoint or method. (GET /props)"}')  # LM Studio, with status 200
LM_STUDIO = {
    "/api/version": UNEXPECTED,
    "/props": UNEXPECTED,
    "/v1/models": ok(lines({"data": [{"id": "m", "object": "model", "owned_by": "organization_owner"}]})),
    CHAT: ok(
        events(
            chunk({"role": "assistant", "content": " Par"}),
            chunk({"role": "assistant", "content": "is."}),
            chunk({}, "length"),
            {"object": "chat.completion.chunk", "choices": [], "usage": USAGE},
            b"[DONE]",
        ).replace(b"\n", b"\r\n")
    ),
}


def served(url, api="", **settings):
    return connect(ServedModel("m", url, api), Config(Path.cwd(), inference={"silence": 0.5, **settings}))


@pytest.mark.parametrize(
    ("routes", "name", "context", "reason"),
    [
        pytest.param(VLLM, "vLLM 0.11.0", 4096, "stop", id="vLLM"),
        pytest.param(LM_STUDIO, "OpenAI-compatible server", None, "length", id="LM Studio"),
    ],
)
def test_a_dialect(routes, name, context, reason):
    with serving(routed(routes)) as url:
        server = served(url)
        said, reply = server.describe(), server.ask(ASKED)
        assert server.rendered(ASKED) is None
    assert (said.server, said.context, said.stops, said.limit) == (name, context, None, None)
    assert (said.template, said.rendering, said.kind) == (None, False, "openai")
    assert (reply.text, reply.pieces, reply.reason) == (" Paris.", (" Par", "is."), reason)
    assert (reply.tokens, reply.prompt_tokens) == (3, 9)


def test_what_is_asked():
    requests = []

    def answer(_, request):
        requests.append(json.loads(request.partition(b"\r\n\r\n")[2]))
        return [VLLM[CHAT]]

    with serving(answer) as url:
        server = served(url, "openai")
        server.ask(ASKED)
        server.ask(Question(ASKED.messages, stops=("###",), limit=7))
        server.ask(Question(ASKED.messages, stops=()))
    usual = {"model": "m", "messages": ASKED.messages, "stream": True, "stream_options": {"include_usage": True}}
    assert requests == [
        usual | {"temperature": 0, "seed": 1},
        usual | {"stop": ["###"], "max_tokens": 7},
        usual,  # an empty list would say nothing
    ]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (events(chunk({"content": "a"}), {"error": {"message": "KV cache is full", "code": 500}}), "KV cache is full"),
        (events({"object": "error", "message": "out of memory", "code": 500}), "out of memory"),
        (b'error: {"code":500,"message":"no slot"}\n\n', '{"code":500,"message":"no slot"}'),
        (b'event: error\ndata: {"error":{"message":"Model unloaded."}}\n\n', "Model unloaded."),
    ],
)
def test_an_error_in_the_stream(sent, sentence):
    with serving(routed({CHAT: ok(sent)})) as url, pytest.raises(ServerError) as caught:
        served(url, "openai").ask(ASKED)
    assert str(caught.value) == f"{url} broke off in the middle of an answer: {sentence}"


def test_a_stream_that_ends_too_early():
    with serving(routed({CHAT: ok(events(chunk({"content": "a"})))})) as url:
        reply = served(url, "openai").ask(ASKED)
    assert (reply.text, reply.reason, reply.tokens) == ("a", None, None)


def test_comments_and_thoughts_are_no_pieces():
    thoughts = [chunk({"reasoning_content": "hm"})] * 60
    sent = b": ping\n\n" + events(*thoughts, chunk({"content": "Yes."}), chunk({}, "stop"), b"[DONE]")
    with serving(routed({CHAT: ok(sent)})) as url:
        assert served(url, "openai").ask(ASKED).pieces == ("Yes.",)


def test_pieces_without_end_are_hung_up_on():
    with serving(lambda *_: [ok(), *[events(chunk({"content": "la "}))] * 400]) as url:
        reply = served(url, "openai").ask(ASKED)
    assert (reply.text, reply.abandoned) == ("la " * 50, True)


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens in the messages.",
        "request (42043 tokens) exceeds the available context size (4096 tokens), try increasing it",
        "the input length exceeds the context length",
    ],
)
def test_a_prompt_that_does_not_fit(said):
    with serving(routed({CHAT: status(400, lines({"error": {"message": said}}))})) as url:
        reply = served(url, "openai").ask(ASKED)
    assert (reply.text, reply.reason, reply.overlong) == ("", "refused", True)


def test_an_answer_in_one_piece_where_a_stream_was_asked_for():
    with (
        serving(routed({CHAT: ok(b'{"choices": []}')})) as url,
        pytest.raises(ServerError, match=r"answered in one piece where a stream was asked for$"),
    ):
        served(url, "openai").ask(ASKED)


@pytest.mark.parametrize(
    ("routes", "kind"),
    [
        pytest.param(
            {"/api/version": ok(b'{"version": "0.34.2"}'), "/v1/models": VLLM["/v1/models"]}, OllamaServer, id="Ollama"
        ),
        pytest.param(VLLM, OpenAIServer, id="vLLM"),
        pytest.param(LM_STUDIO, OpenAIServer, id="LM Studio"),
        pytest.param({"/api/version": ok(b"<html>"), "/v1/models": VLLM["/v1/models"]}, OpenAIServer, id="a page"),
    ],
)
def test_the_interface_is_found_out(routes, kind):
    with serving(routed(routes)) as url:
        assert isinstance(served(url), kind)
        assert served(f"{url}/v1", "openai").wire.base == url


def test_a_server_of_neither_interface():
    with (
        serving(lambda *_: [ok(b"<html>It works!</html>")]) as url,
        pytest.raises(CannotJudgeError, match=r"speaks neither Ollama's interface \(/api/version\) nor OpenAI's"),
    ):
        served(url)


def test_a_server_that_is_not_ready_yet():
    """llama.cpp's answers so while it loads (tools/server/README.md, GET /health)."""
    loading = {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}
    with (
        serving(lambda *_: [status(503, lines(loading))]) as url,
        pytest.raises(ServerError, match=r"answered 503: Loading model$"),
    ):
        served(url)


def test_a_server_whose_unknown_paths_fail():
    routes = VLLM | {"/api/version": status(500, b"Internal Server Error")}
    with serving(routed(routes)) as url:
        assert isinstance(served(url), OpenAIServer)


def test_a_server_that_wants_a_key():
    with (
        serving(lambda *_: [status(401)]) as url,
        pytest.raises(
            ServerError, match=r"answered 401: Unauthorized \(TUNESPEC_API_KEY holds the key that is sent\)$"
        ),
    ):
        served(url)


def test_the_key_is_sent(monkeypatch):
    requests = []

    def answer(_, request):
        requests.append(request)
        return [ok(lines(last()))]

    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
    monkeypatch.setenv("TUNESPEC_API_KEY", " our-key\n")
    with serving(answer) as url:
        served(url, "ollama").ask(ASKED)
    assert b"Authorization: Bearer our-key\r\n" in requests[0]
    assert b"somebody" not in requests[0]


def test_a_key_that_no_header_can_hold(monkeypatch):
    monkeypatch.setenv("TUNESPEC_API_KEY", "two\nlines")
    with pytest.raises(CannotJudgeError, match=r"^TUNESPEC_API_KEY holds signs that no key has$"):
        served("http://127.0.0.1:9", "openai")


@pytest.mark.parametrize("url", ["http://192.168.1.5:11434", "https://example.com", "http://127.0.0.1.example.com:80"])
def test_another_machine_is_asked_only_if_the_user_says_so(url):
    with pytest.raises(CannotJudgeError, match=r"is not this machine: prompts of your data would leave it\."):
        served(url, "openai")
    assert served(url, "openai", remote=True).wire.base == url


def test_the_patience_grows_with_the_silence_that_is_allowed():
    patience = [served("http://127.0.0.1:9", "ollama", silence=silence).wire.patience for silence in (1, 900)]
    assert patience == [Wire.patience, 900]
