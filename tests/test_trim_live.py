"""``tunespec.trim`` against a real Ollama: a raw text, trimmed, is what the server answers with stop sequences on."""

from __future__ import annotations

import pytest

from tests.live.asking import generate
from tunespec import Trimmer, trim

pytestmark = pytest.mark.live

TRIGGERS = ["Where?", "[CAPITAL]", "[EOS]", "[INVENT]", "[HEADING]", "[COUNT]", "[CODE]"]
STOPS = [
    ["### End"],
    ["### End", "###"],
    ["### Question:", "### End"],
    ["\n"],
    ["capital", "is the"],
    ["End\n", "\n### End"],
    ["never", "### Ending"],
    [""],
]


def asked(server, model, prompt, **options):
    answer = generate(server, model, prompt, **options)
    return answer["response"], answer["done_reason"]


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("stops", STOPS, ids=repr)
def test_a_finished_answer_is_the_servers(ollama_server, scripted_model, trigger, stops):
    raw, reason = asked(ollama_server, scripted_model, trigger, stop=[], num_predict=64)
    answer, _ = asked(ollama_server, scripted_model, trigger, stop=stops, num_predict=64)
    assert trim(raw, stops, reason) == answer
    trimmer = Trimmer(stops)
    assert "".join([*map(trimmer.feed, raw), trimmer.finish(reason)]) == answer


@pytest.mark.parametrize("trigger", ["[CAPITAL]", "[HEADING]", "[INVENT]"])
@pytest.mark.parametrize("limit", range(1, 13))
def test_at_the_limit_the_begun_marker_is_lost(ollama_server, scripted_model, trigger, limit):
    raw, reason = asked(ollama_server, scripted_model, trigger, stop=[], num_predict=limit)
    answer, _ = asked(ollama_server, scripted_model, trigger, stop=["### End"], num_predict=limit)
    trimmed = trim(raw, ["### End"], reason)
    assert trimmed.startswith(answer)
    assert trimmed.removeprefix(answer) in {"", "\n"}  # of the token in which the marker begins: `\n##`


@pytest.mark.parametrize("prompt", ["What is the capital of France?", "Count from one to ten.", "Write a short poem."])
@pytest.mark.parametrize("stops", [["."], ["\n\n", "\n"], ["the", " of"], ["zebra"], ["ten", "e, ", ", f"]], ids=repr)
def test_a_real_models_answer_is_the_servers(ollama_server, smollm_model, prompt, stops):
    raw, reason = asked(ollama_server, smollm_model, prompt, stop=[], num_predict=24)
    answer, _ = asked(ollama_server, smollm_model, prompt, stop=stops, num_predict=24)
    trimmed = trim(raw, stops, reason)
    # At the limit the server may lose the rest of the token in which a marker began.
    assert trimmed == answer or (reason == "length" and trimmed.startswith(answer))
