"""Probes with tools on real servers: what is sent, what comes back, and a model whose template knows no tools."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import judge_folder
from tests.live.engine import engine, find_engine
from tests.live.gguf_model import write_model
from tests.live.models import create
from tests.live.scripted import DEFAULT, Model, Script
from tests.template_facts import marked, sources_of, write_files
from tunespec.config import Config
from tunespec.inference.answered import Call
from tunespec.inference.connect import connect
from tunespec.inference.probe import read_probes, suite_probes
from tunespec.inference.server import Question
from tunespec.subjects import ServedModel
from tunespec.suite_paths import suite_root

pytestmark = pytest.mark.live

STEADY = {"temperature": 0, "seed": 1}
RIGHT = '<tool_call>{"name":"forecast_of","arguments":{"days":1,"place":"Lisbon"}}</tool_call>'
WRONG = '<tool_call>{"name":"forecast_of","arguments":{"days":"one","place":"Lisbon"}}</tool_call>'
CALLING = Model(
    (
        Script(DEFAULT, (" It is a", " fine day.", "\n###", " End\n")),
        Script("[RIGHT]", (RIGHT,)),
        Script("[WRONG]", (WRONG,)),
        Script("[DRY]", (" Dry until", " Thursday.", "\n### End\n")),
        Script("Lisbon tomorrow", (RIGHT,)),
        Script('"degrees"', (" It will be", " 17 degrees.", "\n### End\n")),
    )
)
MODELFILE = """FROM ./model.gguf
TEMPLATE \"\"\"{{- if .Tools }}### Tools:
{{ range .Tools }}{{ .Function.Name }}
{{ end }}
{{ end }}{{- range .Messages }}{{- if eq .Role "user" }}### Question:
{{ .Content }}

{{ else if eq .Role "assistant" }}### Answer:
{{ .Content }}{{ if .ToolCalls }}{{ range .ToolCalls }}<tool_call>{"name":"{{ .Function.Name }}","arguments":{{ json .Function.Arguments }}}</tool_call>{{ end }}{{ end }}
### End

{{ else if eq .Role "tool" }}### Result:
{{ .Content }}

{{ end }}{{ end }}### Answer:
\"\"\"
PARAMETER stop "### End"
PARAMETER num_predict 64
PARAMETER num_ctx 2048
"""  # noqa: E501
JINJA = """{%- if tools %}### Tools:
{% for tool in tools %}{{ tool.function.name + '\\n' }}{% endfor %}{{ '\\n' }}{% endif %}{%- for message in messages %}{%- if message.role == 'user' %}### Question:
{{ message.content }}

{% elif message.role == 'assistant' %}### Answer:
{{ message.content }}{% for call in message.tool_calls or [] %}<tool_call>{"name":"{{ call.function.name }}","arguments":{{ call.function.arguments | tojson(separators=(',', ':')) }}}</tool_call>{% endfor %}{{ '\\n' }}### End

{% elif message.role == 'tool' %}### Result:
{{ message.content }}

