"""Tools that the records declare, and that no template writes."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat
from tests.template_facts import facts_of, marked, sources_of, write_files

JINJA = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
GO = "{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
TOOLS = "{% for t in tools or [] %}{{ t.function.name }};{% endfor %}"
TOOLS_GO = "{{ range .Tools }}{{ .Function.Name }};{{ end }}"
WITH_SYSTEM = "{% if messages[0].role == 'system' %}" + TOOLS + "{% endif %}"
RAIN = {"type": "function", "function": {"name": "rain", "description": "Rain.", "parameters": {}}}
RECORD = {**chat("Rain in Lisbon?", "No, it is dry."), "tools": [RAIN]}
SAID = "the record declares tools, and neither the training template nor the server's writes them"
REFUSES = "; Ollama refuses a request with tools (`does not support tools`)"


def source(tmp_path, jinja: str, go: str | None, records=(RECORD,), more: str = ""):
    files = {"chat_template.jinja": jinja + JINJA}
    if go is not None:
        files["Modelfile"] = f'FROM ./m.gguf\nTEMPLATE """{go}{GO}"""\n{more}'
    if records:
        files["data.jsonl"] = "".join(json.dumps(record) + "\n" for record in records)
    (found,) = sources_of(write_files(tmp_path, files)).values()
    return found


@pytest.mark.parametrize(
    ("jinja", "go", "more", "says"),
    [
        (TOOLS, TOOLS_GO, "", None),
        ("", "", "", SAID + REFUSES),
        ("", "", "PARSER qwen3\n", SAID),
        ("", "{{ if .Tools }}{{ end }}", "", SAID),
        ("", None, "", "the record declares tools, and the training template writes none of them"),
        (TOOLS, None, "", None),
        (WITH_SYSTEM, None, "", None),
    ],
)
def test_tools_that_nobody_writes(tmp_path, jinja, go, more, says):
    found = marked(source(tmp_path, jinja, go, more=more), "renders")
    assert found == ({} if says is None else {"tools_unseen": [says]})


@pytest.mark.parametrize(("jinja", "go"), [(TOOLS, ""), ("", TOOLS_GO)])
def test_tools_that_one_side_writes_are_a_difference(tmp_path, jinja, go):
    assert set(marked(source(tmp_path, jinja, go), "renders")) == {"tools_differ"}


def test_how_many_records_declare_them(tmp_path):
    none: tuple[object, ...] = ([], "[]", None)
    others = [{**chat("Port?", "80."), "tools": tools} for tools in none]
    said = marked(source(tmp_path, "", None, [RECORD, *others]), "renders")["tools_unseen"]
    assert said == ["1 of 4 records declare tools, and the training template writes none of them"]
    assert marked(source(tmp_path, "", None, others), "renders") == {}


def test_a_training_template_that_takes_no_tools_says_nothing(tmp_path):
    refuses = "{% if tools %}{{ raise_exception('no tools') }}{% endif %}"
    fact = facts_of(source(tmp_path, refuses, ""), "renders")["tools_unseen"]
    assert (fact.examined, fact.reason) == (0, "the training template renders no conversation with tools")
