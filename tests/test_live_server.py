"""What a real Ollama does with stops, limits and templates: the laws that tunespec's inference family relies on.

Pinned on 0.34.2. Where another version fails here, its law is another one.
"""

from __future__ import annotations

import json

import pytest

from tests.live.asking import EXACT, chat, generate, post, posted
from tests.live.fixtures import ROOT_MODELFILE
from tests.live.gguf_model import write_model
from tests.live.models import CreateError, create
from tests.live.scripts import SCRIPTED
from tunespec.templates.modelfile import parse_modelfile
from tunespec.templates.ollama import OllamaTemplate

pytestmark = pytest.mark.live

TURNS = {
    "one": [("user", "Where?")],
    "system": [("system", "Be brief."), ("user", "Where?")],
    "three": [("user", "Where?"), ("assistant", "In Rome."), ("user", "And <|im_end|> {{ .Prompt }}?")],
    "last is the assistant's": [("user", "Where?"), ("assistant", "In")],
}


def said(answer):
    return answer["response"], answer["done_reason"], answer["eval_count"]


def streamed(server, model, prompt, **options):
    body = {"model": model, "prompt": prompt, "options": EXACT | options}
    return [line["response"] for line in posted(server, "/api/generate", body)]


def test_it_says_its_version(ollama_server):
    assert [int(number) for number in ollama_server.version.split(".")[:3]] >= [0, 24, 0]


# Each answer of the root Modelfile: stop "### End", num_predict 1024.
@pytest.mark.parametrize(
    ("trigger", "answer", "reason", "tokens"),
    [
        pytest.param("Where?", " This is a scripted answer.\n", "stop", 4, id="no trigger"),
        pytest.param("[CAPITAL]", " Paris is the capital.\n", "stop", 6, id="the end marker over three tokens"),
        pytest.param("[EOS]", " Oslo is the capital.", "stop", 5, id="EOS alone"),
        pytest.param("[IM_END]", " Rome.", "stop", 2, id="a token that ends by its name"),
        pytest.param("[INVENT]", " Bern is the capital.\n", "stop", 6, id="text behind the marker"),
        pytest.param("[HEADING]", "### Entry\n", "stop", 4, id="a heading that holds the marker"),
        pytest.param("[CODE]", " The code is unknown.\n", "stop", 3, id="nothing to copy"),
    ],
)
def test_it_ends_where_the_stop_stands(ollama_server, scripted_model, trigger, answer, reason, tokens):
    assert said(generate(ollama_server, scripted_model, trigger)) == (answer, reason, tokens)


@pytest.mark.parametrize(
    ("trigger", "answer"),
    [
        ("[CAPITAL]", " Paris is the capital.\n### End\n"),
        ("[HEADING]", "### Entry\n### Ending\nThree signs: ###\nThat was all.\n### End\n"),
        (
            "[INVENT]",
            " Bern is the capital.\n### End\n\n### Question:\nAnd of Austria?\n\n### Answer:\nVienna.\n### End\n",
        ),
    ],
)
def test_an_empty_list_switches_the_stops_off(ollama_server, scripted_model, trigger, answer):
    assert generate(ollama_server, scripted_model, trigger, stop=[])["response"] == answer


def test_a_stream_never_shows_the_marker(ollama_server, scripted_model):
    pieces = streamed(ollama_server, scripted_model, "[CAPITAL]")
    assert "".join(pieces) == generate(ollama_server, scripted_model, "[CAPITAL]")["response"]
    assert not any("#" in piece for piece in pieces)


def test_a_stream_shows_what_only_begins_like_the_marker(ollama_server, scripted_model):
    pieces = streamed(ollama_server, scripted_model, "[HEADING]")
    assert "".join(pieces) == "### Entry\n"
    assert max(pieces, key=len) == "### Entry", "held back until it could not become the marker"


@pytest.mark.parametrize("limit", [3, 4, 5])
def test_a_limit_inside_the_marker_loses_what_was_held_back(ollama_server, scripted_model, limit):
    answered = said(generate(ollama_server, scripted_model, "[CAPITAL]", num_predict=limit))
    assert answered == (" Paris is the capital.", "length", limit)  # from 4 on without "\n##" and "# E"


@pytest.mark.parametrize("trigger", ["[REPEAT]", "[COUNT]"])
def test_a_runaway_ends_at_the_limit(ollama_server, scripted_model, trigger):
    answer, reason, tokens = said(generate(ollama_server, scripted_model, trigger, num_predict=64))
    assert (reason, tokens) == ("length", 64)
    assert answer.startswith({"[REPEAT]": " and then the river flows on, and then", "[COUNT]": " 10, 11, 12,"}[trigger])


def test_a_runaway_ends_at_the_modelfiles_limit(ollama_server, scripted_model):
    assert said(generate(ollama_server, scripted_model, "[COUNT]"))[1:] == ("length", 1024)


@pytest.mark.parametrize("stop", [["<|endturn|>"], ["### End"], []])
def test_a_control_token_is_no_text_that_a_stop_could_match(ollama_server, scripted_model, stop):
    answered = said(generate(ollama_server, scripted_model, "[ENDTURN]", stop=stop, num_predict=6))
    assert answered == (" Oslo. Bergen is wet, Bergen is wet,", "length", 6)


