"""The specification's own probes: what each of them must have so that a working model can pass it."""

from __future__ import annotations

import pytest

from tunespec.inference.matching import holds
from tunespec.inference.probe import CASES, read_probes, suite_probes
from tunespec.suite_paths import suite_root

PROBES = read_probes(suite_probes(), suite_root())
NAMES = [probe.id for probe in PROBES]


def said(probe, *, last=True):
    messages = probe.messages if last else probe.messages[:-1]
    return "\n".join(message["content"] for message in messages)


def asked(probe):
    return [message["content"] for message in probe.messages if message["role"] == "user"][-1]


def test_they_are_few_and_cover_every_kind_of_edge_case():
    assert 20 <= len(PROBES) <= 28, "each costs a user's machine a second or more"
    assert {probe.case for probe in PROBES} == set(CASES)
    assert len(set(NAMES)) == len(NAMES)
    assert not any(probe.own for probe in PROBES)
    assert {probe.place.path.partition(":")[0] for probe in PROBES} == {"tunespec"}


def test_tools_are_those_of_the_probes_of_that_case():
    """Most fine-tuned models take none: what is asked without tools must not need them."""
    with_tools = [probe for probe in PROBES if probe.tools]
    assert with_tools == [probe for probe in PROBES if probe.case == "tools"]
    assert [probe.call for probe in with_tools] == [("forecast_of",), None]
    assert "forecast_of" not in "".join(message["content"] for probe in with_tools for message in probe.messages)


def test_one_has_no_end():
    assert [probe.id for probe in PROBES if probe.runaway] == ["edge-runaway"]


@pytest.mark.parametrize("probe", [probe for probe in PROBES if probe.context], ids=lambda probe: probe.id)
def test_the_answer_stands_in_the_context_alone(probe):
    assert all(holds(said(probe), text) for text in probe.context)
    wanted = probe.must or probe.any
    assert wanted
    assert any(holds(" ".join(probe.context), text) for text in wanted)
    question = asked(probe).split("\n")[-1]
    assert not any(holds(question, text) for text in wanted), "an answer that repeats the question is none"
    if probe.case == "multi-turn" or any(message["role"] == "system" for message in probe.messages):
        assert not any(holds(asked(probe), text) for text in wanted)


def test_facts_stand_in_the_system_message_in_a_document_and_in_earlier_turns():
    earlier = {
        next((m["role"] for m in probe.messages if holds(m["content"], probe.context[0])), "")
        + f"-{len(probe.messages)}"
        for probe in PROBES
        if probe.context
    }
    assert earlier == {"system-2", "user-1", "user-3", "user-5", "tool-3"}


@pytest.mark.parametrize("probe", [probe for probe in PROBES if probe.secret], ids=lambda probe: probe.id)
def test_secrets_are_secret(probe):
    assert all(text in said(probe) for text in probe.secret)
    question = probe.messages[-1]["content"].split("```")[0]
    assert not any(text in question for text in probe.secret)


def test_one_is_long_and_fits_into_a_small_context():
    longest = max(PROBES, key=lambda probe: len(said(probe)))
    assert longest.case == "long"
    assert 4000 < len(said(longest)) < 6000  # 1,550 tokens of SmolLM2: with an answer of 256 they fit into 2,048


@pytest.mark.parametrize("probe", PROBES, ids=NAMES)
def test_a_model_that_says_nothing_passes_none_with_expectations(probe):
    from tunespec.inference.matching import unmet

    expected = {"must": probe.must, "any": probe.any, "must_not": probe.must_not}
    assert (unmet(expected, "") is None) == (not probe.must and not probe.any)
    right = " and ".join((*probe.must, *probe.any[:1]))
    assert unmet(expected, right) is None
