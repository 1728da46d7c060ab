"""Whether Ollama finds the calls of tools in what a model writes: by the tag that it reads out of the TEMPLATE."""

from __future__ import annotations

import pytest

from tests.template_facts import facts_of, marked, sources_of, write_files
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.tool_tags import tool_tag

JSON = '{"name": "{{ .Function.Name }}", "arguments": {{ json .Function.Arguments }}}'
CALL = f"<tool_call>{JSON}</tool_call>"


@pytest.mark.parametrize(
    ("template", "tag"),
    [  # the cases of Ollama 0.34.2, tools/template_test.go, and what its code says of others
        ("", "{"),
        ("{{if .ToolCalls}}{{end}}", "{"),
        ("{{if .ToolCalls}}{{range .ToolCalls}}{{ . }}{{end}}{{end}}", "{"),
        ("{{if .ToolCalls}}```json\n{{end}}", "```json"),
        ("{{if .ToolCalls}}[{{range .ToolCalls}}{{ . }}{{end}}]{{end}}", "["),
        ("{{if .ToolCalls}}\n [ {{range .ToolCalls}}{{ . }}{{end}}]{{end}}", "["),
        ("{{if .ToolCalls}}{{range .ToolCalls}}{{ . }}{{end}}]{{end}}", "{"),
        ("{{if .ToolCalls}} {{range .ToolCalls}}{{ . }}{{end}}{{end}}", "{"),
        ("{{if .ToolCalls}}{{range .ToolCalls}}\n{{ . }}\n{{end}}{{end}}", "{"),
        ('{{if .ToolCalls}}{{range .ToolCalls}}{"name": "{{ .Function.Name }}"}{{end}}{{end}}', "{"),
        ("{{if .ToolCalls}}<|calls|>{{range .ToolCalls}}<|call|>{{end}}{{end}}", "<|calls|>"),
        ("{{if .ToolCalls}}{{range .ToolCalls}}<tool_call>{{.}}</tool_call>{{end}}{{end}}", "<tool_call>"),
        (f"{{{{if .ToolCalls}}}}{{{{range .ToolCalls}}}}{CALL}{{{{end}}}}{{{{end}}}}", "<tool_call>"),
        ("{{if .ToolCalls}}First text{{if .Something}}inner{{end}}Second text{{end}}", "First text"),
        ("{{if .Something}}{{if .OtherThing}}text{{end}}{{end}}", "{"),
        ("{{if .ToolCalls}}\n{{range .ToolCalls}}<tool_call>{{.}}{{end}}{{end}}", "<tool_call>"),
        ("{{if .ToolCalls}}{{range .ToolCalls}}\r\n{{.}}{{end}}{{end}}", "{"),
        ("{{if .ToolCalls}}[TOOL_CALL] [{{end}}", "[TOOL_CALL] ["),
        ("{{range .Messages}}{{if .Content}}a{{else if .ToolCalls}}[CALL] {{end}}{{end}}", "[CALL]"),
        ("{{range .Messages}}{{range .ToolCalls}}<call>{{end}}{{end}}", "{"),
        ("{{range .Messages}}{{if $.ToolCalls}}<call>{{end}}{{end}}", "{"),
        ("{{range .Messages}}{{if (len .ToolCalls)}}<call>{{end}}{{end}}", "{"),
        (
            "{{range .Messages}}{{if or .Content .ToolCalls}}<turn>{{end}}{{if .ToolCalls}}<call>{{end}}{{end}}",
            "<turn>",
        ),
        ("{{range .Messages}}{{with .Role}}{{if .ToolCalls}}<call>{{end}}{{end}}{{end}}", "<call>"),
        ("{{with .ToolCalls}}<call>{{end}}", "{"),
        ("{{range .Messages}}{{if .ToolCalls}}{{if .A}}{{else}}<call>{{end}}{{end}}{{end}}", "<call>"),
    ],
)
def test_the_tag_that_ollama_finds(template, tag):
    assert tool_tag(OllamaTemplate.parse(template)) == tag


