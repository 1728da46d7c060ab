"""Ollama's templates: its golden renderings, its three ways of execution, tools, and its traps."""

from __future__ import annotations

import datetime as dt
import json
import time

import pytest

from tests.corpora import CORPORA
from tunespec.templates.errors import TemplateError
from tunespec.templates.ollama import OllamaTemplate

LIBRARY = CORPORA / "chat_templates" / "ollama"
NAMES = sorted(path.name for path in LIBRARY.glob("*.gotmpl"))
needs_corpora = pytest.mark.skipif(not NAMES, reason="no corpora beside the repository (../shared/corpora)")
# The goldens of these were written without the blank that stands at the end.
TRAILING_BLANK = {"chatqa.gotmpl", "llama2-chat.gotmpl", "mistral-instruct.gotmpl", "openchat.gotmpl", "vicuna.gotmpl"}


def user(content):
    return {"role": "user", "content": content}


def assistant(content, **more):
    return {"role": "assistant", "content": content, **more}


def system(content):
    return {"role": "system", "content": content}


GREETING = [
    user("Hello, how are you?"),
    assistant("I'm doing great. How can I help you today?"),
    user("I'd like to show off how chat templating works!"),
]
CONVERSATIONS = {
    "user": GREETING[:1],
    "user-assistant-user": GREETING,
    "system-user-assistant-user": [system("You are a helpful assistant."), *GREETING],
}
TALK = [user("Hi"), assistant("Hello."), user("Who?")]
CHATML = (
    "{{ if .System }}<|im_start|>system\n{{ .System }}<|im_end|>\n{{ end }}"
    "{{ if .Prompt }}<|im_start|>user\n{{ .Prompt }}<|im_end|>\n{{ end }}"
    "<|im_start|>assistant\n{{ .Response }}<|im_end|>\n"
)
CHATML_MESSAGES = (
    "{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
)
INST = "[INST] {{ if .System }}{{ .System }}\n\n{{ end }}{{ .Prompt }}[/INST] "
PREFILL = (
    "{{- range $i, $m := .Messages }}{{ $last := eq (len (slice $.Messages $i)) 1 }}<{{ $m.Role }}>{{ $m.Content }}"
    '{{ if not (and $last (eq $m.Role "assistant")) }}</{{ $m.Role }}>{{ end }}{{ end }}'
)
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather <now>",
        "strict": True,
        "parameters": {
            "type": "object",
            "additionalProperties": False,
            "required": ["city"],
            "properties": {
                "unit": {"type": ["string", "null"], "enum": ["C", "F"]},
                "city": {"type": "string", "description": "A city", "minLength": 1},
            },
        },
    },
}
WEATHER_PROPERTIES = (
    '{"city":{"type":"string","description":"A city"},"unit":{"type":["string","null"],"enum":["C","F"]}}'
)
CALL = {
    "id": "c1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"unit": "C", "city": "Ulm", "n": 3}'},
}


def render(text, messages=(), **options):
    return OllamaTemplate.parse(text).render(list(messages), **options)


@needs_corpora
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_golden_renderings(name, conversation):
    template = OllamaTemplate.parse((LIBRARY / name).read_bytes().decode())
    rendered = template.render(CONVERSATIONS[conversation])
    if name in TRAILING_BLANK:
        rendered = rendered.removesuffix(" ")
    assert rendered.encode() == (LIBRARY / "testdata" / name / conversation).read_bytes()


@needs_corpora
def test_every_golden_rendering_is_there():
    assert len(NAMES) * len(CONVERSATIONS) == 60
    assert len(list(LIBRARY.glob("testdata/*.gotmpl/*"))) == 60


@pytest.mark.parametrize("text", [INST, INST + "{{ .Response }}"])
def test_legacy_templates_are_executed_once_for_each_turn(text):
    assert render(text, TALK) == "[INST] Hi[/INST] Hello.[INST] Who?[/INST] "
    assert render(text, [system("Be kind."), *TALK]) == "[INST] Be kind.\n\nHi[/INST] Hello.[INST] Who?[/INST] "
    assert render(text, [*TALK, assistant("I am")]).endswith("[INST] Who?[/INST] I am")


def test_the_last_turn_of_a_legacy_template_is_cut_behind_the_response():
    expected = (
        "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\nHello.<|im_end|>\n"
        "<|im_start|>user\nWho?<|im_end|>\n<|im_start|>assistant\n"
    )
    conversation = [system("Be kind."), *TALK]
    assert render(CHATML, conversation) == render(CHATML_MESSAGES, conversation) == expected
    assert render(CHATML, [*conversation, assistant("I am")]) == expected + "I am"


