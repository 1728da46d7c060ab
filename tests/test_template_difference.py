"""T003's core: why two renderings of a conversation differ, and where."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.template_families import CHATML, conversations, families
from tests.template_pairs import PAIRS, QWEN
from tunespec.templates.case import Case
from tunespec.templates.difference import KINDS, difference


@pytest.mark.parametrize("name", PAIRS)
def test_each_pair_has_its_kind(name):
    kind, case, trained, asked = PAIRS[name]
    found = difference(trained, asked, case)
    assert found is not None
    assert found.kind == kind, found.message


def test_every_kind_has_a_pair():
    assert {kind for kind, *_ in PAIRS.values()} == set(KINDS)


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_shown(name, snapshot):
    _, case, trained, asked = PAIRS[name]
    found = difference(trained, asked, case)
    elided = difference(trained, asked, replace(case, elided=True))
    assert found
    assert elided
    assert f"{found.kind} {found.at}: {found.message}\n\n{found.shown}\n\n{elided.message}\n{elided.shown}" == snapshot


@given(families(), conversations(), st.sampled_from(["", "<s>"]))
def test_equal_texts_do_not_differ(family, messages, bos):
    text = family.render(messages)
    assert difference(bos + text, text, Case(messages, bos=bos)) is None


_MESS = st.text("<s>ab \nÄ|", max_size=12)


@given(_MESS, _MESS, st.lists(_MESS, max_size=3), st.sampled_from(["", "<s>"]), st.booleans())
def test_any_texts_differ_iff_they_are_unequal(trained, asked, contents, bos, elided):
    roles = ("system", "user", "tool")
    messages = [{"role": role, "content": text} for role, text in zip(roles, contents, strict=False)]
    found = difference(trained, asked, Case(messages, bos=bos, elided=elided))
    said = trained.removeprefix(bos)
    assert (found is None) == (said == asked)
    if found:
        here, there = found.at
        here -= len(trained) - len(said)
        assert here == there
        assert said[:here] == asked[:there]
        assert said[here : here + 1] != asked[there : there + 1]
        assert found.kind in KINDS
        assert len(found.shown.splitlines()) == 3


@given(families(), conversations(), st.data())
def test_whitespace_alone_is_whitespace(family, messages, data):
    text = family.render(messages)
    at = data.draw(st.integers(0, len(text)))
    changed = text[:at] + data.draw(st.text(" \n\t\r\u00a0", min_size=1, max_size=3)) + text[at:]
    for trained, asked in ((text, changed), (changed, text)):
        found = difference(trained, asked, Case(messages))
        assert found is not None
        assert found.kind == "whitespace_differs"


@given(families(), conversations(system=True))
def test_a_dropped_system_message_is_lost(family, messages):
    found = difference(family.render(messages), family.render(messages[1:]), Case(messages))
    assert found is not None
    assert (found.kind, found.message) == ("system_lost", "the system message is missing on the server's side")


@given(families(), conversations(turns=3))
def test_dropped_turns_are_history(family, messages):
    found = difference(
        family.render(messages), family.render(messages[-1:]), Case([m for m in messages if m["role"] != "system"])
    )
    assert found is not None
    assert found.kind == "history_differs"


@given(families(), conversations(system=False), st.sampled_from(["You are a helpful assistant.", QWEN]))
def test_a_default_system_text_is_injected(family, messages, text):
    found = difference(family.render(messages), replace(family, default_system=text).render(messages), Case(messages))
    assert found is not None
    assert found.kind == "system_injected"


@given(families(), conversations())
def test_another_generation_prompt_is_named(family, messages):
    for generation in (family.generation + "<think>\n", "<|bot|>"):
        changed = replace(family, generation=generation)
        found = difference(changed.render(messages), family.render(messages), Case(messages))
        assert found is not None
        assert found.kind == "generation_prompt_differs"


@given(families(), conversations(), st.sampled_from(["<|x|>", "+++"]))
def test_another_header_of_the_first_message_is_named(family, messages, mark):
    changed = replace(family, start=mark)
    found = difference(family.render(messages), changed.render(messages), Case(messages))
    assert found is not None
    assert found.kind == "turn_header_differs"


@given(families(), conversations(turns=2))
def test_another_end_of_an_answer_is_history(family, messages):
    changed = replace(family, ends={**family.ends, "assistant": "<|over|>"})
    found = difference(family.render(messages), changed.render(messages), Case(messages))
    assert found is not None
    assert found.kind == "history_differs"


@given(families(), families(), conversations(), st.data())
def test_elided_contents_are_never_shown(one, other, messages, data):
    trained, asked = one.render(messages), other.render(messages)
    change = data.draw(st.sampled_from(["none", "cut", "broken", "twice"]))
    content = data.draw(st.sampled_from(messages))["content"]
    asked = {
        "none": asked,
        "cut": asked.replace(content, content[: len(content) // 2]),
        "broken": asked.replace(content, content.replace(" ", "&nbsp;")),
        "twice": asked.replace(content, content * 2),
    }[change]
    assume(trained != asked)
    found = difference(trained, asked, Case(messages, elided=True))
    assert found is not None
    text = found.message + found.shown
    assert not [word for m in messages for word in re.findall(r"\w+", m["content"]) if word in text]


def test_arguments_of_calls_are_elided():
    call = {"type": "function", "function": {"name": "find", "arguments": {"of": "Xaver Geheim"}}}
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Who is it?"}]
    messages += [{"role": "assistant", "content": "", "tool_calls": [call]}]
    written = "<q>Who is it?</q><call>find({'of': 'Xaver Geheim'})</call>"
    found = difference(written, written.replace("'", '"'), Case(messages, elided=True))
    assert found is not None
    assert found.kind == "tools_differ"
    assert "Geheim" not in found.message + found.shown
    assert "Xaver" not in found.message + found.shown


def test_contents_that_a_template_holds_too_are_found_where_they_stand():
    messages = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "s"},
        {"role": "user", "content": "d"},
    ]
    text = CHATML.render(messages)
    found = difference(text, text.replace("s<|im_end|>", "s"), Case(messages))
    assert found is not None
    assert (found.kind, found.message.split(",")[0]) == ("history_differs", "between assistant 1 and user 2")


def test_control_characters_do_not_reach_a_terminal():
    found = difference("a\x1b[31m\u202e", "a\x1b[32m\u200b", Case([{"role": "us\x1ber", "content": "a"}]))
    assert found is not None
    assert (found.message + found.shown).replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("a" * 1_000_000, "a"),
        ("word " * 200_000, "word"),
        ("<" * 1_000_000, "<"),
        ("é\u00a0" * 500_000, "é"),
        ("2024-01-01 " * 90_000, "no"),
        ("{% " * 330_000 + "end", "end"),
    ],
)
@pytest.mark.parametrize("place", ["start", "middle", "end"])
@pytest.mark.parametrize("elided", [False, True])
def test_large_texts_are_fast(text, content, place, elided):
    at = {"start": 0, "middle": len(text) // 2, "end": len(text)}[place]
    case = Case(
        [{"role": "system", "content": text[:5_000]}, *[{"role": "user", "content": content}] * 5], elided=elided
    )
    changed = text[:at] + "#" + text[at:]
    began = time.process_time()
    assert difference(text, changed, case) is not None
    assert time.process_time() - began < 0.25, "0.05 s are the limit; five times that allows for a busy machine"


@pytest.mark.parametrize(
    "content", [None, 7, [], [None], [{"type": "image"}], [{"type": "text", "text": "Hi."}], {"a": 1}]
)
@pytest.mark.parametrize(
    "calls", [None, 3, "x", [None], [{"function": 7}], [{"function": {"name": 3, "arguments": 4}}]]
)
def test_strange_messages_do_no_harm(content, calls):
    messages = [{"role": None, "content": content, "tool_calls": calls, "thinking": content}]
    assert difference("<u>Hi.</u>", "<v>Hi.</v>", Case(messages, elided=True)) is not None
