"""The Modelfiles of ``tunespec init`` on a real server: what it renders is what the training template writes."""

from __future__ import annotations

import os
import shutil
from datetime import datetime

import pytest

from tests.live.asking import chat, generate, post
from tests.live.gguf_model import write_model
from tests.live.models import create
from tests.live.scripts import SCRIPTED
from tests.live.smollm import smollm
from tests.template_facts import write_files
from tests.test_new_modelfile import CHATML, GOLDEN, ISO, LLAMA2, NEMO, QWEN, tokenizer
from tunespec.config import find
from tunespec.new_modelfile.command import write_modelfile
from tunespec.templates.gguf_file import read_gguf
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.modelfile import parse_modelfile
from tunespec.templates.plain import PlainTemplate
from tunespec.templates.probes import probes
from tunespec.templates.training_side import read_training_template

pytestmark = pytest.mark.live

# Every text that is quoted in a way of its own.
AWKWARD = {
    "user": 'Q "{{ .Content }}" \\n {{{content}}}\u00a0 \t\n\t"""\n',
    "assistant": '"A"\\: {content}{{/* no comment */}}\n### End \n\n',
}


def created(server, folder, name):
    write_modelfile(folder / "Modelfile", find(folder), [str(folder)], None)
    return create(server, name, folder / "Modelfile")


def rendered(server, model, messages):
    body = {"model": model, "messages": list(messages), "_debug_render_only": True}
    return post(server, "/api/chat", body)["_debug_info"]["rendered_template"]


def trained(path):
    template = read_training_template(path)
    return lambda messages: template.template(template.sources[0]).render(messages, add_generation_prompt=True).text


def test_the_golden_projects_is_rendered_as_trained_and_ends(ollama_server, tmp_path):
    shutil.copyfile(GOLDEN / "chat_template.jinja", tmp_path / "chat_template.jinja")
    shutil.copytree(GOLDEN / "data", tmp_path / "data")
    write_model(SCRIPTED, tmp_path / "model.gguf")
    write_files(tmp_path, {})
    model = created(ollama_server, tmp_path, "init-golden")
    expected = trained(tmp_path / "chat_template.jinja")
    told = {"role": "system", "content": parse_modelfile((tmp_path / "Modelfile").read_bytes()).system}
    for case in probes():
        messages = case.messages if case.leading_system else [told, *case.messages]  # as in all training records
        assert rendered(ollama_server, model, case.messages) == expected(messages)
    answer = generate(ollama_server, model, "[CAPITAL]")
    assert (answer["response"], answer["done_reason"]) == (" Paris is the capital.\n", "stop")
    assert generate(ollama_server, model, "[COUNT]")["done_reason"] == "length"


@pytest.mark.parametrize("source", [QWEN, LLAMA2, NEMO, ISO], ids=["default", "first", "last", "day"])
def test_every_form_is_rendered_as_trained(ollama_server, tmp_path, source, request):
    write_files(tmp_path, {"tokenizer_config.json": tokenizer(source)})
    write_model(SCRIPTED, tmp_path / "model.gguf")
    model = created(ollama_server, tmp_path, f"init-{request.node.callspec.id}")
    expected = trained(tmp_path / "tokenizer_config.json")
    for case in probes():
        own, day = rendered(ollama_server, model, case.messages), datetime.now().astimezone().date()
        text = expected(case.messages).removeprefix("<s>")
        assert own == text or day != datetime.now().astimezone().date()


def test_awkward_texts_are_rendered_as_trained(ollama_server, tmp_path):
    lines = [f"{role} = {toml(text)}" for role, text in AWKWARD.items()]
    write_files(tmp_path, {"tunespec.toml": f"[template.training]\n{chr(10).join(lines)}\n"})
    write_model(SCRIPTED, tmp_path / "model.gguf")
    model = created(ollama_server, tmp_path, "init-awkward")
    for case in probes():
        if case.leading_system is None:
            expected = PlainTemplate(**AWKWARD).render(case.messages, add_generation_prompt=True).text
            assert rendered(ollama_server, model, case.messages) == expected


def test_smollms_own_template_is_rendered_as_it_writes(ollama_server, smollm_model, tmp_path):
    (tmp_path / "model.gguf").symlink_to(smollm())
    write_files(tmp_path, {})
    model = created(ollama_server, tmp_path, "init-smollm")
    template = ChatTemplate(read_gguf(smollm()).chat_template or "")
    for case in probes():
        expected = template.render(case.messages, add_generation_prompt=True).text
        assert rendered(ollama_server, model, case.messages) == expected
    answer = chat(ollama_server, model, ("user", "What is the capital of France?"), num_predict=24)
    assert answer["message"]["content"]
    assert "<|im" not in answer["message"]["content"]


@pytest.mark.skipif("OLLAMA_GO_TEMPLATE" in os.environ, reason="OLLAMA_GO_TEMPLATE says which is taken")
def test_a_template_is_passed_over_for_a_model_files_own_with_tools(ollama_server, tmp_path):
    """What the note about OLLAMA_GO_TEMPLATE says."""
    own = f"{{# tools #}}OF THE FILE: {CHATML}"
    plain = '{ user = "Q: {content}\\n", assistant = "A: {content}\\n### End\\n" }'
    write_files(tmp_path, {"tunespec.toml": f"[template]\ntraining = {plain}\n"})
    write_model(SCRIPTED, tmp_path / "model.gguf", own)
    said = write_modelfile(tmp_path / "Modelfile", find(tmp_path), [str(tmp_path)], None)
    assert "OLLAMA_GO_TEMPLATE=1" in said
    model = create(ollama_server, "init-outranked", tmp_path / "Modelfile")
    assert "OF THE FILE: " in rendered(ollama_server, model, probes()[0].messages)


def toml(text):
    escaped = "".join(sign if sign.isalnum() else f"\\u{ord(sign):04x}" for sign in text)
    return f'"{escaped}"'
