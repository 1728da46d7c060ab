"""``tunespec.trim`` is what a real server does, and the kinds of I002 and T001 that only a server can show."""

from __future__ import annotations

import pytest

from tests.live.asking import EXACT, posted
from tests.stop_law import engine
from tunespec import Trimmer, trim

pytestmark = pytest.mark.live

TRIGGERS = (
    "Where?", "[CAPITAL]", "[EOS]", "[ENDTURN]", "[IM_END]", "[HEADING]", "[REPEAT]", "[COUNT]", "[INVENT]", "[CODE]"
)  # fmt: skip
STOPS = (
    ["### End"],
    ["scripted answer", "capital", "the", " river flows", "o"],
    ["### Ende", "Wiener", " wet, Berlin"],  # begun, and never complete
    ["###"],
    ["End", "### End", "\n### End"],
    ["\n"],
    [""],
    ["<|im_end|>", "<|endturn|>", "</s>"],  # tokens, of which the engine shows nothing
)
QUESTIONS = (
    "What is the capital of France?",
    "Write a haiku about the sea.",
    "Say hello in Japanese and in Russian, with an emoji.",
    "Write a Python function that adds two numbers.",
)
REAL_STOPS = (
    [" of", "def ", "。", ". "],
    ["<|im_end|>"],
    ["\n\n"],
    ["France?", "\n\n\n\n", "```pythons"],
)


def answer(server, model, question, stops, limit):
    """The pieces of a streamed answer, each a token where no stop is set, and why it ended."""
    options = EXACT | {"stop": stops, "num_predict": limit}
    body = {"model": model, "messages": [{"role": "user", "content": question}], "options": options}
    lines = list(posted(server, "/api/chat", body))
    return [line["message"]["content"] for line in lines], lines[-1]["done_reason"]


def assert_parity(server, model, question, limits, lists):
    """The server's answer is the raw text, cut as we cut it, whole and as a stream."""
    for limit in limits:
        raw, ended = answer(server, model, question, [], limit)
        for stops in lists:
            pieces, reason = answer(server, model, question, stops, limit)
            trimmer = Trimmer(stops)
            streamed = [*(trimmer.feed(piece) for piece in raw), trimmer.finish(ended)]
            cut = trim("".join(raw), stops, ended)
            assert "".join(streamed) == cut
            assert "".join(pieces) == engine(raw, stops, ended), (stops, limit)
            if reason == "stop":
                assert "".join(pieces) == cut, (stops, limit)
            else:  # the server looks at the ends of tokens only, and so may hold back more
                assert cut.startswith("".join(pieces)), (stops, limit)


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_scripted_answer_is_its_raw_text_cut(ollama_server, scripted_model, trigger):
    assert_parity(ollama_server, scripted_model, trigger, [40], STOPS)


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_scripted_answer_is_cut_at_each_limit(ollama_server, scripted_model, trigger):
    assert_parity(ollama_server, scripted_model, trigger, range(1, 13), STOPS[:3])


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_real_answer_is_its_raw_text_cut(ollama_server, smollm_model, question):
    assert_parity(ollama_server, smollm_model, question, [64], REAL_STOPS)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_real_answer_is_cut_at_each_limit(ollama_server, smollm_model, question):
    assert_parity(ollama_server, smollm_model, question, range(1, 13), REAL_STOPS[:1])


def test_a_stop_in_the_middle_of_another_is_hidden_by_the_token(ollama_server, scripted_model):
    """The one case in which the answer depends on where tokens end, as ``tunespec.trim`` says."""
    stops = ["### End", "\n### End\n"]
    raw, ended = answer(ollama_server, scripted_model, "Where?", [], 40)
    pieces, _ = answer(ollama_server, scripted_model, "Where?", stops, 40)
    assert raw[-2:] == [" End\n", ""]
    assert "".join(pieces) == " This is a scripted answer." == engine(raw, stops, ended)
    assert trim("".join(raw), stops) == " This is a scripted answer.\n"
