"""The probes are asked as the real caller asks: with the stop sequences and the limit of a client."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import chat, run_tunespec, write_jsonl
from tests.faulty_server import last, lines, ok, routed, serving
from tests.test_openai_dialects import CHAT, VLLM, chunk, events
from tests.test_wire import ABOUT
from tunespec.config import Config, find
from tunespec.discover import discover
from tunespec.discover_answers import with_given
from tunespec.errors import CannotJudgeError
from tunespec.inference.answered import Served
from tunespec.inference.caller import as_called
from tunespec.inference.recorded import read_recorded
from tunespec.inference.recording import write_recording
from tunespec.inference.source import AnswerSource
from tunespec.progress import Progress
from tunespec.report.subject_lines import _answers
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile
from tunespec.templates.python_calls import calls_in
from tunespec.templates.requests import read_request
from tunespec.templates.source import TemplateSource

TEMPLATE = "{% for m in messages %}### {{ m.role }}\n{{ m.content }}\n### End\n{% endfor %}"
REQUEST = {"model": "m", "messages": [{"role": "user", "content": "Where?"}], "stop": ["### End"], "max_tokens": 300}
SERVED = Served("m", "Ollama 0.34.2", stops=("<|im_end|>",), limit=64)


def requests(*bodies):
    named = [(DataFile(Path(f"{n}.json"), f"{n}.json", None, "request"), body) for n, body in enumerate(bodies)]
    return [(file, read_request(json.dumps(body).encode(), file.shown)) for file, body in named]


def called(settings, *bodies):
    served = as_called(SERVED, settings, "tunespec.toml", requests(*bodies))
    return served.stops, served.limit, dict(served.given)


def test_whose_stops_and_limit_count():
    nothing = {"messages": REQUEST["messages"]}
    other = REQUEST | {"max_tokens": 200}
    configured = {"stop": ["#"], "max_tokens": 9}
    of_request = (("### End",), 300, {"stops": "0.json", "limit": "0.json"})
    assert called({}) == (("<|im_end|>",), 64, {})
    assert called({}, REQUEST) == of_request
    assert called({}, REQUEST, nothing) == of_request
    assert called({}, REQUEST, REQUEST) == of_request
    assert called({}, REQUEST, other) == (("<|im_end|>",), 64, {})
    assert called(configured, REQUEST) == (("#",), 9, {"stops": "tunespec.toml", "limit": "tunespec.toml"})
    assert called({"stop": []}, REQUEST) == ((), 300, {"stops": "tunespec.toml", "limit": "0.json"})
    assert called({}, nothing | {"options": {"num_predict": -1}}) == (("<|im_end|>",), 64, {})
    assert as_called(SERVED, configured, "tunespec.toml", []).own_stops == ("<|im_end|>",)
    assert called({}, REQUEST | {"model": "another"}) == (("<|im_end|>",), 64, {})
    assert called({}, REQUEST | {"model": "m:latest"}, REQUEST | {"model": "another", "stop": "#"}) == of_request
    llama = as_called(replace(SERVED, kind="llama.cpp"), {}, "", requests(REQUEST | {"model": "gpt-4"}))
    assert llama.stops == ("### End",)  # whatever name it is called by, it answers
    assert SERVED.own_stops == ("<|im_end|>",)


URL = "http://127.0.0.1:8091"
LLAMA = replace(SERVED, kind="llama.cpp", name="../model.gguf", stops=None)
STOP = "stop=['### End'], max_completion_tokens=300"


def program(address, model="'m'", given=STOP):
    made = f"from openai import OpenAI\nc = OpenAI({f'base_url={address}' if address else ''})\n"
    return f"{made}c.chat.completions.create(model={model}, messages=[], {given})\n"


def called_by(served, *programs):
    files = [DataFile(Path(f"{n}.py"), f"{n}.py", None, "script") for n in range(len(programs))]
    calls = [(file, call) for file, one in zip(files, programs, strict=True) for call in calls_in(one.encode())]
    found = as_called(served, {}, "", calls, URL)
    return found.stops, found.limit


@pytest.mark.parametrize(
    ("served", "address", "model"),
    [
        (LLAMA, "'http://127.0.0.1:8091/v1'", "'gpt-4'"),
        (LLAMA, "'http://localhost:8091/v1'", "NAME"),
        (LLAMA, "'http://gpu:8000/v1'", "'local-model'"),  # where it will run
        (LLAMA, "URL", "NAME"),
        (replace(SERVED, kind="openai"), "'http://localhost:8091/v1'", "'m'"),
        (replace(SERVED, kind="openai"), "'http://localhost:8091/v1'", "NAME"),
        (replace(SERVED, kind="openai"), "'https://llm.acme.com/v1'", "'m'"),
        (replace(SERVED, kind="openai"), "URL", "'m'"),
        (replace(SERVED, kind="openai"), "", "'m'"),  # the environment says where
    ],
)
def test_a_client_of_openais_interface_asks_the_model(served, address, model):
    assert called_by(served, program(address, model)) == (("### End",), 300)


@pytest.mark.parametrize(
    ("served", "address", "model"),
    [
        (LLAMA, "", "'gpt-4o'"),
        (LLAMA, "", "'m'"),
        (LLAMA, "'https://openrouter.ai/api/v1'", "NAME"),
        (LLAMA, "'https://llm.acme.com/v1'", "'m'"),
        (LLAMA, "URL", "'judge'"),
        (replace(SERVED, kind="openai"), "'http://localhost:8091/v1'", "'judge'"),
    ],
)
def test_a_client_of_openais_interface_asks_another_model(served, address, model):
    assert called_by(served, program(address, model)) == (served.stops, served.limit)


def test_what_asks_for_sure_counts_before_what_may():
    own = program("'http://127.0.0.1:8091/v1'")
    assert called_by(LLAMA, own, program("'http://gpu:8000/v1'", "'judge'", "max_tokens=1")) == (("### End",), 300)
    assert called_by(LLAMA, own, program("'http://127.0.0.1:8091/v1'", given="max_tokens=1")) == (None, 64)
    assert called_by(replace(LLAMA, kind="ollama"), program("URL", "NAME")) == (("### End",), 64)


@pytest.fixture
def project(tmp_path):
    write_jsonl(tmp_path / "probes.jsonl", [{"id": "one", "messages": [{"role": "user", "content": "Where?"}]}])
    write_jsonl(tmp_path / "train.jsonl", [chat("What is the Seine?", "A river.")])
    (tmp_path / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "request.json").write_text(json.dumps(REQUEST), encoding="utf-8")
    return tmp_path


def source_of(folder, url, settings="", api="openai"):
    (folder / "tunespec.toml").write_text(f"[inference]\nmodel = 'm'\n{settings}", encoding="utf-8")
    config = with_given(find(folder), {"host": url, "api": api, "probes": [str(folder / "probes.jsonl")]})
    (model,) = discover(config, [str(folder)]).answering
    assert model.pair is not None
    return AnswerSource(model, config, Progress(), TemplateSource(model.pair, config))


def bodies(asked):
    return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in asked]


def vllm(asked):
    """vLLM, whose model writes its end marker where the caller does not stop it there."""
    usual = routed(VLLM)
    usage = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 3}}

    def answer(path, request):
        if path != CHAT:
            return usual(path, request)
        asked.append(request)
        body = json.loads(request.partition(b"\r\n\r\n")[2])
        said = "Paris." if body.get("stop") else "Paris.### End"
        if not body["stream"]:
            return [ok(lines({**usage, "choices": [{"message": {"content": said}, "finish_reason": "stop"}]}))]
        return [ok(events(chunk({"content": said}), chunk({}, "stop"), usage, b"[DONE]"))]

    return answer


def test_an_openai_server_is_asked_as_the_client_asks(project):
    asked: list[object] = []
    with serving(vllm(asked)) as url:
        source = source_of(project, url)
        (one,) = source.answered
        subject = source.described()
    first, whole, raw = bodies(asked)
    assert (first["stop"], first["max_tokens"], whole["stop"], whole["max_tokens"]) == (["### End"], 300) * 2
    assert ("stop" in raw, raw["max_tokens"]) == (False, 35)
    assert (source.served.stops, source.served.limit, one.reply.text) == (("### End",), 300, "Paris.")
    assert subject["profile"]["template"] == "chat_template.jinja"
    header = list(_answers(subject))
    assert header[1].startswith("  stops at `### End` (request.json); at most 300 tokens (request.json); a context")
    assert header[2] == "  ended: 1 by `### End`"


def test_the_configuration_outranks_the_client(project):
    asked: list[object] = []
    with serving(vllm(asked)) as url:
        source = source_of(project, url, "stop = ['###']\nmax_tokens = 20\n")
        assert source.answered
        assert source.served
    assert (bodies(asked)[0]["stop"], bodies(asked)[0]["max_tokens"]) == (["###"], 20)
    assert source.served.given == {"stops": "tunespec.toml", "limit": "tunespec.toml"}


def test_ollama_is_asked_with_the_list_that_replaces_the_modelfiles(project):
    asked: list[object] = []
    usual = routed(ABOUT)
    here = ok(lines(last("Here.", _debug_info={"rendered_template": "x"})))

    def answer(path, request):
        if path != "/api/chat":
            return [here] if path == "/api/generate" else usual(path, request)
        asked.append(request)
        return [here]

    with serving(answer) as url:
        source = source_of(project, url, "stop = ['#']\nmax_tokens = 20\n", api="ollama")
        assert source.answered
    options = bodies(asked)[0]["options"]
    assert (options["stop"], options["num_predict"]) == (["#"], 20)
    assert (source.served.stops, source.served.own_stops) == (("#",), ("### End",))


def test_a_lone_request_does_not_hide_what_the_model_was_made_with(project):
    """Whoever asks without stop sequences is shown the end marker, and told."""
    (project / "request.json").write_text(json.dumps(REQUEST | {"stop": None}), encoding="utf-8")
    with serving(vllm([])) as url:
        given = ("--model=m", f"--host={url}", "--probes=probes.jsonl")
        done = run_tunespec("check", ".", "--select=I002", "--format=json", "-n0", *given, cwd=project)
    report = json.loads(done.stdout)
    assert {finding["kind"] for finding in report["findings"]} == {"end_marker_shown"}, done.stderr
    profile = next(one["profile"] for one in report["subjects"] if one["name"] == "m")
    assert profile["template"] == "chat_template.jinja"


def test_a_recording_keeps_who_gave_the_stops(project):
    with serving(vllm([])) as url:
        source = source_of(project, url)
        served = source.served
        assert served is not None
        write_recording(project / "answers.jsonl", source.answered, served)
    file = DataFile(project / "answers.jsonl", "answers.jsonl", None, "jsonl")
    again = read_recorded((file,), Shapes({}, {})).served
    assert again is not None
    assert (again.stops, again.given, again.own_stops) == (("### End",), served.given, None)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("stop = [1]", "stop must be a list of strings"),
        ("stop = ['']", "inference.stop must be a list of strings"),
        ("max_tokens = 0", "inference.max_tokens must be a whole number above 0"),
        ("max_tokens = true", "inference.max_tokens must be a whole number above 0"),
        ("max_tokens = 1.5", "inference.max_tokens must be a whole number above 0"),
        ("model = ''", "inference.model must be the name of a model"),
    ],
)
def test_settings_that_are_none(tmp_path, written, message):
    (tmp_path / "tunespec.toml").write_text(f"[inference]\n{written}\n", encoding="utf-8")
    with pytest.raises(CannotJudgeError, match=message):
        find(tmp_path)


def test_one_stop_is_a_list(tmp_path):
    (tmp_path / "tunespec.toml").write_text("[inference]\nstop = '### End'\n", encoding="utf-8")
    assert find(tmp_path).inference == Config(tmp_path, inference={"stop": ["### End"]}).inference
