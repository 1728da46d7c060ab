"""Which template Ollama takes: its own test cases, and what T003 says of a TEMPLATE that it passes over.

The law's cases: Ollama 0.34.2, `server/images_test.go` (TestGetModelTemplateMetadata), `thinking/template_test.go`.
"""

from __future__ import annotations

import json

import pytest

from tests.template_facts import facts_of, sources_of, write_files
from tests.test_gguf_file import ARRAY, STRING, U32, entry, gguf
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.outranked import ahead, outranks
from tunespec.templates.thinking_tags import thinking_tags

CUSTOM = "CUSTOM {{ .Prompt }}"
TOOLS = "{% if tools %}{{ tools }}{% endif %}"
ROUND_TRIP = f"""{TOOLS}
{{% for message in messages %}}
{{% if message.tool_calls %}}
{{% for tool_call in message.tool_calls %}}{{{{ tool_call.function.name }}}}{{% endfor %}}
{{% endif %}}
{{% if message.role == 'tool' %}}tool_response {{{{ message.content }}}}{{% endif %}}
{{% endfor %}}"""
GO_CALLS = (
    "{{ if .Tools }}tools{{ end }}{{ range .Messages }}{{ range .ToolCalls }}{{ .Function.Name }}{{ end }}{{ end }}"
)
GO_ROUND_TRIP = """{{ if .Tools }}tools{{ end }}
{{ range .Messages }}
{{ if eq .Role "tool" }}tool_response{{ else }}{{ .Role }}{{ end }}
{{ if .ToolCalls }}<|tool_call|>{{ range .ToolCalls }}{{ .Function.Name }}{{ end }}{{ else }}{{ .Content }}{{ end }}
{{ end }}"""
GO_THINKS = "{{ range .Messages }}{{ if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}{{ .Content }}{{ end }}"
WEAKER = "{%- if tools -%}{{ available_tools | tojson }}{%- endif -%}{%- if thinking -%}<think></think>{%- endif -%}"


@pytest.mark.parametrize(
    ("chat_template", "template", "expected"),
    [
        ("{{ bos_token }}{{ messages[0]['content'] }}", CUSTOM, ()),
        ("", CUSTOM, ()),
        (f"{TOOLS}{{{{ messages[0]['content'] }}}}", CUSTOM, ("tools",)),
        ("{{ tool_call }}", CUSTOM, ("tools",)),
        (f"{TOOLS}{{% set content = (content.split('</think>')|last) %}}", GO_THINKS, ("tools",)),
        (f"{TOOLS}<think></think>", CUSTOM, ("thinking", "tools")),
        (ROUND_TRIP, GO_CALLS, ("the results of tool calls",)),
        (ROUND_TRIP, GO_ROUND_TRIP, ()),
        (WEAKER, GO_ROUND_TRIP, ()),  # it can more, and would lose the results of tools
        (f"{ROUND_TRIP}<think></think>", GO_ROUND_TRIP, ("thinking",)),
        (TOOLS, "{{ if .Tools }}{{ .Tools }}{{ end }}{{ .Prompt }}", ()),
        (TOOLS, "{{ .Prompt }}{{ .Suffix }}", ()),  # one ability each, though not the same
        (ROUND_TRIP, "{{ .Prompt }}{{ .Suffix }}", ()),
    ],
)
def test_which_template_ollama_takes(chat_template, template, expected):
    parsed = OllamaTemplate.parse(template)
    assert ahead(chat_template, parsed) == expected
    assert outranks(chat_template, parsed) == bool(expected)


@pytest.mark.parametrize(
    ("text", "thinks"),
    [
        ("<think>{{ reasoning }}</think>", True),
        ("content.split('</think>')", True),
        ('content.split("</think>")', True),
        ("content.split('</think>') reasoning_content", False),
        ("content.split('</think>') <SPECIAL_12>", False),
        ("{{ content }}", False),
    ],
)
def test_which_chat_templates_think(text, thinks):
    assert outranks(text, OllamaTemplate.parse(CUSTOM)) == thinks


