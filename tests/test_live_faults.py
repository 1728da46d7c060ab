"""A real Ollama that breaks: behind a proxy that spoils its answers, with models that it cannot load, with prompts that
do not fit.
"""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlsplit

import psutil
import pytest

from tests.faulty_server import serving, status
from tests.live.gguf_model import write_model
from tests.live.models import create
from tests.live.scripts import SCRIPTED
from tests.live.server import running
from tunespec.config import Config
from tunespec.inference.errors import ServerError
from tunespec.inference.ollama_server import OllamaServer
from tunespec.inference.server import Question
from tunespec.inference.source import AnswerSource
from tunespec.inference.wire import StatusError, Wire
from tunespec.progress import Progress
from tunespec.subjects import ServedModel

pytestmark = pytest.mark.live

STEADY = {"temperature": 0, "seed": 1}


def asked(*turns, **more):
    messages = [{"role": role, "content": content} for role, content in turns]
    return Question(messages, options=STEADY, **more)


CAPITAL, COUNT = asked(("user", "[CAPITAL]")), asked(("user", "[COUNT]"))


def forwarded(url, request):
    """What the real server answers, as it comes."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
        connection.sendall(request)
        while part := connection.recv(1 << 16):
            yield part


def proxy(server, spoil):
    """A server that forwards, and spoils what ``/api/chat`` answers."""

    def answer(path, request):
        parts = forwarded(server.url, request)
        return spoil(parts) if path == "/api/chat" else parts

    return serving(answer)


def up_to(size, then=lambda: ()):
    """The answer's first bytes, then what follows instead of the rest."""

    def spoil(parts):
        left = size
        for part in parts:
            yield part[:left]
            left -= len(part)
            if left <= 0:
                break
        yield from then()

    return spoil


def changed(old, new):
    """The answer with other bytes in it, of the same number, so that its chunks stay what they are."""

    def spoil(parts):
        yield b"".join(parts).replace(old, new.ljust(len(old)))

    return spoil


def stalled():
    threading.Event().wait(2)
    yield b""


def dying():
    raise OSError("the proxy dies")
    yield b""


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        pytest.param(up_to(0), "closed the connection before its answer was complete", id="gone before the answer"),
        pytest.param(up_to(60), "closed the connection before its answer was complete", id="gone in the head"),
        pytest.param(up_to(600), "closed the connection before its answer was complete", id="gone in the answer"),
        pytest.param(up_to(600, stalled), "sent nothing for 0.5 s; `silence` in [tool", id="silent in the answer"),
        pytest.param(up_to(600, dying), "closed the connection before its answer was complete", id="dies"),
        pytest.param(lambda _: [status(502, b"<html>")], "answered 502: Bad Gateway", id="a gateway's page"),
        pytest.param(changed(b'"message":', b'"message",'), "sent something that is no JSON object", id="garbled"),
        pytest.param(
            changed(b'"done":false}', b'"error":"oom"'), "sent something that is no JSON object", id="garbled more"
        ),
        pytest.param(
            changed(b'"role":"assistant"', b'"role":"assistan\xff"'),
            "sent something that is no JSON object",
            id="no UTF-8",
        ),
        pytest.param(
            changed(b'"model":', b'"error":'), "broke off in the middle of an answer: scripted", id="an error"
        ),
    ],
)
def test_a_spoilt_stream(ollama_server, scripted_model, spoil, sentence):
    with proxy(ollama_server, spoil) as url, pytest.raises(ServerError) as caught:
        OllamaServer(Wire(url, 0.5 if "silence" in sentence else 30), scripted_model).ask(CAPITAL)
    assert str(caught.value).startswith(f"{url} {sentence}")


def test_a_stream_without_its_last_object(ollama_server, scripted_model):
    with proxy(ollama_server, changed(b'"done":true', b'"done":null')) as url:
        reply = OllamaServer(Wire(url), scripted_model).ask(CAPITAL)
    assert (reply.text, reply.reason) == (" Paris is the capital.\n", None)


def test_through_a_proxy_that_spoils_nothing(ollama_server, scripted_model):
    direct = OllamaServer(Wire(ollama_server.url), scripted_model)
    with proxy(ollama_server, lambda parts: parts) as url:
        reply = OllamaServer(Wire(url), scripted_model).ask(CAPITAL)
    assert reply.text == direct.ask(CAPITAL).text == " Paris is the capital.\n"


