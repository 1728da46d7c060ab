"""Probes with tools: what they may say, and what is wrong with those that do not fit."""

from __future__ import annotations

import pytest

from tests.conftest import write_jsonl
from tunespec.errors import CannotJudgeError
from tunespec.inference.probe import are_probes, read_probes

SCHEMA = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
TOOL = {"type": "function", "function": {"name": "forecast_of", "parameters": SCHEMA}}
OTHER = {"type": "function", "function": {"name": "tides_of"}}
ASKED = {"role": "user", "content": "Rain in Lisbon?"}


def called(arguments, **more):
    return {"role": "assistant", "tool_calls": [{"function": {"name": "forecast_of", "arguments": arguments}, **more}]}


RESULT = {"role": "tool", "content": "Dry."}
TALK = [ASKED, called({"place": "Lisbon"}), RESULT]


def read(folder, **line):
    (probe,) = read_probes([write_jsonl(folder / "probes.jsonl", [{"messages": [ASKED], **line}])], folder)
    return probe


def test_its_tools_and_what_it_must_call(tmp_path):
    probe = read(tmp_path, tools=[TOOL, OTHER], call=["tides_of"])
    assert (probe.tools, probe.call, probe.case) == ((TOOL, OTHER), ("tides_of",), "tools")
    assert read(tmp_path, tools=[TOOL], call=[], case="rare").call == ()
    assert read(tmp_path, tools=[TOOL], case="rare").case == "rare"
    assert (read(tmp_path).tools, read(tmp_path).call, read(tmp_path).case) == ((), None, "plain")


@pytest.mark.parametrize("content", [{}, {"content": None}, {"content": ""}], ids=["absent", "null", "empty"])
@pytest.mark.parametrize("arguments", [{"place": "Lisbon"}, '{"place": "Lisbon"}'], ids=["object", "text"])
def test_calls_and_results_are_linked(tmp_path, arguments, content):
    call = {
        "id": "call00000",
        "type": "function",
        "function": {"name": "forecast_of", "arguments": {"place": "Lisbon"}},
    }
    probe = read(tmp_path, tools=[TOOL], messages=[ASKED, called(arguments) | content, RESULT])
    assert probe.messages == (
        ASKED,
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {**RESULT, "tool_call_id": "call00000", "name": "forecast_of"},
    )


def test_ids_that_are_given_stay(tmp_path):
    both = {"role": "assistant", "tool_calls": [called({"place": p}, id=p)["tool_calls"][0] for p in ("Faro", "Porto")]}
    results = [{**RESULT, "tool_call_id": "Porto"}, RESULT]
    probe = read(tmp_path, tools=[TOOL], messages=[ASKED, both, *results])
    assert [message.get("tool_call_id") for message in probe.messages[2:]] == ["Porto", "Faro"]


A_TOOL = 'a tool is {"type": "function", "function": {"name": ..., "parameters": ...}}'
A_CALL = 'tool_calls of the assistant are a list of {"function": {"name": ..., "arguments": {...}}}'


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ({"tools": TOOL}, "tools must be a list of tools"),
        ({"tools": []}, "tools must be a list of tools"),
        ({"tools": [TOOL["function"]]}, A_TOOL),
        ({"tools": [{"type": "function", "function": {"name": " "}}]}, A_TOOL),
        ({"tools": [TOOL, TOOL]}, "two of its tools are named 'forecast_of'"),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "thing"}}}]},
            "the parameters of the tool 'f' are no JSON schema",
        ),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": True}}]},
            "the parameters of the tool 'f' are no JSON schema",
        ),
        ({"call": ["forecast_of"]}, "call is a list of names of its tools"),
        ({"call": []}, "call is a list of names of its tools"),
        ({"tools": [TOOL], "call": "forecast_of"}, "call is a list of names of its tools"),
        ({"tools": [TOOL], "call": ["tides_of"]}, "call 'tides_of' is none of its tools (forecast_of)"),
        ({"messages": TALK}, "its messages call tools, and it has no tools"),
        ({"messages": TALK[:2], "tools": [TOOL]}, "the last message must be the user's or a tool's"),
        ({"messages": [ASKED, RESULT], "tools": [TOOL]}, "a message of a tool has no call before it"),
        (
            {"messages": [*TALK[:2], {**RESULT, "tool_call_id": "c9"}], "tools": [TOOL]},
            "a message of a tool has no call before it",
        ),
        ({"messages": [ASKED, {"role": "assistant"}, ASKED]}, "the content of a message is a text"),
        ({"messages": [{**ASKED, "tool_calls": TALK[1]["tool_calls"]}], "tools": [TOOL]}, A_CALL),
        ({"messages": [ASKED, {"role": "assistant", "content": "", "tool_calls": []}, ASKED], "tools": [TOOL]}, A_CALL),
        ({"messages": [ASKED, {"role": "assistant", "tool_calls": ["f"]}, ASKED], "tools": [TOOL]}, A_CALL),
        ({"messages": TALK, "tools": [OTHER]}, "it calls the unknown tool `forecast_of`"),
        (
            {"messages": [ASKED, called({"place": 1}), RESULT], "tools": [TOOL]},
            "it calls `forecast_of` against its schema: place: is a number where the schema says string",
        ),
        ({"messages": [ASKED, called("{"), RESULT], "tools": [TOOL]}, "it calls `forecast_of` with arguments that are"),
    ],
)
def test_what_does_not_fit(tmp_path, line, wrong):
    with pytest.raises(CannotJudgeError) as caught:
        read(tmp_path, **line)
    assert str(caught.value).startswith(f"probes.jsonl:1: no probe: {wrong}")


def test_a_file_of_them_is_known():
    assert are_probes([{"messages": [ASKED], "tools": [TOOL], "call": []}])
    assert are_probes([{"messages": TALK, "tools": [TOOL], "must": ["Dry"]}])
    assert not are_probes([{"messages": TALK, "tools": [TOOL]}]), "a record to train on, cut before its answer"