{% endif %}{%- endfor %}{% if add_generation_prompt %}### Answer:
{% endif %}"""  # noqa: E501
TOOL = {
    "type": "function",
    "function": {
        "name": "forecast_of",
        "description": "The weather forecast of a place.",
        "parameters": {
            "type": "object",
            "properties": {"days": {"type": "integer"}, "place": {"type": "string"}},
            "required": ["days", "place"],
        },
    },
}
ARGUMENTS = {"days": 1, "place": "Lisbon"}  # in the order of the alphabet, in which Go writes a map
CALL = {"id": "k7Qm2xW9a", "type": "function", "function": {"name": "forecast_of", "arguments": ARGUMENTS}}
RESULT: list[dict[str, Any]] = [
    {"role": "user", "content": "Rain?"},
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "k7Qm2xW9a", "name": "forecast_of", "content": "[DRY]"},
]
CALLED = (Call("forecast_of", ARGUMENTS),)


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calling")
    write_model(CALLING, folder / "model.gguf")
    (folder / "Modelfile").write_text(MODELFILE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def calling_model(ollama_server, model_folder):
    return create(ollama_server, "calling", model_folder / "Modelfile")


@pytest.fixture
def ollama(ollama_server, calling_model, tmp_path):
    return connect(ServedModel(calling_model, ollama_server.url), Config(tmp_path))


@pytest.fixture(scope="module")
def engine_url(ollama_server, model_folder):
    program = find_engine(ollama_server.program)
    if program is None:
        pytest.skip("this Ollama has its engine inside")
    (model_folder / "chat.jinja").write_text(JINJA, encoding="utf-8")
    template = ("--jinja", "--chat-template-file", str(model_folder / "chat.jinja"))
    options = ("--alias", "calling", "-t", "1", "-c", "2048", "-np", "1", *template)
    with engine(program, model_folder / "model.gguf", model_folder / "log", *options) as url:
        yield url


def asked(text, **more):
    return Question([{"role": "user", "content": text}], tools=[TOOL], options=STEADY, **more)


@pytest.fixture(params=["Ollama", "Ollama by OpenAI's interface", "llama.cpp"])
def server(request, ollama_server, calling_model, tmp_path):
    if request.param == "llama.cpp":
        return connect(ServedModel("calling", request.getfixturevalue("engine_url")), Config(tmp_path))
    api = "openai" if "OpenAI" in request.param else "ollama"
    return connect(ServedModel(calling_model, ollama_server.url, api), Config(tmp_path))


def test_a_call_is_the_same_as_a_stream_and_in_one_piece(server):
    for reply in (server.ask(asked("[RIGHT]")), server.ask_whole(asked("[RIGHT]"))):
        assert (reply.text, reply.reason, reply.calls) == ("", "stop", CALLED)


def test_who_is_given_tools_may_answer_in_words(server):
    for question, words in ((asked("Hello"), "It is a fine day."), (Question(RESULT, tools=[TOOL]), "Dry until")):
        reply = server.ask(question)
        assert (words in reply.text, reply.calls) == (True, ())


WITHIN = "{{ if .ToolCalls }}{{ range .ToolCalls }}"
UNFOUND = {  # what is changed in the TEMPLATE, and whether the client then gets the call, or its text
    "bare": ((WITHIN, "{{ if true }}{{ range .ToolCalls }}"), False),
    "spaced": ((WITHIN, "{{ if .ToolCalls }}\n{{ range .ToolCalls }}"), True),
    "early": ((".Content }}{{ if", ".Content }}{{ if not .ToolCalls }}none{{ end }}{{ if"), False),
}


@pytest.mark.parametrize("name", UNFOUND)
def test_which_calls_ollama_finds(ollama_server, model_folder, tmp_path, name):
    """What T003's `tool_calls_unread` says without a server."""
    change, called = UNFOUND[name]
    assert change[0] in MODELFILE
    (model_folder / name).write_text(MODELFILE.replace(*change), encoding="utf-8")
    made = create(ollama_server, f"calling-{name}", model_folder / name)
    server = connect(ServedModel(made, ollama_server.url), Config(tmp_path))
    for reply in (server.ask(asked("[RIGHT]")), server.ask_whole(asked("[RIGHT]"))):
        assert (RIGHT in reply.text, bool(reply.calls)) == (not called, called)  # the text may come twice, in part
    folder = write_files(tmp_path / "told", {"Modelfile": MODELFILE.replace(*change)})
    (source,) = sources_of(folder).values()
    assert ("tool_calls_unread" not in marked(source, "files")) == called


def test_without_tools_a_call_is_text(server):
    reply = server.ask(replace(asked("[RIGHT]"), tools=()))
    assert ("forecast_of" in reply.text, reply.calls) == (True, ())


def test_what_each_server_says_of_tools(ollama, engine_url, ollama_server, scripted_model, tmp_path):
    assert ollama.describe().tools is True
    assert connect(ServedModel("calling", engine_url), Config(tmp_path)).describe().tools is True
    without = connect(ServedModel(scripted_model, ollama_server.url), Config(tmp_path))
    assert without.describe().tools is False
    assert without.ask(asked("[EOS]")).refuses_tools


def test_its_rendering_holds_the_tools_and_the_result(ollama, engine_url, tmp_path):
    question = Question(RESULT, tools=[TOOL])
    for server in (ollama, connect(ServedModel("calling", engine_url), Config(tmp_path))):
        prompt = server.rendered(question)
        assert prompt is not None
        assert prompt.startswith("### Tools:\nforecast_of\n")
        assert RIGHT in prompt
        assert "### Result:\n[DRY]" in prompt