def test_a_second_system_message_closes_a_turn_that_is_begun():
    assert render(CHATML, [user("Hi"), system("Be kind."), user("Who?")]).count("<|im_start|>assistant") == 2
    assert render("{{.System}}|{{.Prompt}};", [system("A"), user("B"), {"role": "tool", "content": "C"}]) == "A|B;"


def test_neighbours_of_one_role_are_merged_but_not_those_of_tools():
    listed = "{{ range .Messages }}{{ .Role }}={{ .Content }};{{ end }}{{ .System }}"
    messages = [system("A"), user("B"), user("C"), system("D"), *[{"role": "tool", "content": "E"}] * 2]
    assert render(listed, messages) == "system=A;user=B\n\nC;system=D;tool=E;tool=E;A\n\nD"
    assert render(listed, [{"role": "User", "content": "A"}]) == "user=A;"


def test_an_open_assistant_turn_is_the_templates_own_business():
    assert render(PREFILL, TALK) == "<user>Hi</user><assistant>Hello.</assistant><user>Who?</user>"
    assert render(PREFILL, TALK[:2]) == "<user>Hi</user><assistant>Hello."


def test_the_modelfiles_system_stands_in_for_a_first_system_message():
    assert render(CHATML_MESSAGES, TALK, system="S").startswith("<|im_start|>system\nS<|im_end|>\n<|im_start|>user")
    assert "S<" not in render(CHATML_MESSAGES, [system("T"), *TALK], system="S")
    assert render(CHATML, TALK[:1], system="S").startswith("<|im_start|>system\nS<|im_end|>")
    assert render(CHATML_MESSAGES, [user("A"), system("T")], system="S").count("system\n") == 2


def test_a_suffix_has_its_own_execution():
    template = OllamaTemplate.parse(
        "{{ if .Suffix }}<PRE>{{ .Prompt }}<SUF>{{ .Suffix }}<MID>{{ else }}{{ .Prompt }}{{ end }}"
    )
    assert template.render_suffix("def add(", "return x") == "<PRE>def add(<SUF>return x<MID>"
    assert template.render([user("hello")]) == template.render_suffix("hello", "") == "hello"
    assert template.render_suffix("", "x") == ""


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("{{ .Prompt }}", {"prompt", "response"}),
        ("{{ .System }} {{ .Prompt }} {{ .Response }}", {"prompt", "response", "system"}),
        ("{{ with .Tools }}{{ . }}{{ end }}", {"response", "tools"}),
        ("{{ range $i, $m := .Messages }}{{ $m.Role }}{{ end }}", {"messages", "$m", "role"}),
        ('{{ if eq .A "x" }}{{ (print .B).C }}{{ else }}{{ .D | print }}{{ end }}', {"a", "d", "response"}),
        ('{{ define "x" }}{{ .Messages }}{{ end }}', {"messages"}),
    ],
)
def test_variables(text, variables):
    assert OllamaTemplate.parse(text).variables == variables


def test_what_a_template_mentions():
    template = OllamaTemplate.parse("{{ if .Tools }}{{ range .Messages }}{{ .Thinking }}{{ end }}{{ end }}")
    assert template.mentions_messages
    assert template.mentions_tools
    plain = OllamaTemplate.parse("{{ .Prompt }}")
    assert not plain.mentions_messages
    assert not plain.mentions_tools


def test_what_is_absent_is_printed():
    assert render("{{ .Prompt }}{{ range .Messages }}{{ end }}{{ .First }}", TALK) == "<no value><no value>"
    assert render("{{ if .Prompt }}x{{ end }}{{ len .Messages }}", TALK) == "3"


def test_tools_are_printed_as_json_but_functions_as_structs():
    tool = (
        '{"type":"function","function":{"name":"weather","description":"The weather \\u003cnow\\u003e",'
        '"parameters":{"type":"object","required":["city"],"properties":' + WEATHER_PROPERTIES + "}}}"
    )
    with_tools = {"messages": TALK, "tools": [WEATHER]}
    assert render("{{ .Tools }}{{ .Messages | len }}", **with_tools) == f"[{tool}]3"
    assert render("{{ range .Tools }}{{ . }}{{ json . }}{{ end }}{{ if .Messages }}{{ end }}", **with_tools) == tool * 2
    # ollama#14601: since v0.14.0 these two print a struct of Go.
    parameters = "{object <nil> <nil> [city] " + WEATHER_PROPERTIES + "}"
    function = "{weather The weather <now> " + parameters + "}"
    assert render("{{ range .Tools }}{{ .Function }}{{ end }}{{ if .Messages }}{{ end }}", **with_tools) == function
    shown = "{{ range .Tools }}{{ .Function.Parameters }}{{ end }}{{ if .Messages }}{{ end }}"
    assert render(shown, **with_tools) == parameters
    assert render("{{ .Tools }}{{ if .Messages }}{{ end }}", TALK) == "null"
    assert render("{{ .Tools }}{{ if .Messages }}{{ end }}", TALK, tools=[]) == "[]"


