"""Servers that fail in every way: each is one sentence, within the bounds, and never a traceback."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import socket
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faulty_server import last, lines, ok, piece, routed, serving, status
from tunespec.inference.answered import Reply, Served
from tunespec.inference.errors import ServerError
from tunespec.inference.ollama_server import OllamaServer
from tunespec.inference.openai_server import OpenAIServer
from tunespec.inference.server import Question
from tunespec.inference.shown_parameters import parameters
from tunespec.inference.wire import StatusError, Wire

ASKED = Question([{"role": "user", "content": "Where?"}], guard=50)
SHOWN = ok(lines({"parameters": 'stop "### End"\nnum_predict 64\nnum_ctx 1048576', "template": "{{ .Prompt }}"}))
ABOUT = {
    "/api/version": ok(b'{"version": "0.34.2"}'),
    "/api/show": SHOWN,
    "/api/tags": ok(b'{"models": [{"name": "m:latest", "digest": "abc"}]}'),
    "/api/ps": ok(b'{"models": [{"name": "m:latest", "context_length": 2048}]}'),
}


def wire(url, **bounds):
    return Wire(url, **({"silence": 0.3, "patience": 0.4} | bounds))


def asked(answer, question=ASKED, **bounds):
    """What the client makes of a chat that is answered like this."""
    with serving(answer if callable(answer) else routed({"/api/chat": answer})) as url:
        return OllamaServer(wire(url, **bounds), "m").ask(question)


def refused(answer, **bounds):
    """The sentence, without the address."""
    started = time.monotonic()
    with pytest.raises(ServerError) as caught:
        asked(answer, **bounds)
    assert time.monotonic() - started < 5
    text = re.sub(r"http://127\.0\.0\.1:\d+", "SERVER", str(caught.value))
    assert "\n" not in text
    assert text.isprintable()
    return text


def described(**changed):
    with serving(routed({**ABOUT, **{f"/api/{name}": answer for name, answer in changed.items()}})) as url:
        return OllamaServer(wire(url), "m").describe()


def test_an_answer():
    reply = asked(ok(lines(piece(" Par"), piece("is."), last())))
    assert (reply.text, reply.reason, reply.tokens, reply.prompt_tokens, reply.seconds) == (" Paris.", "stop", 3, 9, 2)
    assert reply.pieces == (" Par", "is.")


def test_the_last_object_may_hold_text_and_lack_its_line_end():
    reply = asked(ok(lines(piece("Par"), last("is")).rstrip()))
    assert reply.pieces == ("Par", "is")


def test_a_line_in_many_parts_and_many_lines_in_one():
    sent = lines(*(piece(f"{number} ") for number in range(20)), last())
    parts = [ok(), *(sent[start : start + 7] for start in range(0, len(sent), 7))]
    assert asked(parts).text == "".join(f"{number} " for number in range(20)) == asked(ok(sent)).text


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ServerError, match=rf"^http://127\.0\.0\.1:{port} cannot be reached \(.+\)$"):
        wire(f"http://127.0.0.1:{port}").get("/api/version")


@pytest.mark.parametrize("url", ["http://no-such-host.invalid:1", f"http://{'a' * 70}.example:1"])
def test_no_such_host(url):
    with pytest.raises(ServerError, match=r"cannot be reached \(.+\)$"):
        wire(url).get("/")


def test_a_server_without_tls():
    with (
        serving(routed({})) as url,
        pytest.raises(ServerError, match=r"does not speak TLS \(.+\): is it http:// there\?$"),
    ):
        wire(url.replace("http:", "https:")).get("/")


def test_the_stream_ends_without_a_last_object():
    """Ollama does that when one piece repeats: an answer without a reason, not a fault."""
    reply = asked(ok(lines(piece("la "), piece("la "))))
    assert (reply.text, reply.reason, reply.tokens, reply.abandoned) == ("la la ", None, None, False)


def test_an_old_ollama_ends_without_saying_why():
    assert asked(ok(lines({"message": {"content": "Hi"}, "done": True}))).reason == ""


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        pytest.param(b"", "SERVER closed the connection before its answer was complete", id="closes at once"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-", "SERVER closed the connection before its answer was complete", id="in head"
        ),
        pytest.param(
            ok(lines(piece("a"))[:20], headers="Content-Length: 900\r\n"),
            "SERVER closed the connection before its answer was complete",
            id="closes in a body of known length",
        ),
        pytest.param(
            ok(lines(piece("a"))[:30]),
            """SERVER sent something that is no JSON object: '{"model": "m", "message": {"ro'""",
            id="closes in a line",
        ),
        pytest.param(
            ok(b"5\r\nabc", headers="Transfer-Encoding: chunked\r\n"),
            "SERVER closed the connection before its answer was complete",
            id="closes in a chunk",
        ),
        pytest.param(
            ok(b"zz\r\nabc", headers="Transfer-Encoding: chunked\r\n"),
            "SERVER does not speak HTTP (illegal chunk header: bytearray(b'zz\\r\\n'))",
            id="chunk of no size",
        ),
        pytest.param(
            b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
            "SERVER does not speak HTTP (illegal status line: bytearray(b'SSH-2.0-OpenSSH_9.2'))",
            id="another protocol",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\n" + b"X-Header: 1\r\n" * 100_000,
            "SERVER does not speak HTTP (Receive buffer too long)",
            id="endless head",
        ),
        pytest.param(
            ok(b"\x00\x1b[31m\xff\xfe"),
            "SERVER sent something that is no JSON object: '\ufffd\ufffd[31m\ufffd\ufffd'",
            id="no text",
        ),
        pytest.param(ok(b"[1]\n"), "SERVER sent something that is no JSON object: '[1]'", id="no object"),
        pytest.param(
            ok(lines(piece("a"))[:-1] + b"\xff\n"),
            """SERVER sent something that is no JSON object: '{"model": "m", "message": {"role": "a...'""",
            id="no UTF-8",
        ),
        pytest.param(
            ok(lines(piece("a"), {"error": "an error was\nencountered"})),
            "SERVER broke off in the middle of an answer: an error was encountered",
            id="an error in the stream",
        ),
        pytest.param(
            status(500, b'{"error": "llama-server process has terminated: exit status 1"}'),
            "SERVER answered 500: llama-server process has terminated: exit status 1",
            id="500 with an error",
        ),
        pytest.param(
            status(500, b'{"error": {"code": 500, "message": "no slot"}}'),
            "SERVER answered 500: no slot",
            id="OpenAI's",
        ),
        pytest.param(
            status(502, b"<html><h1>502</h1></html>"), "SERVER answered 502: Bad Gateway", id="a page of a proxy"
        ),
        pytest.param(status(500), "SERVER answered 500: Internal Server Error", id="500 with nothing"),
        pytest.param(status(599), "SERVER answered 599: no reason given", id="an unknown status"),
        pytest.param(
            b"HTTP/1.1 500 X\r\nContent-Length: 99\r\n\r\nout of memory", "SERVER answered 500: out of memory", id="cut"
        ),
        pytest.param(
            status(401), "SERVER answered 401: Unauthorized (TUNESPEC_API_KEY holds the key that is sent)", id="no key"
        ),
        pytest.param(
            ok(gzip.compress(lines(last())), headers="Content-Encoding: gzip\r\n"),
            "SERVER sent its answer compressed (gzip), which nobody asked for",
            id="compressed",
        ),
    ],
)
def test_a_fault_is_a_sentence(answer, sentence):
    assert refused([answer]) == sentence


def test_a_redirect_is_not_followed():
    visited = []

    def other(path, _):
        visited.append(path)
        return [ok(lines(last()))]

    with serving(other) as elsewhere:
        text = refused(status(307, headers=f"Location: {elsewhere}/api/chat\r\n"))
    assert text == "SERVER answered 307: it points to SERVER/api/chat, where nothing is sent"
    assert visited == []


def test_silence_is_bounded():
    ends = threading.Event()

    def answer(*_):
        yield ok(lines(piece("a")))
        ends.wait(5)

    expected = "SERVER sent nothing for 0.2 s; `silence` in [tool.tunespec.inference] allows more"
    assert refused(answer, silence=0.2, patience=9) == expected
    ends.set()


def test_an_answer_in_one_piece_may_take_as_long_as_a_streamed_one():
    def answer(*_):
        time.sleep(0.3)
        yield ok(lines(last("Slow.")))

    with serving(answer) as url:
        server = OllamaServer(wire(url, silence=0.1, patience=5), "m")
        assert server.ask_whole(ASKED).text == "Slow."
        with pytest.raises(ServerError, match=r"sent nothing for 0\.1 s"):
            server.rendered(ASKED)


@pytest.mark.parametrize("head", [b"", ok()], ids=["in the head", "in the body"])
def test_a_trickle_is_bounded(head):
    def answer(*_asked):
        yield head or b"HTTP/1.1 200 OK\r\nX-Header: "
        for _ in range(100):
            yield b" "
            time.sleep(0.02)

    expected = "SERVER was still answering after 0.3 s; `silence` in [tool.tunespec.inference] allows more"
    assert refused(answer, silence=0.2, patience=0.3) == expected


def test_a_line_without_end_is_bounded():
    assert refused(itertools.chain([ok()], itertools.repeat(b"x" * 65536)), patience=30) == (
        "SERVER sent a line of more than 4 MB"
    )


def test_a_body_without_end_is_bounded():
    blank = itertools.chain([ok()], itertools.repeat((b" " * 4095 + b"\n") * 256))
    assert refused(blank, patience=30) == "SERVER sent more than 64 MB for one answer"


@pytest.mark.parametrize("text", ["la ", ""])
def test_pieces_without_end_are_hung_up_on(text):
    reply = asked(itertools.chain([ok()], itertools.repeat(lines(piece(text)))), patience=30)
    assert (reply.text, reply.abandoned, len(reply.pieces), reply.tokens) == (text * 50, True, 50, 50)


def test_thoughts_are_no_pieces():
    thought = piece("") | {"message": {"role": "assistant", "content": "", "thinking": "hm "}}
    reply = asked(ok(lines(*([thought] * 60), piece("Yes."), last())))
    assert (reply.text, reply.pieces, reply.abandoned) == ("Yes.", ("Yes.",), False)


def test_thoughts_without_end_are_hung_up_on_too():
    """Four times as late as text: who thinks writes more before the answer."""
    thought = lines(piece("") | {"message": {"role": "assistant", "content": "", "thinking": " hm"}})
    reply = asked(itertools.chain([ok()], itertools.repeat(thought)), patience=30)
    assert (reply.text, reply.pieces, reply.thoughts, reply.tokens, reply.abandoned) == ("", (), 200, 200, True)


def test_an_end_that_the_connection_outlives():
    """Nothing is waited for behind the last object."""
    ends = threading.Event()

    def answer(*_):
        yield ok(lines(piece("a"), last()))
        ends.wait(5)

    assert asked(answer).text == "a"
    ends.set()


def test_neither_proxies_nor_credentials_of_the_environment_are_used(monkeypatch, tmp_path):
    requests = []

    def answer(_, request):
        requests.append(request.decode())
        return [ok(lines(last()))]

    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    asked(answer)
    assert requests[0].splitlines()[0] == "POST /api/chat HTTP/1.1"
    assert "Accept-Encoding: identity" in requests[0]
    assert "secret" not in requests[0]
    assert "Authorization" not in requests[0]


def test_a_path_in_front():
    with serving(routed({"/a%20b/api/version": ok(b'{"version": "1"}')})) as url:
        assert wire(f"{url}/a b").get("/api/version") == {"version": "1"}


def test_what_the_server_says_of_the_model():
    served = described()
    assert (served.server, served.digest, served.template) == ("Ollama 0.34.2", "abc", "{{ .Prompt }}")
    assert (served.stops, served.limit, served.context, served.rendering) == (("### End",), 64, 2048, True)
    assert served.options == {"num_predict": 64, "num_ctx": 1048576}
    assert (served.kind, served.engine) == ("ollama", "llama-server")


def test_a_server_that_knows_less():
    served = described(tags=status(404), ps=status(404), version=ok(b'{"version": "0.5.13"}'))
    assert (served.digest, served.context, served.rendering) == ("", 1048576, False)
    own = described(version=ok(b'{"version": "0.0.0"}'))
    assert (own.rendering, own.engine) == (True, "llama-server")
    assert described(version=ok(b'{"version": "0.24.0"}')).engine == "runner"


@pytest.mark.parametrize(
    ("tags", "has"),
    [
        (ABOUT["/api/tags"], "it has m:latest"),
        (ok(b'{"models": []}'), "it names none"),
        (status(404), "it names none"),
    ],
)
def test_a_model_that_is_not_there(tags, has):
    with pytest.raises(ServerError, match=rf"has no model 'm'; {has} \(nothing is pulled or created\)$"):
        described(show=status(404, b'{"error": "model not found"}'), tags=tags)


def test_a_server_that_refuses_to_show_the_model():
    with pytest.raises(StatusError, match=r"answered 403: no$"):
        described(show=status(403, b"no"))


def test_an_old_ollama_answers_instead_of_rendering():
    with serving(routed({"/api/chat": ok(lines(last("Hi")))})) as url:
        assert OllamaServer(wire(url), "m").rendered(ASKED) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r'stop                           "\n\t\"é\" \x00\\"', {"stop": ['\n\t"é" \x00\\']}),
        ('stop "a"\nstop "b"', {"stop": ["a", "b"]}),
        (
            "temperature 0.7\nnum_ctx 1.048576e+06\nuse_mmap true",
            {"temperature": 0.7, "num_ctx": 1048576, "use_mmap": True},
        ),
        ("x " + "(" * 9999, {"x": "(" * 9999}),
        ("", {}),
    ],
    ids=["quoted", "stops", "numbers", "hostile", "none"],
)
def test_parameters_as_go_prints_them(written, read):
    assert parameters(written) == read


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.just("a" * 99),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
OLLAMA = {
    **last("Hi"),
    "error": None,
    "version": "0.34.2",
    "models": [{"name": "m", "digest": "d", "context_length": 1}],
    "parameters": "stop 1",
    "template": "",
    "system": "",
    "_debug_info": {"rendered_template": "x"},
}
OPENAI = {
    "choices": [{"delta": {"content": "Hi"}, "message": {"content": "Hi"}, "finish_reason": "stop"}],
    "usage": {"completion_tokens": 3, "prompt_tokens": 9},
    "data": [{"id": "m", "owned_by": "vllm", "max_model_len": 9}],
    "default_generation_settings": {"n_ctx": 9, "params": {"n_predict": 1}},
    "chat_template": "",
    "build_info": "",
    "prompt": "x",
    "version": "1",
}


def places(value, place=()):
    yield place
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*place, key))


def changed(value, place, new):
    if not place:
        return new
    inner = changed(value[place[0]], place[1:], new)
    if isinstance(value, dict):
        return {**value, place[0]: inner}
    return [*value[: place[0]], inner, *value[place[0] + 1 :]]


class Canned(Wire):
    """A wire that brings the same bytes for each request."""

    content = b""

    def _chunks(self, _, path, body, __):
        yield (b"data: " if path == "/v1/chat/completions" and body["stream"] else b"") + type(self).content


@pytest.mark.parametrize(("client", "usual"), [(OllamaServer, OLLAMA), (OpenAIServer, OPENAI)])
@pytest.mark.parametrize("method", ["describe", "ask", "ask_whole", "rendered"])
@given(data=st.data())
def test_whatever_a_field_holds(client, usual, method, data):
    value = changed(usual, data.draw(st.sampled_from(list(places(usual)))), data.draw(JSON))
    Canned.content = json.dumps(value).encode()
    server = client(Canned("http://server"), "m")
    try:
        result = getattr(server, method)(*(() if method == "describe" else (ASKED,)))
    except ServerError as error:
        result = str(error)
        assert result.isprintable()
    if isinstance(result, Reply):
        assert isinstance(result.text, str)
        assert result.reason is None or isinstance(result.reason, str)
        for count in (result.tokens, result.prompt_tokens):
            assert count is None or (type(count) is int and count >= 0)
    if isinstance(result, Served):
        assert result.context is None or type(result.context) is int
        assert all(isinstance(stop, str) for stop in result.stops or ())