@pytest.mark.parametrize("close", ["'", '"'])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_every_way_to_ask_for_a_tools_turn_counts(close, quote):
    own = f"tool_calls message[{close}role{close}] == {quote}tool{quote}"
    assert outranks(own, OllamaTemplate.parse(GO_CALLS))
    assert not outranks("tool_calls", OllamaTemplate.parse(GO_CALLS))


LAST = "{{- $last := eq (len (slice $.Messages $i)) 1 -}}"
INNER = "{{ if and $last .Thinking }}\n<think>{{ .Thinking }}</think>\n{{ end }}"


@pytest.mark.parametrize(
    ("template", "tags"),
    [
        (
            f"{{{{ if .Thinking}}}}/think{{{{ end }}}}{{{{ range $i, $_ := .Messages }}}}{LAST}{INNER}{{{{ end }}}}",
            "think",
        ),
        (f"{{{{ range $i, $_ := .Messages }}}}{{{{ range .Other }}}}{LAST}{INNER}{{{{ end }}}}{{{{ end }}}}", ""),
        ("{{ range $.Messages }}<a>{{ .Thinking }}</a>{{ end }}", ""),
        ("{{ range .Messages }}  <a> {{ .Thinking }} </a> {{ end }}", "a"),
        ("{{ range .Messages }}{{ if .Content }}x{{ else if .Thinking }}<a>{{ .Thinking }}</a>{{ end }}{{ end }}", "a"),
        ("{{ range .Messages }}{{ with .Thinking }}<a>{{ . }}</a>{{ end }}{{ end }}", ""),
        ("{{ range .Messages }}<a>{{ (slice .Thinking 1) }}</a>{{ else }}<b>{{ .Thinking }}</b>{{ end }}", "b"),
        ("<a>{{ range .Messages }}{{ .Content }}{{ end }}{{ .Thinking }}</a>", ""),
    ],
)
def test_the_tags_around_reasoning_are_guessed_as_ollama_does(template, tags):
    expected = (f"<{tags}>", f"</{tags}>") if tags else ("", "")
    assert thinking_tags(OllamaTemplate.parse(template).template.main) == expected


# ---------------------------------------------------------------------------------------------- the kind of T003

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SERVED = (
    'TEMPLATE """{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}'
    '<|im_start|>assistant\n"""\n'
)
LLAMA = "{% for message in messages %}[{{ message.role }}]{{ message.content }}{% endfor %}"


def model(template: str, *, kind: str = "qwen2", bos: str = "<s>") -> bytes:
    tokens = entry("tokenizer.ggml.tokens", ARRAY, (STRING, [bos, "<|im_end|>"]))
    ids = [entry(f"tokenizer.ggml.{name}_token_id", U32, number) for number, name in enumerate(("bos", "eos"))]
    own = [entry("tokenizer.chat_template", STRING, template)] if template else []
    return gguf(entry("general.architecture", STRING, kind), tokens, *ids, *own)


def fact(folder, own: str | None, more=(), *, modelfile: str = SERVED, base: str = "./m.gguf", **about):
    """What the kind says of a model file with this chat template beside a training with ChatML."""
    files = {"Modelfile": f"FROM {base}\n{modelfile}", "chat_template.jinja": CHATML, **dict(more)}
    if own is not None:
        files["m.gguf"] = model(own, **about)
    sources = sources_of(write_files(folder, files))
    found = facts_of(sources["Modelfile"], "files")["outranked_template"]
    return found.examined, [(found.marks[row].text) for row in found.marks], found.reason or ""


def test_a_template_that_is_passed_over_for_another_form_is_found(tmp_path):
    examined, (text,), _ = fact(tmp_path, f"{{# tools #}}{LLAMA}")
    assert examined == 1
    assert "OLLAMA_GO_TEMPLATE=1: the chat template in m.gguf knows tools, which the TEMPLATE does not" in text
    assert "It differs from the training: before user 1, training has `<|im_start|>user⏎`" in text


