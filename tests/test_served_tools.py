"""T003 on probes with tools: who writes them, and what is compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.answer_sources import LIVE, answer, found, marked, reasons, source_of
from tunespec.inference.answered import Call, Reply

TOOLS = ({"type": "function", "function": {"name": "forecast_of", "parameters": {"type": "object"}}},)
JINJA = """{% if tools %}Tools:{% for tool in tools %} {{ tool.function.name }}{% endfor %}
{% endif %}{% for message in messages %}{{ message.role }}: {{ message.content }}
{% endfor %}"""
SILENT = "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"
TEMPLATE = """{{ if .Tools }}Tools:{{ range .Tools }} {{ .Function.Name }}{{ end }}
{{ end }}{{ range .Messages }}{{ .Role }}: {{ .Content }}
{{ end }}"""
TOLD, UNTOLD = "Tools: forecast_of\nuser: Rain?\n", "user: Rain?\n"
SERVED = replace(LIVE, template=TEMPLATE, tools=True)
RECORD = {"messages": [{"role": "user", "content": "Rain?"}, {"role": "assistant", "content": "Dry."}]}
REFUSED = Reply("", reason="refused")


def probe(rendered, **more):
    return replace(answer("Rain?", "Dry.", rendered=rendered), tools=TOOLS, **more)


def test_both_sides_are_given_the_tools(tmp_path):
    source = source_of(tmp_path, [probe(TOLD)], served=SERVED, template=JINJA)
    assert found(source, "tools_differ", "content_differs", "unforeseen_rendering", "tools_unseen") == {}
    assert reasons(source, "tools_differ", "tools_unseen") == {"tools_differ": None, "tools_unseen": None}


def test_what_the_server_alone_leaves_out_is_a_difference(tmp_path):
    source = source_of(tmp_path, [probe(UNTOLD)], served=SERVED, template=JINJA)
    assert set(found(source, "tools_differ", "tools_unseen", "unforeseen_rendering")) == {
        "tools_differ",
        "unforeseen_rendering",
    }


@pytest.mark.parametrize("template", [SILENT, ""], ids=["nor does the training", "no training template"])
def test_tools_that_nobody_writes(tmp_path, template):
    source = source_of(tmp_path, [probe(UNTOLD)], served=SERVED, template=template)
    said = "the prompt that the server renders names none of the tools of `1`"
    assert marked(source, "tools_unseen") == {"tools_unseen": {0: said}}
    assert marked(source_of(tmp_path, [probe(UNTOLD, own=False)], served=SERVED), "tools_unseen") == {}


@pytest.mark.parametrize(
    ("trained", "compared"), [([], False), ([RECORD], False), ([{**RECORD, "tools": list(TOOLS)}], True)]
)
def test_the_specifications_are_compared_where_tools_were_trained(tmp_path, trained, compared):
    one = probe(TOLD.replace("Tools", "Functions"), own=False)
    source = source_of(tmp_path, [one], served=SERVED, template=JINJA, trained=trained)
    kinds = found(source, "tools_differ", "content_differs", "turn_header_differs", "generation_prompt_differs")
    assert bool(kinds) is compared


OLLAMA = (
    "the server passes no tools to this model: its template has no `.Tools`, and Ollama refuses such requests (`does "
    "not support tools`); the probe with tools is not answered"
)
LLAMA_CPP = (
    "the server passes no tools to this model: its chat template writes none, and llama.cpp drops them without a word; "
    "2 probes with tools are not answered"
)
OTHER = "the server passes no tools to this model; the probe with tools is not answered"


@pytest.mark.parametrize(
    ("kind", "number", "said"), [("ollama", 1, OLLAMA), ("llama.cpp", 2, LLAMA_CPP), ("openai", 1, OTHER)]
)
def test_a_server_that_refuses_them_is_one_finding(tmp_path, kind, number, said):
    refused = probe(None, reply=REFUSED)
    source = source_of(tmp_path, [answer("Why?", "So."), *[refused] * number], served=replace(SERVED, kind=kind))
    assert marked(source, "tools_unseen") == {"tools_unseen": {1: said}}
    assert found(source, "empty_answer", "tool_call", "unexpected_answer", "missed_expectation") == {}


@pytest.mark.parametrize(
    ("answers", "served", "why"),
    [
        (
            [answer("Why?", "So.")],
            replace(SERVED, tools=False),
            "the server passes no tools to this model: the specification's probe was not asked, and you have none",
        ),
        ([answer("Why?", "So.")], SERVED, "no probe of your own that was asked has tools (--probes FILE)"),
        ([probe(None)], SERVED, "Ollama 0.34.2 does not show the prompts that it renders"),
        ([probe(None)], None, "recorded outputs do not show what their server did with tools"),
    ],
)
def test_why_nothing_is_seen(tmp_path, answers, served, why):
    assert reasons(source_of(tmp_path, answers, served=served), "tools_unseen") == {"tools_unseen": why}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (Call("forecast_of", {}), None),
        (Call("tides_of", {}), "calls the unknown tool `tides_of`"),
        (Call("forecast_of", "{"), "calls `forecast_of` with arguments that are not JSON"),
        (Call("forecast_of", [1]), "calls `forecast_of` with arguments that are not an object"),
    ],
)
def test_a_call_that_does_not_fit(tmp_path, call, said):
    source = source_of(tmp_path, [probe(TOLD, reply=Reply("", reason="stop", calls=(call,)))], served=SERVED)
    assert found(source, "tool_call", "empty_answer") == ({"tool_call": [(0, said)]} if said else {})