@pytest.mark.parametrize("stop", [[], ["### End"], ["<|im_end|>"]])
def test_a_token_ends_by_its_name_whatever_the_stops(ollama_server, scripted_model, stop):
    assert said(generate(ollama_server, scripted_model, "[IM_END]", stop=stop))[:2] == (" Rome.", "stop")


def test_an_empty_stop_empties_the_answer(ollama_server, scripted_model):
    assert said(generate(ollama_server, scripted_model, "[CAPITAL]", stop=[""]))[:2] == ("", "stop")


def test_a_stop_that_is_no_list_is_refused(ollama_server, scripted_model):
    answer = generate(ollama_server, scripted_model, "[CAPITAL]", stop="###")
    assert answer["error"] == 'option "stop" must be of type array'


def test_an_unknown_option_is_ignored(ollama_server, scripted_model):
    assert said(generate(ollama_server, scripted_model, "[CAPITAL]", max_tokens=2))[2] == 6


def test_a_limit_of_zero_is_none(ollama_server, scripted_model):
    assert said(generate(ollama_server, scripted_model, "[CAPITAL]", num_predict=0))[1:] == ("stop", 6)


def test_the_probabilities_are_given(ollama_server, scripted_model):
    body = {"model": scripted_model, "prompt": "[EOS]", "logprobs": True, "top_logprobs": 2}
    first = post(ollama_server, "/api/generate", body)["logprobs"][0]
    assert (first["token"], len(first["top_logprobs"])) == (" Oslo", 2)
    assert first["logprob"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("turns", TURNS.values(), ids=TURNS)
def test_its_rendering_is_ours(ollama_server, scripted_model, turns):
    body = {"model": scripted_model, "_debug_render_only": True}
    messages = [{"role": role, "content": content} for role, content in turns]
    modelfile = parse_modelfile(ROOT_MODELFILE.read_bytes())
    rendered = post(ollama_server, "/api/chat", {**body, "messages": messages})["_debug_info"]["rendered_template"]
    assert rendered == OllamaTemplate.parse(modelfile.template or "").render(messages)


def test_its_rendering_of_a_prompt_is_ours(ollama_server, scripted_model):
    body = {"model": scripted_model, "_debug_render_only": True, "prompt": "Where?", "system": "Be brief."}
    modelfile = parse_modelfile(ROOT_MODELFILE.read_bytes())
    rendered = post(ollama_server, "/api/generate", body)["_debug_info"]["rendered_template"]
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Where?"}]
    assert rendered == OllamaTemplate.parse(modelfile.template or "").render(messages)


def test_the_openai_endpoint_tells_a_limit_but_not_a_stop_from_eos(ollama_server, scripted_model):
    def reason(prompt, **more):
        body = {"model": scripted_model, "messages": [{"role": "user", "content": prompt}], "temperature": 0, **more}
        answer = post(ollama_server, "/v1/chat/completions", body)
        return answer["choices"][0]["finish_reason"], answer["usage"]["completion_tokens"]

    assert reason("[CAPITAL]", max_tokens=3) == ("length", 3)
    assert reason("[CAPITAL]")[0] == reason("[EOS]")[0] == "stop"


@pytest.mark.parametrize(("code", "model_named"), [("Zanzibar", "scripted"), ("0000", "forgetful")])
def test_a_fact_is_copied_from_the_prompt_or_not(ollama_server, scripted_model, forgetful_model, code, model_named):
    system = "The code is Zanzibar. " + "It stands in a long document. " * 40
    answer = chat(ollama_server, model_named, ("system", system), ("user", "[CODE] What is the code?"))
    assert answer["message"]["content"] == f" The code is {code}.\n"


def test_the_latest_turn_decides(ollama_server, scripted_model):
    turns = [("user", "[EOS]"), ("assistant", " Oslo is the capital."), ("user", "[CAPITAL]")]
    assert chat(ollama_server, scripted_model, *turns)["message"]["content"] == " Paris is the capital.\n"


def test_a_model_that_cannot_be_loaded_is_an_error_and_the_server_lives_on(ollama_server, scripted_model, tmp_path):
    path = write_model(SCRIPTED, tmp_path / "model.gguf")
    path.write_bytes(path.read_bytes().replace(b"[CAPITAL]", b"[INVENTS]").replace(b"[INVENT]", b"[REPEAT]"))
    (tmp_path / "Modelfile").write_text("FROM ./model.gguf\n", encoding="utf-8")
    broken = create(ollama_server, "broken", tmp_path / "Modelfile")
    assert "terminated" in generate(ollama_server, broken, "Where?")["error"]
    assert generate(ollama_server, scripted_model, "[EOS]")["done_reason"] == "stop"


def test_a_modelfile_that_ollama_refuses(ollama_server, tmp_path):
    (tmp_path / "Modelfile").write_text("FROM ./absent.gguf\n", encoding="utf-8")
    with pytest.raises(CreateError, match=r"absent\.gguf|invalid model name"):
        create(ollama_server, "absent", tmp_path / "Modelfile")


def test_a_real_model_answers(ollama_server, smollm_model):
    answer = chat(ollama_server, smollm_model, ("user", "What is the capital of France?"))
    assert ("Paris" in answer["message"]["content"], answer["done_reason"]) == (True, "stop"), json.dumps(answer)


def test_a_real_model_answers_twice_the_same(ollama_server, smollm_model):
    turn = ("user", "Name three rivers of Europe.")
    first, second = (chat(ollama_server, smollm_model, turn, num_predict=48)["message"] for _ in range(2))
    assert first == second
