"""Tool calls that are written into the answer's text: Hermes, Qwen and others."""

from __future__ import annotations

import json

import pytest

from tests.facts_of import facts_of, source_of

LOOK = {"name": "look", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}}
CALL = '{"name": "look", "arguments": {"a": "owl"}}'
TOOLS = json.dumps([{"type": "function", "function": LOOK}])
ONE_A_LINE = json.dumps({"type": "function", "function": LOOK})
BROKEN = "has a `<tool_call>` that is not JSON (turn 2 of 4)"


def block(body):
    return f"<tool_call>\n{body}\n</tool_call>"


def record(said, *, declared=TOOLS, result="tool"):
    system = f"You call functions, given within <tools> </tools> tags.\n<tools>\n{declared}\n</tools>\nUse <tool_call>."
    turns = [("system", system), ("human", "Where does the owl live?"), ("gpt", said)]
    turns += [(result, '<tool_response>\n{"ok": 1}\n</tool_response>'), ("gpt", "In the barn.")]
    return {"conversations": [{"from": role, "value": text} for role, text in turns], "tools": "[]"}


def said_of(tmp_path, *records):
    facts = facts_of(source_of(tmp_path, records), "format")
    return {name: fact.marks[0].text for name, fact in facts.items() if 0 in fact.marks}


@pytest.mark.parametrize(
    "said",
    [
        block(CALL),
        f"I look it up.\n{block(CALL)}",
        f"<think>\nA <tool_call> is due.\n</think>\n\n{block(CALL)}",
        f"{block(CALL)}\n{block(CALL)}<|im_end|>",
        f"{block(CALL)}{block(CALL)}",
        f"<tool_call>\n{CALL}",
        block("<function=look>\n<parameter=a>\nowl\n</parameter>\n</function>"),
        block("look\n<arg_key>a</arg_key>\n<arg_value>owl</arg_value>").replace("\n", "", 1),
        f"[TOOL_CALLS][{CALL}]",
        f"<functioncall> {CALL}",
        '<|python_tag|>{"name": "look", "parameters": {"a": "owl"}}',
        '{"name": "look", "parameters": {"a": "owl"}}',
    ],
)
@pytest.mark.parametrize("result", ["tool", "human"])
def test_a_call_in_the_text_is_a_call(tmp_path, said, result):
    assert said_of(tmp_path, record(said, result=result)) == {}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (block(CALL[:-2]), BROKEN),
        (block(CALL.replace('"', "'")), BROKEN),
        (block(CALL[:-1] + ",}"), BROKEN),
        (f"<tool_call>\n{CALL[:-1]}", BROKEN),
        (f"{block(CALL)}\n{block(CALL[:-1])}", BROKEN),
        (block(CALL.replace("look", "loook")), "calls the unknown tool `loook` (turn 2 of 4)"),
        (block('{"arguments": {}}'), "has a tool call without a name (turn 2 of 4)"),
        (
            block('{"name": "look", "arguments": {}}'),
            "calls `look` against its schema: its arguments: lacks a (turn 2 of 4)",
        ),
        (block('{"name": "look", "arguments": {"a": 1}}'), None),
    ],
)
def test_a_written_call_that_nobody_can_run_is_found(tmp_path, said, found):
    marks = said_of(tmp_path, record(said))
    assert list(marks) == ["tool_call"]
    assert found in (marks["tool_call"], None)


def test_tools_declared_one_on_a_line_are_known(tmp_path):
    declared = f"{ONE_A_LINE}\n{ONE_A_LINE.replace('look', 'listen')}"
    assert said_of(tmp_path, record(block(CALL.replace("look", "listen")), declared=declared)) == {}
    assert (
        "unknown tool" in said_of(tmp_path, record(block(CALL.replace("look", "lo")), declared=declared))["tool_call"]
    )


def test_tools_declared_in_words_are_not_held_against_a_call(tmp_path):
    assert said_of(tmp_path, record(block(CALL), declared="def look(a: str): ...")) == {}


@pytest.mark.parametrize(
    "answer",
    [
        "Wrap each call in `<tool_call>` tags.",
        "A call looks so:\n\n```\n<tool_call>\n{...}\n</tool_call>\n```\n\nThat is all.",
        "Models write <tool_call>{name}</tool_call> for it.",
        "<tool_call> opens it.",
    ],
)
def test_a_call_that_is_only_spoken_of_is_none(tmp_path, answer):
    turns = [{"from": "human", "value": "How do models call tools?"}, {"from": "gpt", "value": answer}]
    assert said_of(tmp_path, {"conversations": turns}) == {}


def test_a_result_after_plain_words_is_still_found(tmp_path):
    marks = said_of(tmp_path, record("I look it up."))
    assert set(marks) == {"role_order", "tool_call"}


def anthropic(use=None, result=None):
    used = use or {"type": "tool_use", "id": "t1", "name": "look", "input": {"a": "owl"}}
    given = result or {"type": "tool_result", "tool_use_id": "t1", "content": "In the barn."}
    return {
        "messages": [
            {"role": "user", "content": "Where does the owl live?"},
            {"role": "assistant", "content": [{"type": "text", "text": "I look."}, used]},
            {"role": "user", "content": [given]},
            {"role": "assistant", "content": "In the barn."},
        ]
    }


def test_a_tool_result_of_anthropic_is_no_empty_prompt(tmp_path):
    assert said_of(tmp_path, anthropic()) == {}
    other = anthropic(result={"type": "tool_result", "tool_use_id": "t1", "content": "In the wood."})
    duplicates = facts_of(source_of(tmp_path, [anthropic(), other]), "duplicates")
    assert not duplicates["duplicate_of"].marks
