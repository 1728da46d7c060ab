"""T003's facts, and T004's on the same table: what is found on pairs of files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import chat
from tests.template_facts import facts_of, marked, sources_of, write_files
from tests.test_gguf_file import ARRAY, STRING, U32, entry, gguf
from tunespec.errors import CannotJudgeError
from tunespec.suite_paths import fixture_path
from tunespec.templates.render_facts import render_facts
from tunespec.templates.rows import Rows
from tunespec.templates.tables import TABLES, build

OPEN = "<|im_start|>assistant\n"
JINJA = (
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
GO = "{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}" + OPEN
DEFAULT = (
    "{% if messages[0].role != 'system' %}{{ '<|im_start|>system\nYou are Qwen.<|im_end|>\n' }}{% endif %}" + JINJA
)
# As Gemma's: no system messages, roles alternate, contents are trimmed.
GEMMA = (
    "{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Roles must alternate') }}{% endif %}"
    "{{ '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\n' + m.content | trim }}"
    "{{ '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
GEMMA_GO = (
    '{{ range .Messages }}<start_of_turn>{{ if eq .Role "assistant" }}model{{ else }}user{{ end }}\n'
    "{{ .Content }}<end_of_turn>\n{{ end }}<start_of_turn>model\n"
)
LEGACY = (
    "{{ if .System }}<|im_start|>system\n{{ .System }}<|im_end|>\n{{ end }}{{ if .Prompt }}<|im_start|>user\n"
    "{{ .Prompt }}<|im_end|>\n{{ end }}" + OPEN + "{{ .Response }}<|im_end|>\n"
)
TOOLS = "{% for t in tools or [] %}{{ t.function.name + '\n' }}{% endfor %}"
TOOLS_GO = "{{ range .Tools }}{{ .Function.Name }}\n{{ end }}"
WEATHER = {"type": "function", "function": {"name": "weather", "description": "The weather.", "parameters": {}}}


def modelfile(template: str | None = GO, *lines: str, base: str = "./tuned.gguf") -> str:
    given = [f'TEMPLATE """{template}"""'] if template is not None else []
    return "\n".join([f"FROM {base}", *given, *lines, ""])


def tokenizer(template: str = JINJA, **settings: object) -> str:
    return json.dumps({"tokenizer_class": "X", "chat_template": template, "eos_token": "<|im_end|>", **settings})


def model(eos: str) -> bytes:
    return gguf(
        entry("tokenizer.ggml.tokens", ARRAY, (STRING, ["<unk>", eos])),
        entry("tokenizer.ggml.eos_token_id", U32, 1),
    )


def source(tmp_path, serving: str | None = None, jinja: str = JINJA, records=(), **files: str):
    own: dict[str, str | bytes] = {"Modelfile": serving if serving is not None else modelfile(), **files}
    if "tokenizer_config.json" not in own:
        own["chat_template.jinja"] = jinja
    if records:
        own["data.jsonl"] = "".join(json.dumps(record) + "\n" for record in records)
    (found,) = sources_of(write_files(tmp_path, own)).values()
    return found


def found(*args, **kwargs) -> dict[str, str]:
    """Kind -> the one text."""
    kinds = marked(source(*args, **kwargs), "renders")
    assert all(len(texts) == 1 for texts in kinds.values())
    return {kind: texts[0] for kind, texts in kinds.items()}


def reasons(*args, **kwargs) -> dict[str, str | None]:
    return {name: fact.reason for name, fact in facts_of(source(*args, **kwargs), "renders").items()}


def records(system: str = "", number: int = 6) -> list[dict[str, Any]]:
    return [chat(f"Which port has service {n}?", f"It has port {n + 8000}.", system=system) for n in range(number)]


def test_an_equal_pair_is_examined_in_every_kind(tmp_path):
    facts = facts_of(source(tmp_path, records=records()), "renders")
    assert set(facts) == TABLES["renders"].facts
    assert not any(fact.marks for fact in facts.values())
    assert {name for name, fact in facts.items() if not fact.examined} == {
        "system_differs",
        "history_injected",
        "tools_unseen",
    }
    assert facts["history_differs"].examined == 4 + 2 * 4 + 6  # probes, two variants of each, records
    assert facts["trimmed_content"].examined == 4


def test_the_table_is_built_with_rows_that_can_be_pointed_at(tmp_path):
    table, about = build("renders", ["whitespace_differs"], source(tmp_path, modelfile(GO + "\n"), records=records()))
    ((row, mark),) = table.facts["whitespace_differs"].items()
    place = table.places[row]
    assert (place.path, place.line, place.key) == ("Modelfile", 2, "Modelfile:user")
    assert mark.text.startswith("only whitespace differs: after user 1, training has nothing, the server `⏎`")
    assert {table.places[n].path for n in range(len(table.places))} >= {"Modelfile", "data.jsonl"}
    assert about["family"] == "template"
    with pytest.raises(CannotJudgeError, match="has no fact 'whitespace'"):
        build("renders", ["whitespace"], source(tmp_path))


def test_a_kind_is_found_once_and_says_in_how_many_conversations(tmp_path):
    said = found(tmp_path, modelfile(GO + "\n"), records=records())["whitespace_differs"]
    assert said.splitlines()[0].endswith("(in 10 of the 10 conversations compared, first in `user`)")
    (tmp_path / "data.jsonl").unlink()
    lost = GO.replace("{{ range .Messages }}", '{{ range .Messages }}{{ if eq .Role "system" }}{{ continue }}{{ end }}')
    said = found(tmp_path, modelfile(lost))["system_lost"]
    assert said.splitlines()[0] == (
        "the system message is missing on the server's side "
        "(in 2 of the 8 conversations compared, first in `system-user`)"
    )


# SYSTEM stands before what has no system message: it must be what the records have, or what the template adds.
@pytest.mark.parametrize(
    ("jinja", "system", "of_records", "kinds"),
    [
        (JINJA, "You know ports.", "You know ports.", {}),
        (JINJA, "You know ports.", None, {}),  # what the model was trained with is not known
        (JINJA, "You know ports.", "", {"system_injected"}),
        (JINJA, "You are a pirate.", "You know ports.", {"system_differs"}),
        (JINJA, "You know\nports.", "You know ports.", {"system_differs"}),
        (JINJA, "You know ports.\n", "You know ports.", {"whitespace_differs"}),
        (DEFAULT, "You are Qwen.", None, {}),
        (DEFAULT, "You are Qwen.", "", {}),
        (DEFAULT, "You know ports.", "You know ports.", {}),  # no question without a system message is ever asked
        (DEFAULT, "You know ports.", None, {"system_differs"}),
        (DEFAULT, "You are a pirate.", "You know ports.", {"system_differs"}),
        (DEFAULT, None, None, {"system_injected"}),
        (DEFAULT, None, "", {"system_injected"}),
        (DEFAULT, None, "You know ports.", {}),
        (JINJA, None, "You know ports.", {}),  # the client may send it
        (JINJA, None, "", {}),
    ],
)
def test_the_system_of_the_modelfile(tmp_path, jinja, system, of_records, kinds):
    lines = [f'SYSTEM """{system}"""'] if system is not None else []
    told = records(of_records) if of_records is not None else []
    assert set(found(tmp_path, modelfile(GO, *lines), jinja, told)) == set(kinds)


def test_a_system_that_nobody_trained_is_quoted_and_the_records_are_not(tmp_path):
    texts = found(tmp_path, modelfile(GO, "SYSTEM You are a pirate."), records=records("You know ports."))
    assert texts == {
        "system_differs": "the Modelfile's SYSTEM `You are a pirate.` is not the system prompt of all 6 records"
    }
    texts = found(tmp_path, modelfile(GO, "SYSTEM You are a pirate."), records=records())
    assert texts["system_injected"] == (
        "the Modelfile's SYSTEM stands before every question, and all 6 records had none in training: "
        "`You are a pirate.`"
    )
    mixed = [*records("You know ports."), *records("You know hosts."), *records()]
    texts = found(tmp_path, modelfile(GO, "SYSTEM You are a pirate."), records=mixed)
    assert texts["system_differs"].endswith("is none of the 2 system prompts of all 18 records")


def test_a_system_for_a_template_that_refuses_one(tmp_path):
    texts = found(tmp_path, modelfile(GEMMA_GO, "SYSTEM You know ports."), GEMMA)
    assert texts["system_injected"] == (
        "the Modelfile's SYSTEM stands before every question; in training, with a system message, "
        "the template refuses the conversation: System role not supported"
    )


def test_what_the_training_refuses_is_not_compared(tmp_path):
    kinds = marked(source(tmp_path, modelfile(GEMMA_GO), GEMMA), "renders")
    assert set(kinds) == {"trimmed_content"}  # with a system message, the server would merge two user turns
    facts = facts_of(source(tmp_path, modelfile(GEMMA_GO), GEMMA), "renders")
    assert facts["history_differs"].examined == 2 + 2 * 2


def test_a_training_template_that_refuses_everything(tmp_path):
    why = reasons(tmp_path, jinja="{% for m in messages %}{{ m.role.nothing.at_all }}{% endfor %}")
    assert str(why["history_differs"]).startswith("the training template refuses every conversation: ")
    assert why["unprotected_turn"] == "one side renders no conversation of two questions"
    alone = "{% for m in messages %}{{ m.role.nothing.at_all }}{% endfor %}"
    files = {"Modelfile": "FROM llama3.2\n", "chat_template.jinja": alone}
    (own,) = sources_of(write_files(tmp_path, files)).values()
    fact = facts_of(own, "renders")["evaluated_content"]
    assert (fact.examined, fact.reason) == (0, "no template renders a question in plain words as it is")


def test_a_server_that_fails_always_is_not_said_to_write_the_same(tmp_path):
    facts = facts_of(source(tmp_path, modelfile("{{ (index .Messages 9).Role }}" + GO)), "renders")
    assert facts["refused_conversation"].marks
    assert facts["history_differs"].examined == 0
    assert facts["history_differs"].reason == "the server's template fails on every conversation"


def test_a_fact_that_was_forgotten_has_no_reason():
    (fact,) = Rows(frozenset({"forgotten"})).found()
    assert (fact.examined, fact.reason) == (0, None)


def test_the_sample_is_spread_over_all_records(tmp_path):
    (own,) = [source(tmp_path, records=records(number=99))]
    rows = Rows(TABLES["renders"].facts)
    render_facts(own, rows)
    lines = [place.line for place in rows.places if place.path == "data.jsonl"]
    assert len(set(lines)) == 50  # and the first record again, for its roles
    assert (lines[0], lines[-1]) == (1, 98)


def test_what_a_text_in_blanks_loses_is_no_trimming(tmp_path):
    lost = GO.replace("{{ .Content }}", '{{ if eq (slice .Content 0 1) " " }}gone{{ else }}{{ .Content }}{{ end }}')
    assert set(found(tmp_path, modelfile(lost))) == {"content_differs", "system_lost", "history_differs"}


def test_records_find_what_no_probe_shows_and_their_texts_are_hidden(tmp_path):
    secret = "Which port has the secret service?\n\n\nAnd which host?"
    cut = "{{ if eq (len .Content) LENGTH }}cut{{ else }}{{ .Content }}{{ end }}".replace("LENGTH", str(len(secret)))
    table, _ = build(
        "renders",
        ["content_differs"],
        source(tmp_path, modelfile(GO.replace("{{ .Content }}", cut)), records=[*records(), chat(secret, "None.")]),
    )
    ((row, mark),) = table.facts["content_differs"].items()
    assert (table.places[row].path, table.places[row].line) == ("data.jsonl", 7)
    assert mark.text.startswith("user 1 is missing on the server's side (in 1 of the ")
    assert "conversations compared, first in this record)" in mark.text
    assert "secret" not in mark.text


@pytest.mark.parametrize("text", ["### Question:\n{}\n### Answer:\n{}", "{} {}"])
def test_records_that_are_rendered_already_or_hold_no_question_are_passed_over(tmp_path, text):
    told = [{"text": text.format(n, n)} for n in range(5)]
    assert facts_of(source(tmp_path, records=told), "renders")["history_differs"].examined == 12


def test_a_legacy_template_is_executed_turn_by_turn(tmp_path):
    assert found(tmp_path, modelfile(LEGACY)) == {}
    openless = LEGACY.replace("{{ .Response }}<|im_end|>", "{{ .Response }}")
    assert set(found(tmp_path, modelfile(openless))) == {"history_differs"}
    once = "<|im_start|>system\n{{ .System }}<|im_end|>\n<|im_start|>user\n{{ .Prompt }}<|im_end|>\n" + OPEN
    assert "system_injected" in found(tmp_path, modelfile(once))  # an empty system turn


def test_a_variable_of_the_other_way_of_execution(tmp_path):
    said = found(tmp_path, modelfile(GO + "{{ .Prompt }}"))["no_value"]
    assert said.startswith("after user 1, the server writes `<no value>`")


BOS = "<|begin_of_text|>"


@pytest.mark.parametrize(
    ("template", "serving", "settings", "kinds"),
    [
        ("{{ bos_token }}" + JINJA, GO, {"bos_token": BOS}, set()),
        (JINJA, GO, {"bos_token": BOS}, set()),
        ("{{ bos_token }}" + JINJA, BOS + GO, {"bos_token": BOS}, {"bos_doubled"}),
        (JINJA, BOS + GO, {"bos_token": BOS, "add_bos_token": True}, {"bos_doubled"}),
        # A tokenizer that adds none: then the template has to write it.
        ("{{ bos_token }}" + JINJA, BOS + GO, {"bos_token": BOS, "add_bos_token": False}, set()),
        ("{{ bos_token }}" + JINJA, GO, {"bos_token": BOS, "add_bos_token": False}, {"turn_header_differs"}),
    ],
)
def test_the_token_that_begins_a_text(tmp_path, template, serving, settings, kinds):
    files = {"tokenizer_config.json": tokenizer(template, **settings)}
    assert set(found(tmp_path, modelfile(serving), **files)) == kinds


@pytest.mark.parametrize(
    ("template", "serving", "kinds"),
    [
        ("{{ bos_token }}" + JINJA, GO, set()),
        ("{{ '<|begin_of_text|>' }}" + JINJA, GO, set()),
        ("{{ bos_token }}" + JINJA, BOS + GO, {"bos_doubled"}),
        ("{{ '<bos>' }}" + JINJA, "<bos>" + GO, {"bos_doubled"}),
    ],
)
def test_the_token_that_begins_a_text_without_a_tokenizer(tmp_path, template, serving, kinds):
    assert set(found(tmp_path, modelfile(serving), template)) == kinds


# As Zephyr's: every message ends with the EOS, whatever it is.
ZEPHYR = (
    "{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content + eos_token + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
ZEPHYR_GO = "{{ range .Messages }}<|{{ .Role }}|>\n{{ .Content }}<|endoftext|>\n{{ end }}<|assistant|>\n"


@pytest.mark.parametrize(
    ("template", "serving", "kinds"),
    [
        (ZEPHYR, ZEPHYR_GO, set()),
        (ZEPHYR, ZEPHYR_GO.replace("<|endoftext|>", "</s>"), set()),
        (ZEPHYR.replace("+ eos_token", "+ '<|im_end|>' + eos_token"), GO, {"turn_header_differs"}),
        (ZEPHYR.replace("+ eos_token", "+ '<|end|>' + eos_token"), ZEPHYR_GO.replace("<|endo", "<|end|><|endo"), set()),
        (ZEPHYR, ZEPHYR_GO.replace("|>\n{{ .Content", "|>{{ .Content"), {"whitespace_differs"}),
        # Llama 2's: a BOS before each question.
        (
            ZEPHYR.replace("{{ '<|'", "{{ (bos_token if m.role == 'user' else '') + '<|'"),
            ZEPHYR_GO.replace("<|{{", '{{ if eq .Role "user" }}<BOS_TOKEN>{{ end }}<|{{'),
            {"bos_doubled"},
        ),
        ("{{ '</s>' }}" + JINJA, GO, {"turn_header_differs"}),  # it is written, not named
    ],
)
def test_tokens_that_no_file_says_are_the_servers(tmp_path, template, serving, kinds):
    assert set(found(tmp_path, modelfile(serving), template)) == kinds


def test_a_token_that_no_file_says_is_called_so_where_the_server_writes_none(tmp_path):
    said = found(tmp_path, modelfile(ZEPHYR_GO.replace("<|endoftext|>", "")), ZEPHYR)
    assert set(said) == {"generation_prompt_differs", "turn_header_differs"}
    assert all("(with `</s>` for its eos_token, which no file says)" in text for text in said.values())


def test_the_model_file_says_which_token_ends_where_the_tokenizers_file_is_absent(tmp_path):
    files: dict[str, Any] = {"tuned.gguf": model("<|im_end|>"), "chat_template.jinja": ZEPHYR}
    (own,) = sources_of(write_files(tmp_path, {**files, "Modelfile": modelfile(ZEPHYR_GO)})).values()
    assert set(marked(own, "renders")) == {"turn_header_differs", "generation_prompt_differs"}
    assert "which no file says" not in str(marked(own, "renders"))


@pytest.mark.parametrize(
    ("tools", "kinds"), [("{{ range .Tools }}{{ .Function.Name }}\n{{ end }}", set()), ("", {"tools_differ"})]
)
def test_tools_are_written_by_the_template_for_them(tmp_path, tools, kinds):
    named = [{"name": "default", "template": JINJA}, {"name": "tool_use", "template": TOOLS + JINJA}]
    told = [{**record, "tools": [WEATHER]} for record in records()]
    files = {"tokenizer_config.json": tokenizer(chat_template=named)}
    assert set(found(tmp_path, modelfile(tools + GO), records=told, **files)) == kinds


@pytest.mark.parametrize(
    ("written", "served", "kinds"),
    [
        ("{{ strftime_now('%Y-%m-%d') }}\n", "{{ currentDate }}\n", set()),
        ("{{ strftime_now('%d %b %Y') }}\n", "{{ currentDate }}\n", {"date_differs"}),
        ("{{ strftime_now('%d %b %Y') }}\n", "", {"date_differs"}),
        ("26 Jul 2024\n", "26 Jul 2024\n", set()),
    ],
)
def test_the_day(tmp_path, written, served, kinds):
    assert set(found(tmp_path, modelfile(served + GO), written + JINJA)) == kinds


def test_tools_are_compared_where_the_records_have_some(tmp_path):
    jinja = "{% for t in tools or [] %}{{ t | tojson + '\n' }}{% endfor %}" + JINJA
    serving = modelfile("{{ range .Tools }}{{ . }}\n{{ end }}" + GO)
    assert found(tmp_path, serving, jinja, records()) == {}
    told = [{**record, "tools": [WEATHER]} for record in records()]
    said = found(tmp_path, serving, jinja, told)["tools_differ"]
    assert said.startswith("before user 1, the server writes the tools otherwise than the training side: ")
    assert "7 of the" in said or "8 of the" in said


def test_a_server_that_fails_where_the_training_does_not(tmp_path):
    said = found(tmp_path, modelfile("{{ (index .Messages 1).Role }}" + GO))
    assert said["refused_conversation"].startswith("the server's template fails: ")


def test_what_is_escaped_or_trimmed_is_told_where_the_rest_is_equal(tmp_path):
    said = found(tmp_path, modelfile(GO.replace(".Content", "html .Content")))
    assert set(said) == {"content_differs"}
    assert said["content_differs"].startswith("user 1 is changed on the server's side")
    assert set(found(tmp_path, jinja=JINJA.replace("m.content", "m.content | trim"))) == {"trimmed_content"}
    why = reasons(tmp_path, modelfile(GO + "\n"), JINJA.replace("m.content", "m.content | trim"))
    assert why["trimmed_content"] == "the sides differ already where no text begins or ends with blanks"


def test_who_can_write_a_turn(tmp_path):
    printed = found(tmp_path, modelfile(GO.replace(".Content", "printf .Content")))
    assert set(printed) == {"evaluated_content"}
    kept_out = JINJA.replace("m.content", "m.content | replace('<|im_end|>', '')")
    assert set(found(tmp_path, jinja=kept_out)) == {"unprotected_turn"}


@pytest.mark.parametrize(
    ("serving", "says"),
    [
        (modelfile(None, base="llama3.2"), "the Modelfile has no TEMPLATE, and which one `FROM llama3.2` brings"),
        (modelfile(None, "RENDERER qwen3-coder"), "Ollama's built-in renderer `qwen3-coder` writes the prompt"),
        (modelfile("{{ range .Messages }}"), "its TEMPLATE cannot be read: "),
        ("TEMPLATE x\n", "Ollama refuses it: no FROM line"),
    ],
)
def test_why_a_modelfile_cannot_be_compared(tmp_path, serving, says):
    why = reasons(tmp_path, serving)
    assert str(why["history_differs"]).startswith(says)
    assert why["evaluated_content"] is None  # the training side alone is looked at


def test_one_side_alone(tmp_path):
    (alone,) = sources_of(write_files(tmp_path, {"Modelfile": modelfile()})).values()
    facts = facts_of(alone, "renders")
    assert facts["history_differs"].reason == "no training template is there (chat template, tokenizer configuration)"
    assert facts["evaluated_content"].examined == 1
    (tmp_path / "Modelfile").unlink()
    (alone,) = sources_of(write_files(tmp_path, {"chat_template.jinja": JINJA})).values()
    assert facts_of(alone, "renders")["history_differs"].reason == "no Modelfile is there"


def test_what_ollama_substitutes_is_compared(tmp_path):
    kinds = found(tmp_path, modelfile(None), JINJA.replace("im_start", "turn").replace("im_end", "end_of_it"))
    assert kinds  # the fallback, or a stock template: neither is the training's


def test_a_plain_template(tmp_path):
    around = {"user": "### Question:\n{content}\n\n", "assistant": "### Answer:\n{content}\n### End\n\n"}
    plain = "[template.training]\n" + "".join(f"{role} = {json.dumps(text)}\n" for role, text in around.items())
    user, answer = (text.replace("{content}", "{{ .Content }}") for text in around.values())
    go = f'{{{{ range .Messages }}}}{{{{ if eq .Role "user" }}}}{user}{{{{ else }}}}{answer}{{{{ end }}}}{{{{ end }}}}'
    files: dict[str, str | bytes] = {"tunespec.toml": plain, "Modelfile": modelfile(go + "### Answer:\n")}
    (own,) = sources_of(write_files(tmp_path, files)).values()
    facts = facts_of(own, "renders")
    assert not any(fact.marks for fact in facts.values())
    assert facts["history_differs"].examined == 2 + 2 * 2  # it has no text for a system prompt


EXAMPLES = sorted(
    folder
    for code in ("T003-template-mismatch", "T004-prompt-injection")
    for folder in fixture_path(code).glob("bad-*")
    if folder.name.removeprefix("bad-") in TABLES["renders"].facts
)


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_what_the_bad_examples_say(tmp_path, folder, snapshot):
    files: dict[str, str | bytes] = {path.name: path.read_bytes() for path in folder.iterdir()}
    (own,) = sources_of(write_files(tmp_path, files)).values()
    found = [f"{kind}: {text}" for kind, texts in marked(own, "renders").items() for text in texts]
    assert "\n".join(found) == snapshot


def test_what_a_template_says_of_a_record_is_not_told(tmp_path):
    """Go quotes the value that it cannot use: a user's text has no place in a message, or in the cache."""
    long = {"role": "user", "content": "My password is hunter2 and it is a long one."}
    broken = "{{ range .Messages }}{{ if gt (len .Content) 40 }}{{ range .Content }}{{ end }}{{ end }}{{ end }}"
    (tmp_path / "chat_template.jinja").write_text(
        "{% for m in messages %}{{ m['role'] }}{{ m['content'] }}{% endfor %}"
    )
    (tmp_path / "Modelfile").write_text(f'FROM ./tuned.gguf\nTEMPLATE """{broken}"""\n')
    (tmp_path / "data.jsonl").write_text(json.dumps({"messages": [long, {"role": "assistant", "content": "Noted."}]}))
    (source,) = sources_of(tmp_path).values()
    rows = Rows(TABLES["renders"].facts)
    render_facts(source, rows)
    said = [mark.text for fact in rows.found() if fact.name == "refused_conversation" for mark in fact.marks.values()]
    assert len(said) == 1
    assert "hunter2" not in said[0]
