"""OpenAI's interface as vLLM and LM Studio speak it, by recorded answers; and how a server's interface is found out.

vLLM: vllm/entrypoints/openai/protocol.py of 0.11, since 0.14 chat_completion/protocol.py and engine/protocol.py beside
it, and vllm/v1/engine/__init__.py. LM Studio: what its users saw of it, in the issues of its bug tracker
(lmstudio-ai/lmstudio-bug-tracker, #) and of lmstudio-js that stand beside each answer.
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
CARD = {
    "id": "m",
    "object": "model",
    "created": 1795692491,
    "owned_by": "vllm",
    "root": "/models/m",
    "parent": None,
    "max_model_len": 4096,
    "permission": [{"id": "modelperm-1", "object": "model_permission", "allow_sampling": True}],
}


def vllm_chunk(delta, reason=None, **more):
    """A choice has vLLM's own `stop_reason`: the stop sequence, the id of the token, null for the model's own end."""
    (choice,) = chunk(delta, reason)["choices"]
    return chunk(delta) | {"created": 1795692491, "choices": [choice | more]}


VLLM = {
    "/version": ok(b'{"version": "0.11.0"}'),
    "/v1/models": ok(lines({"object": "list", "data": [CARD]})),
    CHAT: ok(
        events(
            vllm_chunk({"role": "assistant", "content": ""}) | {"prompt_token_ids": None},
            vllm_chunk({"content": " Par"}, token_ids=None),
            vllm_chunk({"content": "is."}, token_ids=None),
            vllm_chunk({"content": ""}, "stop", stop_reason=None, token_ids=None),
            {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [],
             "usage": USAGE},
            b"[DONE]",
        )
    ),
}  # fmt: skip
UNEXPECTED = ok(b'{"error":"Unexpected endpoint or method. (GET /props)"}')  # with status 200: #618
LM_STUDIO = {
    "/api/version": UNEXPECTED,
    "/props": UNEXPECTED,
    "/v1/models": ok(  # #1998: no more is told of a model
        lines({"data": [{"id": "m", "object": "model", "owned_by": "organization_owner"}], "object": "list"})
    ),
    CHAT: ok(
        events(
            *(chunk({"role": "assistant", "content": piece}, system_fingerprint="m") for piece in (" Par", "is.")),
            chunk({}, "length", system_fingerprint="m"),
            {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [],
             "usage": USAGE, "system_fingerprint": "m"},
            b"[DONE]",
        ).replace(b"\n", b"\r\n")
    ),
}  # fmt: skip


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


def test_a_server_that_counts_nothing_while_it_streams():
    """LM Studio before 0.3.17 or so (lmstudio-js #184, #320)."""
    sent = LM_STUDIO[CHAT].partition(b'data: {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created"')[0]
    with serving(routed(LM_STUDIO | {CHAT: sent + b"data: [DONE]\r\n\r\n"})) as url:
        reply = served(url).ask(ASKED)
    assert (reply.text, reply.reason, reply.tokens, reply.prompt_tokens) == (" Paris.", "length", None, None)


@pytest.mark.parametrize(
    ("word", "more", "reason"),
    [
        ("stop", {"stop_reason": "### End"}, "stop"),
        ("stop", {"stop_reason": 128009}, "stop"),
        ("tool_calls", {}, "stop"),
        ("length", {}, "length"),
        ("abort", {}, None),
        ("repetition", {}, None),
        ("content_filter", {}, "content_filter"),
    ],
)
def test_why_an_answer_ended(word, more, reason):
    """FINISH_REASON_STRINGS of vllm/v1/engine/__init__.py, and OpenAI's; an `error` never reaches the client."""
    sent = ok(events(vllm_chunk({"content": "Yes."}), vllm_chunk({}, word, **more), b"[DONE]"))
    whole = ok(lines({"choices": [{"index": 0, "message": {"content": "Yes."}, "finish_reason": word, **more}]}))
    with serving(lambda _, request: [sent if b'"stream":true' in request else whole]) as url:
        server = served(url, "openai")
        told = server.ask(ASKED), server.ask_whole(ASKED)
    assert [(reply.text, reply.reason, reply.ended) for reply in told] == [("Yes.", reason, reason or "broken")] * 2


def test_a_limit_by_its_newer_name():
    """OpenAI's reasoning models refuse `max_tokens`; older servers do not know `max_completion_tokens`."""
    said = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    refusal = {
        "error": {"message": said, "type": "invalid_request_error", "param": "max_tokens", "code": "unsupported"}
    }
    whole = ok(lines({"choices": [{"index": 0, "message": {"content": "Yes."}, "finish_reason": "length"}]}))
    limits = []

    def answer(_, request):
        body = json.loads(request.partition(b"\r\n\r\n")[2])
        limits.append({key: body[key] for key in body if key.startswith("max_")})
        if "max_tokens" in body:
            return [status(400, lines(refusal))]
        return [VLLM[CHAT] if body["stream"] else whole]

    with serving(answer) as url:
        server = served(url, "openai")
        assert server.ask(Question(ASKED.messages, limit=7)).text == " Paris."
        assert server.ask_whole(Question(ASKED.messages, limit=7)).text == "Yes."
    assert limits == [{"max_tokens": 7}, {"max_completion_tokens": 7}] * 2


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


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_thoughts_without_end_are_hung_up_on_too(key):
    with serving(lambda *_: [ok(), *[events(chunk({key: " hm"}))] * 900]) as url:
        reply = served(url, "openai").ask(ASKED)
    assert (reply.text, reply.pieces, reply.thoughts, reply.tokens, reply.abandoned) == ("", (), 200, 200, True)


@pytest.mark.parametrize(
    ("more", "stop"),
    [
        ({"stop_reason": "### End"}, "### End"),
        ({"stop_reason": 128009}, ""),
        ({"stop_reason": None}, ""),
        ({"matched_stop": "### End"}, "### End"),  # SGLang, openai/protocol.py
        ({"matched_stop": 2}, ""),
        ({"matched_stop": None}, None),  # of any server that has the field and fills it in for nothing
        ({"stop_reason": {"a": 1}}, None),
        ({}, None),
    ],
)
def test_what_ended_an_answer_where_the_server_tells(more, stop):
    sent = ok(events(vllm_chunk({"content": "Yes."}), vllm_chunk({}, "stop", **more), b"[DONE]"))
    whole = ok(lines({"choices": [{"index": 0, "message": {"content": "Yes."}, "finish_reason": "stop", **more}]}))
    with serving(lambda _, request: [sent if b'"stream":true' in request else whole]) as url:
        server = served(url, "openai")
        assert [reply.stop for reply in (server.ask(ASKED), server.ask_whole(ASKED))] == [stop] * 2


def test_a_limit_is_no_stop():
    """vLLM's `stop_reason` is null there, too."""
    sent = ok(events(vllm_chunk({"content": "Yes."}, "length", stop_reason=None), b"[DONE]"))
    with serving(lambda *_: [sent]) as url:
        reply = served(url, "openai").ask(ASKED)
    assert (reply.reason, reply.stop) == ("length", None)


VLLMS = "This model's maximum context length is 4096 tokens. However, you requested"
TOO_LONG = (
    f"{VLLMS} 5000 tokens in the messages.",
    f"{VLLMS} 5010 tokens (5000 in the messages, 10 in the completion).",  # vLLM, #20409
    f"{VLLMS} 10 output tokens and your prompt contains at least 4097 input tokens.",  # vLLM since 0.14
    "The decoder prompt (length 15083) is longer than the maximum model length of 8192.",  # vLLM's v1 engine
    "request (42043 tokens) exceeds the available context size (4096 tokens), try increasing it",  # llama.cpp
    "the input length exceeds the context length",  # Ollama
    "Trying to keep the first 111490 tokens when context the overflows. However, the model is loaded with ...",  # #546
    "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 10247 ...",  # 0.4
)


@pytest.mark.parametrize("said", TOO_LONG)
@pytest.mark.parametrize("told", [{"message": "said"}, "said"], ids=["object", "text"])
def test_a_prompt_that_does_not_fit(said, told):
    error = {"error": {"message": said} if isinstance(told, dict) else said}
    streamed = b"event: error\n" + events(error)  # LM Studio begins the stream before it reads the prompt
    for sent in (status(400, lines(error)), ok(streamed)):
        with serving(routed({CHAT: sent})) as url:
            reply = served(url, "openai").ask(ASKED)
        assert (reply.text, reply.reason, reply.overlong) == ("", "refused", True)


def test_an_answer_that_outgrows_the_context_was_no_refusal():
    sent = ok(events(chunk({"content": "a"}), {"error": {"message": "the request exceeds the available context size"}}))
    with serving(routed({CHAT: sent})) as url, pytest.raises(ServerError, match="broke off in the middle of an answer"):
        served(url, "openai").ask(ASKED)


@pytest.mark.parametrize(
    "said",
    [
        f"{VLLMS} 8192 output tokens and your prompt contains at least 100 input tokens.",
        f"{VLLMS} 8292 tokens (100 in the messages, 8192 in the completion).",
        f"'max_tokens' is too large: 8192. {VLLMS.partition(' However')[0]} Your request has 100 input tokens.",
    ],
)
def test_a_limit_that_does_not_fit(said):
    """vLLM counts the prompt and the caller's limit together: it is the limit that is too large, not the prompt."""
    refusal = status(400, lines({"error": {"message": said, "code": 400}}))
    with serving(routed({CHAT: refusal})) as url, pytest.raises(ServerError) as caught:
        served(url, "openai").ask(Question(ASKED.messages, limit=8192))
    assert str(caught.value) == f"{url} answered 400: {said}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "no", "type": "BadRequestError", "param": None, "code": 400}}, "no"),  # vLLM since 0.10
        ({"object": "error", "message": "no", "type": "BadRequestError", "param": None, "code": 400}, "no"),  # before
        ({"error": "no"}, "no"),  # vLLM's middleware for keys, LM Studio
        ({"detail": "no"}, "no"),  # FastAPI, on which vLLM and SGLang are built, for a path that is not there
        ({"message": "no"}, '{"message": "no"}'),
    ],
)
def test_how_a_server_says_no(body, said):
    with serving(routed({CHAT: status(404, lines(body))})) as url, pytest.raises(ServerError) as caught:
        served(url, "openai").ask(ASKED)
    assert str(caught.value) == f"{url} answered 404: {said}"


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