def test_properties_come_in_the_order_of_their_names():
    text = (
        "{{ range .Tools }}{{ range $name, $p := .Function.Parameters.Properties }}{{ $name }}:{{ $p.Type }}"
        ":{{ toTypeScriptType $p }}:{{ $p.ToTypeScriptType }}:{{ $p.Enum }};{{ end }}{{ end }}"
        "{{ if .Messages }}{{ end }}"
    )
    expected = "city:string:string:string:[];unit:[string null]:string | null:string | null:[C F];"
    assert render(text, TALK, tools=[WEATHER]) == expected
    assert render('{{ if .Messages }}{{ toTypeScriptType "x" }}{{ end }}', TALK) == "any"


def test_empty_items_are_there_for_json_but_empty_lists_are_not():
    properties = {"a": {"type": "array", "items": {}, "enum": []}}
    tool = {"function": {"parameters": {"properties": properties}}}
    text = "{{ range .Tools }}{{ .Function.Parameters.Properties }}{{ end }}{{ if .Messages }}{{ end }}"
    assert render(text, TALK, tools=[tool]) == '{"a":{"type":"array","items":{}}}'


def test_tool_calls_and_their_answers():
    text = (
        "{{ range .Messages }}{{ .Role }}:{{ .ToolName }}{{ .ToolCallID }}{{ range .ToolCalls }}{{ .ID }} "
        "{{ .Function.Name }} {{ .Function.Arguments }} {{ json .Function.Arguments }}"
        "{{ range $k, $v := .Function.Arguments }} {{ $k }}={{ $v }}"
        "{{ end }}{{ end }};{{ end }}"
    )
    messages = [assistant(None, tool_calls=[CALL]), {"role": "tool", "tool_call_id": "c1", "content": "rain"}]
    arguments = '{"city":"Ulm","n":3,"unit":"C"}'
    assert render(text, messages) == (
        f"assistant:c1 weather {arguments} {arguments} city=Ulm n=3 unit=C;tool:weatherc1;"
    )
    as_object = {**CALL, "function": {"name": "weather", "arguments": {"n": 1234567}}}
    call = "{{ range .Messages }}{{ range .ToolCalls }}{{ .Function.Arguments.n }} {{ .Function }}{{ end }}{{ end }}"
    # Numbers of JSON are floats in Go.
    assert render(call, [assistant("", tool_calls=[as_object])]) == '1.234567e+06 {0 weather {"n":1234567}}'
    named = [{"role": "tool", "name": "clock", "content": "9"}, {"role": "tool", "tool_name": "bell", "content": "!"}]
    assert render("{{ range .Messages }}{{ .ToolName }} {{ end }}", named) == "clock bell "


@pytest.mark.parametrize(
    ("think", "expected"),
    [(None, "false||false"), (True, "true|medium|true"), (False, "false||true"), ("high", "true|high|true")],
)
def test_think(think, expected):
    text = "{{ .Think }}|{{ .ThinkLevel }}|{{ .IsThinkSet }}"
    assert render(text + "{{ if .Messages }}{{ end }}", TALK, think=think) == expected
    assert render(text + "{{ .Response }}", [], think=think) == expected
    assert OllamaTemplate.parse(text).render_suffix("a", "b", think=think) == expected


def test_dates_are_those_of_the_day_that_is_given():
    text = '{{ currentDate }} {{ yesterdayDate "any" }}{{ if .Messages }}{{ end }}'
    assert render(text, TALK, today=dt.date(2026, 3, 1)) == "2026-03-01 2026-02-28"
    assert dt.date.fromisoformat(render(text, TALK)[:10])
    with pytest.raises(TemplateError, match="expected string"):
        render("{{ currentDate 1 }}{{ if .Messages }}{{ end }}", TALK)