TEMPLATE = (
    "{{- if .Tools }}<|im_start|>system\n{{ range .Tools }}{{ . }}\n{{ end }}<|im_end|>\n{{ end }}"
    '{{- range .Messages }}{{ if eq .Role "assistant" }}<|im_start|>assistant\n{{ .Content }}CALLS<|im_end|>\n'
    "{{ else }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}{{ end }}<|im_start|>assistant\n"
)
BARE = f"{{{{ range .ToolCalls }}}}{CALL}{{{{ end }}}}"
WITHIN = f"{{{{ if .ToolCalls }}}}{BARE}{{{{ end }}}}"
TEXT = ": it takes calls for text unless `{` comes first"
LEARNS = "and Ollama learns that only from the first text within `{{ if .ToolCalls }}`, where this TEMPLATE has none"
NONE = f"{LEARNS}{TEXT}"
WAITS = (
    "and Ollama waits for `(nothing)`, the first text within the first `{{ if ... .ToolCalls }}`: "
    "it takes calls for text"
)
LOST = (
    "holds no JSON object, and Ollama reads no other: once it has found `<call>`, the client gets neither the call nor "
    "the text"
)
PLAIN = "{{ if .ToolCalls }}{{ range .ToolCalls }}<call>{{ .Function.Name }}</call>{{ end }}{{ end }}"


def source(folder, calls: str, template: str = TEMPLATE, more: str = "", **files: str):
    modelfile = f'FROM ./m.gguf\nTEMPLATE """{template.replace("CALLS", calls)}"""\n{more}'
    (found,) = sources_of(write_files(folder, {"Modelfile": modelfile, **files})).values()
    return found


def unread(folder, *given: str, **files: str) -> list[str]:
    return marked(source(folder, *given, **files), "files").get("tool_calls_unread", [])


@pytest.mark.parametrize(
    ("calls", "says"),
    [
        (WITHIN, None),
        (f"{{{{ range .ToolCalls }}}}{JSON}{{{{ end }}}}", None),  # what Ollama takes without a tag
        (f"{{{{ if .ToolCalls }}}}[{{{{ range .ToolCalls }}}}{JSON}{{{{ end }}}}]{{{{ end }}}}", None),
        (BARE, f"a tool call begins with `<tool_call>`, {NONE}"),
        (f"{{{{ if .ToolCalls }}}}\n{BARE}{{{{ end }}}}", None),
        (f"{{{{ range .ToolCalls }}}}[{JSON}]{{{{ end }}}}", f"a tool call begins with `[`, {NONE}"),
        (
            f"{{{{ if not .ToolCalls }}}}(nothing){{{{ end }}}}{WITHIN}",
            f"a tool call begins with `<tool_call>`, {WAITS}",
        ),
        (PLAIN, f"a tool call that begins with `<call>forecast_of</call><|im_end|>` {LOST}"),
        ("", None),  # no call is written
    ],
)
def test_calls_that_ollama_does_not_find(tmp_path, calls, says):
    assert unread(tmp_path, calls) == ([] if says is None else [says])


def test_where_something_else_reads_the_calls(tmp_path):
    assert unread(tmp_path, BARE, TEMPLATE, "PARSER qwen3\n") == []
    assert unread(tmp_path, BARE, TEMPLATE.replace("<|im_", "<|")) == []  # OpenAI's Harmony
    assert (
        unread(tmp_path, BARE, TEMPLATE.replace("{{- if .Tools }}", "{{ if false }}").replace(".Tools", ".Any")) == []
    )
    fact = facts_of(source(tmp_path, ""), "files")["tool_calls_unread"]
    assert (fact.examined, fact.reason) == (0, "how the model begins a tool call cannot be told")


def test_what_the_training_wrote_counts(tmp_path):
    trained = (
        "{% for t in tools or [] %}{{ t | tojson }}{% endfor %}{% for m in messages %}<|im_start|>{{ m.role }}\n"
        "{{ m.content }}{% for c in m.tool_calls or [] %}<fn>{{ c.function | tojson }}</fn>{% endfor %}<|im_end|>\n"
        "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    (says,) = unread(tmp_path, WITHIN, **{"chat_template.jinja": trained})
    assert "begins with `<fn>`" in says
    assert "waits for `<tool_call>`" in says
