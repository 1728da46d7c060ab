"""MESSAGE: a history that Ollama puts before every conversation, and that the training may not have."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat
from tests.template_facts import facts_of, marked, sources_of, write_files
from tunespec.templates.modelfile import ModelfileError, parse_modelfile

JINJA = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
STRICT = "{% if messages[1:] and messages[1].role == 'user' %}{{ raise_exception('roles alternate') }}{% endif %}"
STRICT += JINJA
GO = "{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
PAIR = "MESSAGE user Hi\nMESSAGE assistant Yo\n"
ASKED = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": " Yo"}]


def source(tmp_path, messages: str, records=(), jinja: str = JINJA, system: str = ""):
    given = {"Modelfile": f'FROM ./m.gguf\nTEMPLATE """{GO}"""\n{system}{messages}', "chat_template.jinja": jinja}
    if records:
        given["data.jsonl"] = "".join(json.dumps(record) + "\n" for record in records)
    (found,) = sources_of(write_files(tmp_path, given)).values()
    return found


def begun(number: int, system: str = "") -> list[dict[str, object]]:
    said = [chat(f"Port {n}?", f"It is {n}.", system=system) for n in range(number)]
    return [{"messages": [*r["messages"][:-2], *ASKED, *r["messages"][-2:]]} for r in said]


@pytest.mark.parametrize(
    ("messages", "records", "says"),
    [
        (PAIR, begun(3), None),
        (PAIR, begun(3, "Be brief."), None),
        (PAIR, [*begun(1), chat("Port?", "1.")], None),
        (
            PAIR,
            [chat("Port?", "1."), chat("Host?", "a.")],
            (
                "its 2 MESSAGE instructions stand before every conversation, and none of the 2 training records begins "
                "with them"
            ),
        ),
        (
            "MESSAGE assistant Hello\n",
            [chat("Port?", "1.", system="Be brief.")],
            (
                "its MESSAGE stands before every conversation, and the training record does not begin with it; a "
                "system prompt that a client sends, as the records have one, stands behind them"
            ),
        ),
    ],
)
def test_a_history_is_one_with_which_records_begin(tmp_path, messages, records, says):
    found = marked(source(tmp_path, messages, records), "renders")
    assert found == ({} if says is None else {"history_injected": [says]})


def test_a_history_that_the_training_template_refuses(tmp_path):
    said = marked(source(tmp_path, "MESSAGE user Hi\n", jinja=STRICT), "renders")["history_injected"]
    assert said == [
        (
            "its MESSAGE stands before every conversation; in training, with such a history, the template refuses the "
            "conversation: roles alternate"
        )
    ]


def test_questions_in_a_row_are_joined_by_the_server(tmp_path):
    said = marked(source(tmp_path, "MESSAGE user Hi\n"), "renders")
    assert set(said) == {"history_differs"}
    assert "first in `MESSAGE`" in said["history_differs"][0]


@pytest.mark.parametrize(
    ("messages", "why"), [("", "the Modelfile has no MESSAGE"), (PAIR, "no records are there whose histories")]
)
def test_without_a_history_or_records_there_is_nothing_to_look_at(tmp_path, messages, why):
    fact = facts_of(source(tmp_path, messages), "renders")["history_injected"]
    assert (fact.examined, str(fact.reason)[: len(why)]) == (0, why)


def test_the_whole_prompt_has_system_and_history_in_ollamas_order(tmp_path):
    side = source(tmp_path, PAIR, system="SYSTEM Be brief.\n").serving
    assert side is not None
    roles = [line.removeprefix("<|im_start|>") for line in side.prompt([{"role": "user", "content": "Q"}]).split("\n")]
    assert [role for role in roles if role in {"system", "user", "assistant"}] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
    ]
    own = side.prompt([{"role": "system", "content": "S"}, {"role": "user", "content": "Q"}])
    assert own.index("Yo") < own.index("system\nS")
    assert "Be brief." not in own


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("MESSAGE user: Hi", "a blank stands behind the role, and no colon: MESSAGE user ..."),
        ("MESSAGE User Hi", "write `user` in small letters"),
        ("MESSAGE tool Hi", ""),
    ],
)
def test_a_role_that_ollama_refuses_says_how_it_is_written(line, hint):
    with pytest.raises(ModelfileError) as caught:
        parse_modelfile(f"FROM a\n{line}\n".encode())
    assert caught.value.hint == hint
