"""Reasoning in a key of its own: read with its turn, and given to both sides."""

from __future__ import annotations

import json

import pytest

from tests.template_facts import marked, sources_of, write_files
from tunespec.conversation import ROLES
from tunespec.messages import turns_of
from tunespec.templates.probes import conversation_of

JINJA = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>\n{% endif %}"
    "{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
THINKS = "{{ if .Thinking }}<think>{{ .Thinking }}</think>\n{{ end }}"
GO = "{{ range .Messages }}<|im_start|>{{ .Role }}\n%s{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"


def record(key: str, content: str | None = "Yo") -> list[dict[str, object]]:
    answer: dict[str, object] = {"role": "assistant", "content": content, key: "They greet."}
    return [{"role": "user", "content": "Hi"}, answer, {"role": "user", "content": "More"}]


@pytest.mark.parametrize("key", ["reasoning_content", "thinking", "reasoning"])
@pytest.mark.parametrize("content", ["Yo", None, [{"type": "text", "text": "Yo"}]])
def test_a_turn_keeps_its_reasoning(key, content):
    asked, answer, _ = turns_of(record(key, content), "messages", ROLES)
    assert (asked.thinking, answer.thinking, answer.empty_by_design) == ("", "They greet.", True)


@pytest.mark.parametrize("value", [None, "", 3, ["They greet."]])
def test_what_is_no_text_is_no_reasoning(value):
    messages = [{"role": "assistant", "content": "Yo", "reasoning_content": value}]
    assert turns_of(messages, "messages", ROLES)[0].thinking == ""


@pytest.mark.parametrize("key", ["reasoning_content", "thinking"])
@pytest.mark.parametrize(("thinks", "kinds"), [(THINKS, set()), ("", {"history_differs"})])
def test_both_sides_are_given_the_reasoning_of_a_record(tmp_path, key, thinks, kinds):
    files = {"Modelfile": f'FROM ./m.gguf\nTEMPLATE """{GO % thinks}"""\n', "chat_template.jinja": JINJA}
    files["data.jsonl"] = json.dumps({"messages": record(key)}) + "\n"
    (source,) = sources_of(write_files(tmp_path, files)).values()
    found = marked(source, "renders")
    assert set(found) == kinds
    for said in found.values():
        assert "the thinking of assistant 1 is missing on the server's side" in said[0]
        assert "They greet." not in said[0]  # a user's own text


def test_the_reasoning_goes_by_ollamas_name():
    from tunespec.shapes import Shapes

    conversation = Shapes({}, {}).convert({"messages": record("reasoning_content")})
    assert conversation is not None
    messages, _ = conversation_of(conversation)
    assert messages[1] == {"role": "assistant", "content": "Yo", "thinking": "They greet."}
