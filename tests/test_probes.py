"""The conversations that both sides render, and records as messages."""

from __future__ import annotations

import html
import json
import re

import pytest

from tunespec.shapes import Shapes
from tunespec.special_tokens import TOKEN_PATTERN
from tunespec.templates.probes import conversation_of, probes, variants

ALL = probes(bos="<s>", tools=True)


def texts(case):
    return [message["content"] for message in case.messages if message["content"]]


def test_the_shapes_that_templates_treat_in_their_own_ways():
    roles = {case.name: "-".join(message["role"] for message in case.messages) for case in ALL}
    assert roles == {
        "user": "user",
        "system-user": "system-user",
        "user-assistant-user": "user-assistant-user",
        "system-user-assistant-user": "system-user-assistant-user",
        "tools": "user",
        "tool-call": "user-assistant-tool",
    }
    assert {case.bos for case in ALL} == {"<s>"}
    assert [case.name for case in probes()] == [case.name for case in ALL if not case.tools]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_their_texts_are_harmless(case):
    said = texts(case)
    assert len(set(said)) == len(said)
    for text in said:
        assert re.fullmatch(r"[A-Z][A-Za-z ]+[.?]", text)
        assert html.escape(text) == text
        assert re.search(TOKEN_PATTERN, text) is None
    for text in said:
        assert not [other for other in said if text != other and text.strip() in other]


def test_variants_hold_what_templates_escape_or_trim():
    escaped, spaced = variants(ALL[1])
    assert (escaped.name, spaced.name) == ("system-user, escaped", "system-user, spaced")
    for text in texts(escaped):
        assert html.escape(text) != text != json.dumps(text)[1:-1]
    for text in texts(spaced):
        assert text[0] == text[-1] == " " != text.strip()[0]
    for case in (escaped, spaced):
        assert [message["role"] for message in case.messages] == ["system", "user"]
        assert case.bos == "<s>"


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_each_ends_where_the_model_is_asked(case):
    assert case.messages[-1]["role"] in {"user", "tool"}


def test_keys_of_the_tool_are_not_sorted():
    for case in ALL:
        for tool in case.tools or ():
            names = list(tool["function"]["parameters"]["properties"])
            assert names != sorted(names)


def converted(record, **given):
    conversation = Shapes().convert(record)
    assert conversation is not None
    return conversation_of(conversation, **given)


TALK = [
    {"role": "user", "content": "Hi."},
    {"role": "assistant", "content": "Hello."},
    {"role": "user", "content": "Bye."},
    {"role": "assistant", "content": "<think>\nOh.\n</think>\n\nFarewell."},
]
PAIR = [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hello."}]


@pytest.mark.parametrize(
    ("record", "messages"),
    [
        ({"messages": TALK}, TALK),
        ({"messages": [{"role": "system", "content": "Be."}, *TALK]}, [{"role": "system", "content": "Be."}, *TALK]),
        ({"system": "Be.", "conversations": [{"from": "human", "value": "Hi."}, {"from": "gpt", "value": "Hello."}]},
         [{"role": "system", "content": "Be."}, *PAIR]),
        ({"instruction": "Hi.", "input": "", "output": "Hello."}, PAIR),
        ({"prompt": "Hi.", "completion": "Hello."}, PAIR),
        ({"prompt": "Hi.", "chosen": "Hello.", "rejected": "No."}, PAIR),
    ],
)  # fmt: skip
def test_records_become_messages(record, messages):
    assert converted(record, asked=False) == (tuple(messages), None)
    assert converted(record) == (tuple(messages[:-1]), None)


def test_calls_and_results_take_openais_form():
    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"b": 2, "a": 1}'}}
    tools = [{"type": "function", "function": {"name": "add", "parameters": {}}}]
    record = {
        "messages": [
            {"role": "user", "content": "Sum?"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "3"},
            {"role": "assistant", "content": "Three."},
        ],
        "tools": tools,
    }
    messages, found = converted(record)
    assert found == tuple(tools)
    assert messages[1]["tool_calls"] == [{**call, "function": {"name": "add", "arguments": {"b": 2, "a": 1}}}]
    assert messages[2] == {"role": "tool", "content": "3", "tool_call_id": "c1", "name": "add"}
    assert len(messages) == 3
    assert list(messages[1]["tool_calls"][0]["function"]["arguments"]) == ["b", "a"], "the order of the record"


def test_sharegpt_calls_are_calls():
    record = {
        "conversations": [
            {"from": "human", "value": "Sum?"},
            {"from": "function_call", "value": '{"name": "add", "arguments": {"a": 1}}'},
            {"from": "observation", "value": "3"},
            {"from": "gpt", "value": "Three."},
        ],
        "tools": json.dumps([{"name": "add", "parameters": {}}]),
    }
    messages, tools = converted(record)
    assert [message["role"] for message in messages] == ["user", "assistant", "tool"]
    assert messages[1]["tool_calls"][0]["function"] == {"name": "add", "arguments": {"a": 1}}
    assert messages[1]["content"] == ""
    assert tools == ({"type": "function", "function": {"name": "add", "parameters": {}}},)


@pytest.mark.parametrize(
    "record",
    [
        {"text": "### Question: Hi. ### Answer: Hello."},
        {"messages": "no list"},
        {"messages": [{"role": "assistant", "content": "Hello."}]},
        {"segments": [{"label": False, "text": "Hi."}, {"label": True, "text": "Hello."}]},
    ],
)
def test_what_cannot_be_asked_has_no_messages(record):
    assert converted(record)[0] == ()


@pytest.mark.parametrize("tools", ["not JSON", 7, [], "[" * 100_000, [None, "x"], {"name": "one"}])
def test_strange_tools_do_no_harm(tools):
    messages, found = converted({"messages": PAIR, "tools": tools})
    assert len(messages) == 1
    assert found == (({"type": "function", "function": {"name": "one"}},) if isinstance(tools, dict) else None)


@pytest.mark.parametrize("calls", [[None], ["x"], [{"function": None}], [{"function": {"name": 3}}], [{}], [[[]]]])
def test_strange_calls_do_no_harm(calls):
    record = {
        "messages": [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "", "tool_calls": calls}]
    }
    messages, _ = converted(record, asked=False)
    assert "tool_calls" not in messages[1]
