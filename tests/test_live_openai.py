"""OpenAI's interface as real servers have it: llama.cpp's own, and Ollama's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.engine import engine, find_engine
from tests.live.gguf_model import write_model
from tests.live.scripts import SCRIPTED
from tests.live.smollm import smollm
from tunespec.config import Config
from tunespec.findings import Place
from tunespec.inference.asker import Asker
from tunespec.inference.caller import as_called
from tunespec.inference.connect import connect
from tunespec.inference.errors import ServerError
from tunespec.inference.ollama_server import OllamaServer
from tunespec.inference.openai_server import OpenAIServer
from tunespec.inference.probe import Probe
from tunespec.inference.server import Question
from tunespec.progress import Progress
from tunespec.subjects import DataFile, ServedModel
from tunespec.templates.python_calls import calls_in

pytestmark = pytest.mark.live

KEY = "key-of-the-tests"
STEADY = {"temperature": 0, "seed": 1}
MARKED = " Paris is the capital.\n### End\n"


@pytest.fixture(scope="module")
def program(ollama_server):
    found = find_engine(ollama_server.program)
    if found is None:
        pytest.skip("this Ollama has its engine inside")
    return found


@pytest.fixture(scope="module")
def scripted_url(program, tmp_path_factory):
    folder = tmp_path_factory.mktemp("engine")
    write_model(SCRIPTED, folder / "model.gguf")
    options = ("--alias", "scripted", "--api-key", KEY, "-t", "1", "-c", "512", "-np", "1")
    with engine(program, folder / "model.gguf", folder / "log", *options) as url:
        yield url


@pytest.fixture
def server(scripted_url, monkeypatch):
    monkeypatch.setenv("TUNESPEC_API_KEY", KEY)
    return served(scripted_url, "scripted")


def served(url, model, api=""):
    return connect(ServedModel(model, url, api), Config(Path.cwd()))


def asked(text, **more):
    return Question(
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}], options=STEADY, **more
    )


def test_the_interface_is_found_out(server, scripted_url, ollama_server):
    assert isinstance(server, OpenAIServer)
    assert isinstance(served(f"{scripted_url}/v1", "scripted"), OpenAIServer)
    assert isinstance(served(ollama_server.url, "scripted"), OllamaServer)


def test_what_it_says_of_the_model(server):
    said = server.describe()
    assert (said.name, said.stops, said.limit, said.context, said.rendering) == ("scripted", None, None, 512, True)
    assert said.server.startswith("llama.cpp")
    assert said.template is not None


@pytest.mark.parametrize(
    ("question", "text", "reason", "tokens"),
    [
        pytest.param(asked("[CAPITAL]"), MARKED, "stop", 7, id="no stop is set"),
        pytest.param(asked("[CAPITAL]", stops=("### End",)), " Paris is the capital.\n", "stop", None, id="a stop"),
        pytest.param(asked("[CAPITAL]", limit=3), " Paris is the capital.", "length", 3, id="a limit"),
        pytest.param(asked("[EOS]"), " Oslo is the capital.", "stop", None, id="EOS"),
    ],
)
def test_an_answer(server, question, text, reason, tokens):
    streamed, whole = server.ask(question), server.ask_whole(question)
    for reply in (streamed, whole):
        assert (reply.text, reply.reason) == (text, reason)
        assert tokens in {None, reply.tokens}
        assert reply.prompt_tokens == streamed.prompt_tokens > 0
    assert "".join(streamed.pieces) == text
    assert len(streamed.pieces) > 1
    assert whole.pieces == ()


def test_the_caller_ends_its_answers(server):
    asker = Asker(server, as_called(server.describe(), {"stop": ["### End"], "max_tokens": 64}, "f", ()), Progress())
    place = Place("probes.jsonl", 1, 0, "")
    messages = ({"role": "user", "content": "[CAPITAL]"},)
    (one,) = asker.ask([Probe("one", "plain", messages, place)])
    assert (one.reply.reason, "### End" in one.reply.text) == ("stop", False)
    assert one.raw is not None
    assert one.raw.text.startswith(one.reply.text + "### End")


def test_a_program_ends_the_answers_of_another_server(server, scripted_url, tmp_path):
    program = tmp_path / "ask.py"
    made = f"from openai import OpenAI\nc = OpenAI(base_url='{scripted_url}/v1', api_key=KEY)\n"
    asked_so = "c.chat.completions.create(model='any', messages=[], stop=['### End'], max_tokens=64)\n"
    program.write_text(made + asked_so, encoding="utf-8")
    file = DataFile(program, "ask.py", None, "script")
    calls = [(file, call) for call in calls_in(program.read_bytes())]
    called = as_called(server.describe(), {}, "", calls, scripted_url)
    assert (called.stops, called.limit, called.given) == (("### End",), 64, {"stops": "ask.py:3", "limit": "ask.py:3"})
    place, messages = Place("probes.jsonl", 1, 0, ""), ({"role": "user", "content": "[CAPITAL]"},)
    (one,) = Asker(server, called, Progress()).ask([Probe("one", "plain", messages, place)])
    assert (one.reply.reason, "### End" in one.reply.text) == ("stop", False)


def test_a_runaway_is_hung_up_on(server):
    reply = server.ask(asked("[COUNT]", guard=20))
    assert (reply.abandoned, reply.reason, reply.tokens) == (True, None, 20)
    assert reply.text.startswith(" 10, 11, 12,")
    assert server.ask(asked("[EOS]")).reason == "stop"


def test_its_rendering(server):
    text = server.rendered(asked("[CAPITAL] & <more>"))
    assert "Be brief." in text
    assert "[CAPITAL] & <more>" in text
    assert server.rendered(asked("[CAPITAL]", single=True)) is None


def test_a_prompt_longer_than_the_context(server):
    reply = server.ask(asked("word " * 600))
    assert (reply.text, reply.reason, reply.overlong) == ("", "refused", True)
    with pytest.raises(ServerError, match=r"answered 400: request \(\d+ tokens\) exceeds the available context size"):
        server.ask_whole(asked("word " * 600))


def test_a_model_that_is_not_there(server, scripted_url):
    with pytest.raises(ServerError, match=r"has no model 'other'; it has scripted \(nothing is pulled or created\)$"):
        served(scripted_url, "other").describe()


def test_a_key_that_is_missing(scripted_url, monkeypatch):
    monkeypatch.delenv("TUNESPEC_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(ServerError, match=r"answered 401: .*\(TUNESPEC_API_KEY holds the key that is sent\)$"):
        served(scripted_url, "scripted", "openai").ask(asked("[EOS]"))


def test_ollama_has_it_too(ollama_server, scripted_model):
    server = served(ollama_server.url, scripted_model, "openai")
    assert server.describe().server == "OpenAI-compatible server"
    assert (server.ask(asked("[CAPITAL]")).text, server.rendered(asked("x"))) == (" Paris is the capital.\n", None)


def test_a_real_model(program, smollm_model, tmp_path):
    with engine(program, smollm(), tmp_path / "log", "--alias", smollm_model, "-np", "1", "-c", "2048") as url:
        reply = served(url, smollm_model).ask(asked("What is the capital of France?", limit=40))
    assert "Paris" in reply.text
    assert reply.reason == "stop"