def test_the_server_goes_while_probes_are_asked(ollama_server, scripted_model, tmp_path):
    """The second probe's answer breaks off: the sentence names that probe."""
    (tmp_path / "probes.jsonl").write_text(
        '{"id": "one", "messages": [{"role": "user", "content": "[CAPITAL]"}]}\n'
        '{"id": "two", "messages": [{"role": "user", "content": "[COUNT]"}]}\n',
        encoding="utf-8",
    )

    def spoil(parts):
        for part in parts:
            yield part
            if b" 40," in part:
                return

    with proxy(ollama_server, spoil) as url:
        subject = ServedModel(scripted_model, url, probes=(tmp_path / "probes.jsonl",))
        source = AnswerSource(subject, Config(tmp_path), Progress())
        with pytest.raises(ServerError, match=r"was complete; asked was the probe 'two' \(probes.jsonl:2\)$"):
            _ = source.answered


def test_the_engine_is_killed_in_the_middle_of_an_answer(ollama_server, tmp_path):
    """On a server of its own. Ollama tells it in the stream, and starts another engine for the next question."""
    with running(tmp_path / "server", ollama_server.program) as own:
        write_model(SCRIPTED, tmp_path / "model.gguf")
        (tmp_path / "Modelfile").write_text("FROM ./model.gguf\nTEMPLATE {{ .Prompt }}\n", encoding="utf-8")
        create(own, "mortal", tmp_path / "Modelfile")

        def spoil(parts):
            yield next(parts)
            for engine in psutil.process_iter(["cmdline"]):
                if str(own.folder / "models") in " ".join(engine.info["cmdline"] or ()):
                    engine.kill()
            yield from parts

        with (
            proxy(own, spoil) as url,
            pytest.raises(ServerError, match=r"broke off in the middle|closed the connection"),
        ):
            OllamaServer(Wire(url, 20, 20), "mortal").ask(COUNT)
        assert OllamaServer(Wire(own.url), "mortal").ask(CAPITAL).reason == "stop"


@pytest.mark.usefixtures("scripted_model")
def test_a_model_that_is_not_there(ollama_server):
    with pytest.raises(ServerError) as caught:
        OllamaServer(Wire(ollama_server.url), "nobody").describe()
    assert str(caught.value).startswith(f"the server at {ollama_server.url} has no model 'nobody'; it has ")
    assert ":latest" in str(caught.value)  # of many models only the first are named


def test_a_model_that_cannot_be_loaded(ollama_server, scripted_model, tmp_path):
    """Two tokens with one text: the engine aborts; the server lives on."""
    path = write_model(SCRIPTED, tmp_path / "model.gguf")
    path.write_bytes(path.read_bytes().replace(b"[CAPITAL]", b"[INVENTS]").replace(b"[INVENT]", b"[REPEAT]"))
    (tmp_path / "Modelfile").write_text("FROM ./model.gguf\n", encoding="utf-8")
    broken = OllamaServer(Wire(ollama_server.url), create(ollama_server, "aborting", tmp_path / "Modelfile"))
    assert broken.describe().name == "aborting"
    with pytest.raises(StatusError, match=r"answered 500: .*llama-server process has terminated"):
        broken.ask(CAPITAL)
    assert OllamaServer(Wire(ollama_server.url), scripted_model).ask(CAPITAL).reason == "stop"


@pytest.fixture(scope="module")
def small(ollama_server, tmp_path_factory):
    """A model whose context holds 256 tokens."""
    folder = tmp_path_factory.mktemp("small")
    write_model(SCRIPTED, folder / "model.gguf")
    (folder / "Modelfile").write_text(
        "FROM ./model.gguf\nTEMPLATE {{ .Prompt }}\nPARAMETER num_ctx 256\n", encoding="utf-8"
    )
    return OllamaServer(Wire(ollama_server.url), create(ollama_server, "small", folder / "Modelfile"))


LONG = "word " * 400


def test_a_prompt_that_is_longer_than_the_context(small):
    """Ollama cuts it without a word, unless it is told not to. The rendering is that of the whole prompt."""
    question = asked(("user", f"{LONG}[CAPITAL]"))
    reply = small.ask(question)
    assert (reply.overlong, reply.prompt_tokens < 256) == (True, True)
    assert not small.ask(CAPITAL).overlong
    assert small.rendered(question) == f"{LONG}[CAPITAL]"
    assert small.describe().context == 256


def test_a_longer_prompt_where_nothing_may_be_cut(small):
    body = {"model": "small", "messages": [{"role": "user", "content": LONG}], "truncate": False, "stream": False}
    with pytest.raises(StatusError, match=r"answered 400: .*(context length|context size)"):
        small.wire.post("/api/chat", body)


def test_a_runaway_is_hung_up_on_and_the_server_is_free_again(small):
    reply = small.ask(asked(("user", "[COUNT]"), guard=30))
    assert (reply.abandoned, reply.tokens, reply.reason) == (True, 30, None)
    assert small.ask(CAPITAL).reason == "stop"