OWN = [
    {"id": "right", "messages": [{"role": "user", "content": "[RIGHT]"}], "tools": [TOOL], "call": ["forecast_of"]},
    {"id": "wrong", "messages": [{"role": "user", "content": "[WRONG]"}], "tools": [TOOL], "call": ["forecast_of"]},
    {"id": "needless", "messages": [{"role": "user", "content": "[RIGHT] "}], "tools": [TOOL], "call": []},
    {"id": "silent", "messages": [{"role": "user", "content": "Hello"}], "tools": [TOOL], "call": ["forecast_of"]},
    {"id": "result", "messages": RESULT, "tools": [TOOL], "must": ["Thursday"]},
]
FOUND = {
    ("tool_call", "wrong"): "calls `forecast_of` against its schema: days: is a string where the schema says integer",
    ("missed_expectation", "needless"): "the answer to `needless` calls `forecast_of`, where it must call none",
    ("missed_expectation", "silent"): "the answer to `silent` calls no tool, where it must call `forecast_of`",
}
WITH_TOOLS = {one.place.line for one in read_probes(suite_probes(), suite_root()) if one.tools}


@pytest.fixture
def judged(ollama_server, tmp_path):
    """Exit code, what is found of the given probes by kind and probe, and each kind of the table of answers."""

    def judge(model, probes=OWN, select=("T003", "D002", "I003"), jinja=JINJA, **given):
        files = ["probes.jsonl"] * bool(probes) + ["suite"]
        (tmp_path / "tunespec.toml").write_text(f"[inference]\nprobes = {json.dumps(files)}\n", encoding="utf-8")
        (tmp_path / "probes.jsonl").write_text("".join(json.dumps(one) + "\n" for one in probes), encoding="utf-8")
        (tmp_path / "chat_template.jinja").write_text(jinja, encoding="utf-8")
        (tmp_path / "Modelfile").write_text(MODELFILE, encoding="utf-8")
        code, report = judge_folder(tmp_path, model=model, host=ollama_server.url, select=select, **given)
        own = (one for one in report["findings"] if one["path"] == "probes.jsonl")
        found = {(one["kind"], probes[one["row"]]["id"]): one["message"] for one in own}
        suite = {one["line"] for one in report["findings"] if one["path"] == "tunespec:probes/edge_cases.jsonl"}
        assert not suite & WITH_TOOLS
        return code, found, {one["kind"]: one for one in report["pitfalls"] if one["table"] == "answers"}

    return judge


def test_probes_with_tools_are_judged(judged, calling_model):
    code, found, kinds = judged(calling_model)
    assert (code, found) == (1, FOUND)
    assert kinds["tool_call"]["examined"] == 4  # three own ones, and one of the specification
    assert (kinds["tools_unseen"]["examined"], kinds["tools_unseen"]["status"]) == (5, "passed")
    assert kinds["unforeseen_rendering"]["status"] == "passed"
    assert kinds["tools_differ"]["status"] == "passed"


def test_tools_that_were_trained_otherwise(judged, calling_model):
    _, found, _ = judged(calling_model, jinja=JINJA.replace("### Tools", "### Functions"), select=("T003",))
    assert set(found) == {("tools_differ", "right")}


def test_a_template_that_never_writes_its_tools(judged, ollama_server, model_folder):
    hidden = MODELFILE.replace("{{- if .Tools }}", "{{- if and .Tools false }}")
    (model_folder / "Hidden").write_text(hidden, encoding="utf-8")
    name = create(ollama_server, "hidden", model_folder / "Hidden")
    silent = JINJA.replace("{%- if tools %}", "{%- if false %}")
    code, found, _ = judged(name, probes=OWN[:1], jinja=silent, select=("T003.tools_unseen", "T003.tools_differ"))
    said = "the prompt that the server renders names none of the tools of `right`"
    assert (code, found) == (1, {("tools_unseen", "right"): said})
    _, found, _ = judged(name, probes=OWN[:1], select=("T003.tools_unseen", "T003.tools_differ"))
    assert set(found) == {("tools_differ", "right")}, "the training wrote them: that is one finding"


def test_a_model_without_tools_is_not_asked_the_specifications(judged, scripted_model):
    code, found, kinds = judged(scripted_model, probes=(), select=("T003.tools_unseen", "D002"))
    assert (code, found) == (0, {})
    assert kinds["tools_unseen"]["reason"] == (
        "the server passes no tools to this model: the specification's probe was not asked, and you have none"
    )


def test_ones_own_probe_is_found(judged, scripted_model):
    code, found, _ = judged(scripted_model, probes=[OWN[0], OWN[3]], select=("T003.tools_unseen", "D002", "I003"))
    assert code == 1
    assert found == {
        ("tools_unseen", "right"): "the server passes no tools to this model: its template has no `.Tools`, and Ollama "
        "refuses such requests (`does not support tools`); 2 probes with tools are not answered"
    }