def test_json_of_what_json_cannot_hold_is_empty():
    assert render("[{{ json 2i }}]{{ if .Messages }}{{ end }}", TALK) == "[]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # The last turn's template is made anew, without Ollama's functions and without named templates.
        ("{{ currentDate }}{{ .Prompt }}{{ .Response }}", '"currentDate" is not a defined function'),
        ('{{ define "t" }}x{{ end }}{{ template "t" . }}{{ .Response }}', 'template "t" not defined'),
        ("{{ if .Prompt }}{{ .Response }}{{ else }}x{{ end }}", "an else follows a branch that has .Response"),
        ("{{ if .System }}{{ .Response }}{{ else if .Prompt }}x{{ end }}", "an else follows a branch"),
        ("{{ range .Prompt }}{{ .Response }}{{ else }}x{{ end }}", "an else follows a branch"),
    ],
)
def test_legacy_templates_that_ollama_cannot_finish(text, message):
    with pytest.raises(TemplateError, match=message.replace(".", r"\.")):
        render(text, TALK[:1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ .Prompt }}{{ .Response }} end", "Hi"),
        ("{{ .Prompt }}{{ $.Response }} end", "Hi end"),  # a variable's field is no cut
        ("{{ if .Response }}x{{ end }}{{ .Prompt }}{{ .Response }} end", "Hi"),  # nor is a condition
        ('{{ .Prompt }}{{ printf "[%s%s]" .Response .Prompt }} end', "Hi[%!s(MISSING)]"),
        ("{{ .Prompt }}{{ .Response | print }} end", "Hi"),  # the action loses a command, and goes
        ("{{ .Prompt }}{{ print (print .Response .Prompt) .Prompt }} end", "Hi"),
        ("{{ if .Prompt }}{{ .Prompt }}{{ .Response }} end{{ end }} end", "Hi"),
        ("{{ with .Prompt }}{{ . }}{{ else }}{{ .Response }}{{ end }} end", "Hi"),
    ],
)
def test_where_the_last_turn_is_cut(text, expected):
    assert render(text, TALK[:1]) == expected


def test_a_response_behind_parentheses_with_fields_is_none_for_ollama():
    assert OllamaTemplate.parse("{{ (print .Response).X }}").variables == {"response"}
    with pytest.raises(TemplateError, match="can't evaluate field X in type string"):
        render("{{ (print .Response).X }} end", TALK[:1])


def test_a_template_is_refused_as_ollama_refuses_it():
    with pytest.raises(TemplateError, match="line 2: undefined template specified"):
        OllamaTemplate.parse('{{ .Messages }}\n{{ template "t" }}')
    with pytest.raises(TemplateError, match="invalid think value"):
        render("{{ .Prompt }}", TALK, think="max")


@pytest.mark.parametrize(
    ("messages", "tools", "message"),
    [
        ([{"role": "user", "content": 3}], None, "a message's content must be text, not int"),
        ([assistant("", tool_calls=[{"function": {"name": "f", "arguments": "{"}}])], None, "arguments are no JSON"),
        ([assistant("", tool_calls=[{"function": {"name": "f", "arguments": [1]}}])], None, "must be an object"),
        (TALK, [{"function": {"name": ["f"]}}], "a tool's name must be text, not list"),
        (TALK, ["f"], "a tool must be an object, not str"),
        (TALK, [{"function": {"parameters": {"required": "x"}}}], "required must be a list of texts, not str"),
    ],
)
def test_requests_that_ollama_refuses(messages, tools, message):
    with pytest.raises(TemplateError, match=message):
        render("{{ .Messages }}", messages, tools=tools)


def test_lone_surrogates_become_replacement_characters():
    assert render("{{ range .Messages }}{{ .Content }}{{ len .Content }}{{ end }}", [user("a\ud800é")]) == "a\ufffdé6"


def test_rendering_leaves_the_conversation_alone():
    messages = [user("A"), user("B"), assistant("C", tool_calls=[CALL])]
    before = json.dumps(messages)
    template = OllamaTemplate.parse(CHATML_MESSAGES)
    assert template.render(messages) == template.render(messages)
    assert json.dumps(messages) == before


def test_a_thousand_conversations_are_rendered_in_no_time():
    template = OllamaTemplate.parse(CHATML_MESSAGES)
    conversations = [[*TALK, assistant(f"I am {number}.")] for number in range(1000)]
    started = time.process_time()
    rendered = [template.render(conversation) for conversation in conversations]
    assert time.process_time() - started < 0.5  # 0.06 s on the slowest machine it was measured on
    assert rendered[7].endswith("I am 7.<|im_end|>\n<|im_start|>assistant\n")