@pytest.mark.parametrize(
    "own",
    [
        LLAMA,  # it can no more than the TEMPLATE
        CHATML.replace("<|im_start|>", "{{ bos_token }}<|im_start|>"),
        f"{CHATML}{{# tools #}}",
        f"{{{{ bos_token }}}}{{% if tools %}}{{{{ tools }}}}{{% endif %}}{CHATML}",
    ],
)
def test_a_chat_template_that_writes_what_the_training_wrote_is_none(tmp_path, own):
    assert fact(tmp_path, own) == (1, [], "")


def test_the_trainings_own_template_is_none_whatever_it_refuses(tmp_path):
    refusing = f"{{{{ raise_exception('tools') }}}}{CHATML}"
    assert fact(tmp_path, refusing, {"chat_template.jinja": refusing}) == (1, [], "")


def test_a_chat_template_that_refuses_what_is_trained_is_found(tmp_path):
    refusing = "{# tools #}{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    _, (text,), _ = fact(tmp_path, f"{refusing}{CHATML}")
    assert "it refuses the conversation `system-user`: " in text
    assert "no system" in text


def test_a_system_text_of_the_base_model_counts_unless_the_modelfile_has_one(tmp_path):
    polite = "{% if messages[0].role != 'system' %}<|im_start|>system\nBe nice.<|im_end|>\n{% endif %}" + CHATML
    _, found, _ = fact(tmp_path, f"{polite}{{# tools #}}")
    assert len(found) == 1
    assert fact(tmp_path, f"{polite}{{# tools #}}", modelfile=f"{SERVED}SYSTEM Be brief.\n") == (1, [], "")


def test_tools_are_compared_where_records_declare_them(tmp_path):
    trained = f"{{% if tools %}}TOOLS{{{{ tools | tojson }}}}{{% endif %}}{CHATML}"
    own = f"{{% if tools %}}HANDY{{{{ tools | tojson }}}}{{% endif %}}{CHATML}"
    files = {"chat_template.jinja": trained}
    assert fact(tmp_path, own, files) == (1, [], "")
    tool = {"type": "function", "function": {"name": "f", "description": "F.", "parameters": {}}}
    turns = [{"role": "user", "content": "Is it on?"}, {"role": "assistant", "content": "It is."}]
    records = "".join(json.dumps({"messages": turns, "tools": [tool]}) + "\n" for _ in range(3))
    _, (text,), _ = fact(tmp_path, own, {**files, "data.jsonl": records})
    assert "HANDY" in text


def test_requests_that_write_their_prompts_themselves_are_none(tmp_path):
    raw = {"request.json": json.dumps({"model": "m", "prompt": "Q: a A:", "raw": True})}
    assert fact(tmp_path, f"{{# tools #}}{LLAMA}", raw) == (1, [], "")


def test_openais_harmony_is_written_by_ollama_itself(tmp_path):
    harmony = 'TEMPLATE "<|start|>{{ .Prompt }}<|end|>"\n'
    about = {"modelfile": harmony}
    assert fact(tmp_path, f"{{# tools #}}{LLAMA}", kind="gptoss", **about) == (1, [], "")
    assert len(fact(tmp_path, f"{{# tools #}}{LLAMA}", **about)[1]) == 1


@pytest.mark.parametrize(
    ("own", "about", "reason"),
    [
        (None, {}, "the model file ./m.gguf is not here"),
        ("", {}, "the model file has no chat template"),
        (TOOLS, {"modelfile": ""}, "the Modelfile has no TEMPLATE"),
        (TOOLS, {"modelfile": f"{SERVED}PARSER qwen3\n"}, "with a RENDERER or PARSER"),
        (TOOLS, {"base": "qwen3"}, "which chat template the model file of `FROM qwen3` holds is not known"),
        (TOOLS, {"modelfile": 'TEMPLATE "{{ if }}"\n'}, "its TEMPLATE cannot be read"),
        (
            TOOLS,
            {"more": {"chat_template.jinja": f"{{{{ raise_exception('never') }}}}{CHATML}"}},
            "refuses every conversation",
        ),
        (TOOLS, {"more": {"other.jinja": LLAMA}}, "chat_template.jinja"),
    ],
)
def test_what_cannot_be_told_says_why(tmp_path, own, about, reason):
    examined, found, why = fact(tmp_path, own, **about)
    assert (examined, found) == (0, [])
    assert reason in why
