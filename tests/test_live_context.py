"""I003 and T004 on a real Ollama: context that arrives, is lost, is cut, is used or not, and comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.answer_sources import facts_of, marked
from tests.live.asking import EXACT, post
from tests.live.fixtures import ROOT_MODELFILE
from tests.live.gguf_model import write_model
from tests.live.models import create
from tests.live.scripts import SCRIPTED
from tunespec.config import find
from tunespec.inference.probe import suite_probes
from tunespec.inference.source import AnswerSource
from tunespec.progress import Progress
from tunespec.subjects import ServedModel

pytestmark = pytest.mark.live

SYSTEM = {"role": "system", "content": "The code is Kestrel-7."}
ASKED = {"role": "user", "content": "[CODE] What is it?"}
IN_SYSTEM = {"id": "system", "messages": [SYSTEM, ASKED], "must": ["Kestrel-7"], "context": ["Kestrel-7"]}
IN_DOCUMENT = {
    "id": "document",
    "messages": [{"role": "user", "content": "Zanzibar is the code of the day. [CODE] What is it?"}],
    "must": ["Zanzibar"],
    "context": ["Zanzibar"],
}
IN_A_TURN = {
    "id": "turn",
    "messages": [
        {"role": "user", "content": "The bird is a blue heron."},
        {"role": "assistant", "content": "I see."},
        ASKED,
    ],
    "must": ["blue heron"],
    "context": ["blue heron"],
}
PROBES = (IN_SYSTEM, IN_DOCUMENT, IN_A_TURN)
SYSTEM_PART = '{{- if eq .Role "system" }}{{ .Content }}\n\n{{ else if eq .Role "user" }}'


def source_of(folder: Path, server, model: str, *probes: Mapping[str, Any]) -> AnswerSource:
    """The answers to these probes, else to the specification's."""
    (folder / "tunespec.toml").write_text("", encoding="utf-8")
    own = folder / "probes.jsonl"
    own.write_text("".join(json.dumps(probe) + "\n" for probe in probes), encoding="utf-8")
    files = (own,) if probes else tuple(suite_probes())
    return AnswerSource(ServedModel(model, server.url, "ollama", probes=files), find(folder), Progress())


def created(server, folder: Path, name: str, *changes: tuple[str, str]) -> str:
    """The scripted model with another Modelfile: the root one with some texts replaced."""
    text = ROOT_MODELFILE.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (folder / "Modelfile").write_text(text, encoding="utf-8")
    write_model(SCRIPTED, folder / "model.gguf")
    create(server, name, folder / "Modelfile")
    return name


def test_a_model_that_uses_its_context(ollama_server, scripted_model, tmp_path):
    source = source_of(tmp_path, ollama_server, scripted_model, *PROBES)
    assert marked(source, "missed_expectation") == {}
    facts = facts_of(source, "missed_expectation")
    assert {facts[name].examined for name in ("lost_context", "missed_expectation", "truncated_context")} == {3}
    assert source.deterministic


def test_the_same_model_that_ignores_it(ollama_server, forgetful_model, tmp_path):
    found = marked(source_of(tmp_path, ollama_server, forgetful_model, *PROBES), "missed_expectation")
    assert found["missed_expectation"][0] == "`system` does not hold `Kestrel-7`, though the system message says it"
    assert (set(found), len(found["missed_expectation"])) == ({"missed_expectation"}, 3)


def test_a_template_that_drops_the_system_message(ollama_server, tmp_path):
    model = created(ollama_server, tmp_path, "no-system", (SYSTEM_PART, '{{- if eq .Role "user" }}'))
    assert marked(source_of(tmp_path, ollama_server, model, *PROBES), "lost_context") == {
        "lost_context": {0: "`Kestrel-7`, which stands in the system message"}
    }


def test_a_context_that_is_too_small(ollama_server, tmp_path):
    model = created(ollama_server, tmp_path, "small-context", ("num_ctx 4096", "num_ctx 256"), ("1024", "64"))
    long = {"id": "long", "messages": [{"role": "user", "content": f"Zanzibar. {'word ' * 60}[CODE]?"}]}
    talk = {**IN_A_TURN, "messages": [*IN_A_TURN["messages"][:2], {**ASKED, "content": f"{'abc ' * 60} [CODE]?"}]}
    expected = {"must": ["Zanzibar"], "context": ["Zanzibar"]}
    source = source_of(tmp_path, ollama_server, model, IN_SYSTEM, long | expected, talk)
    marks, replies = marked(source, "lost_context"), [answered.reply for answered in source.answered]
    said = "the prompt is longer than the context of 256 tokens; the server left out a part of it, and said nothing"
    assert marks == {"truncated_context": {1: said, 2: said}}
    assert [reply.prompt_tokens for reply in replies] == [74, 131, 131]


def test_what_ollama_leaves_out_of_a_prompt_that_is_too_long(ollama_server, tmp_path):
    """The law behind it: whole messages first, then the middle; only ``truncate: false`` tells."""
    model = created(ollama_server, tmp_path, "law", ("num_ctx 4096", "num_ctx 256"), ("1024", "64"))
    talk = [SYSTEM, {"role": "user", "content": "abc " * 30}, {"role": "assistant", "content": "I see."}, ASKED]
    body = {"model": model, "messages": talk, "options": EXACT}
    shown = post(ollama_server, "/api/chat", body | {"_debug_render_only": True})["_debug_info"]["rendered_template"]
    whole = body | {"_debug_render_only": True, "truncate": False}
    assert "abc" in post(ollama_server, "/api/chat", whole)["_debug_info"]["rendered_template"]
    assert "abc" not in shown
    assert "Kestrel-7" in shown, "system messages stay"
    long = body | {"messages": [{"role": "user", "content": "abc " * 300}]}
    cut = post(ollama_server, "/api/chat", long)
    assert (cut["done_reason"], cut["prompt_eval_count"]) == ("stop", 131), "half of the context, and no word of it"
    refused = post(ollama_server, "/api/chat", long | {"truncate": False})
    assert "exceeds the available context size (256 tokens)" in refused["error"]


def test_a_secret_that_comes_back(ollama_server, scripted_model, forgetful_model, tmp_path):
    probe = {"id": "secret", "messages": [SYSTEM, ASKED], "secret": ["Kestrel-7"]}
    assert marked(source_of(tmp_path, ollama_server, scripted_model, probe), "secret_shown") == {
        "secret_shown": {0: "the answer repeats the secret in the system message"}
    }
    kept = source_of(tmp_path, ollama_server, forgetful_model, probe)
    assert marked(kept, "secret_shown") == {}
    assert facts_of(kept, "secret_shown")["secret_shown"].examined == 1


@pytest.mark.slow
def test_a_small_real_model_passes_what_is_certain(ollama_server, smollm_model, tmp_path):
    marks = marked(source_of(tmp_path, ollama_server, smollm_model), "lost_context")
    assert set(marks) <= {"ignored_fact", "unexpected_answer"}
    assert len(marks.get("ignored_fact", {})) <= 3
