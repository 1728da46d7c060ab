"""Chat templates render as transformers renders them."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.chat_templates import NOW, TOKENS, cases, digest, real_templates
from tests.transformers_digests import DIGESTS
from tunespec.templates.errors import TemplateError
from tunespec.templates.hostile import attempts
from tunespec.templates.jinja import ChatTemplate, refusal
from tunespec.templates.jinja_process import Bounds
from tunespec.templates.rendered import Rendered

REAL = real_templates()
EXPECTED: dict[str, str] = json.loads(DIGESTS.read_text(encoding="utf-8"))["digests"]
needs_corpora = pytest.mark.skipif(not REAL, reason="no corpora beside the repository (../shared/corpora)")
HELLO = [{"role": "user", "content": "Hello"}]
CHATML = ChatTemplate(
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}{% if m.role == 'assistant' %}"
    "{% generation %}{{ m.content + '<|im_end|>' }}{% endgeneration %}{{ '\n' }}"
    "{% else %}{{ m.content + '<|im_end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def render(source: str, messages: Any = HELLO, **given: Any) -> str:
    return ChatTemplate(source, **TOKENS, now=NOW).render(messages, **given).text


@needs_corpora
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_renders_what_transformers_renders(name: str):
    template = ChatTemplate(REAL[name], **TOKENS, now=NOW)
    found: list[Any] = []
    for messages, asked, tools in cases():
        (result,) = template.render_all([messages], tools=tools, add_generation_prompt=asked)
        found.append(None if isinstance(result, TemplateError) else [result.text, result.trained])
    assert digest(found) == EXPECTED[name]


@needs_corpora
def test_every_real_template_is_compared():
    assert set(REAL) == set(EXPECTED)


def test_blocks_leave_no_line_of_their_own():
    assert render("a\n  {% if true %}\nb\n  {% endif %}\nc") == "a\nb\nc"


def test_json_is_pythons_and_keeps_order_and_letters():
    tools = [{"b": "Köln <&>'", "a": [1, None, True]}]
    assert render("{{ tools[0]|tojson }}", tools=tools) == '{"b": "Köln <&>\'", "a": [1, null, true]}'
    assert render("{{ tools|tojson(indent=1) }}", tools=[{"a": 1}]) == '[\n {\n  "a": 1\n }\n]'
    assert render("{{ tools|tojson(separators=(',', ':'), ensure_ascii=true) }}", tools=[{"a": "ö"}]) == (
        '[{"a":"\\u00f6"}]'
    )


def test_loops_can_be_left():
    assert render("{% for i in range(9) %}{% if i == 1 %}{% continue %}{% elif i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}") == "02"  # fmt: skip  # noqa: E501


def test_named_tokens_are_variables_and_absent_ones_undefined():
    source = "{{ bos_token }}{{ eos_token is defined }}{{ pad_token is defined }}{{ cls_token }}"
    template = ChatTemplate(source, bos_token="<s>", eos_token="</s>", other_tokens=(("cls_token", "[C]"),))
    assert template.render(HELLO).text == "<s>TrueFalse[C]"


def test_arguments_come_before_tokens():
    assert render("{{ bos_token }}{{ thinking }}", bos_token="", thinking=True) == "True"


def test_documents_and_tools_are_none_unless_given():
    assert render("{{ tools is none }}{{ documents is none }}{{ add_generation_prompt }}") == "TrueTrueFalse"


def test_empty_keys_are_left_out_and_reasoning_has_all_its_names():
    message = {"role": "assistant", "content": None, "thinking": "Hm"}
    source = "{{ messages[0].content is defined }} {{ messages[0].reasoning_content }} {{ messages[0].thinking }}"
    assert render(source, [message]) == "False Hm Hm"


def test_the_date_can_be_set():
    template = ChatTemplate("{{ strftime_now('%d %b %Y') }}", now=NOW)
    assert template.render(HELLO).text == "04 Mar 2026"
    today = replace(template, now=None).render(HELLO).text
    assert today in {(datetime.now().astimezone() - timedelta(seconds=s)).strftime("%d %b %Y") for s in (0, 600)}


def test_generation_blocks_are_spans_of_the_text():
    talk = [*HELLO, {"role": "assistant", "content": "Hi"}, *HELLO, {"role": "assistant", "content": "Yes"}]
    rendered = CHATML.render(talk)
    assert [rendered.text[start:end] for start, end in rendered.trained] == ["Hi<|im_end|>", "Yes<|im_end|>"]
    assert CHATML.marks_trained
    assert rendered.marks_trained
    assert not ChatTemplate("a").marks_trained


def test_a_span_inside_a_macro_is_shifted_as_in_transformers():
    source = "ab{% macro say() %}cd{% generation %}ef{% endgeneration %}{% endmacro %}{{ say() }}"
    assert ChatTemplate(source).render(HELLO) == Rendered("abcdef", ((2, 4),))


def test_the_tag_is_found_however_it_is_trimmed():
    assert all(ChatTemplate(f"{{%{a} generation {b}%}}").marks_trained for a in ("", "-") for b in ("", "-"))


def test_a_refusal_is_the_templates_own_word():
    with pytest.raises(TemplateError, match=r"^line 2: .*refuses the conversation: no system") as raised:
        render("\n{{ raise_exception('no system') }}")
    assert refusal(raised.value) == "no system"
    assert raised.value.line == 2


@pytest.mark.parametrize(
    ("source", "says", "line"),
    [
        ("a\n{{ b.c.d }}", "the template fails: UndefinedError: 'b' is undefined", 2),
        ("a\n\n{% if %}", "the template is no valid Jinja: Expected an expression", 3),
        ("{{ messages[0] + 1 }}", "the template fails: TypeError", 1),
        ("{% include 'x' %}", "the template fails: TypeError: no loader", 1),
        ("{{ 'the template refuses the conversation: '|float + {} }}", "the template fails", 1),
        ("{{ messages[0].pop('role') }}", "the template fails: access to attribute 'pop'", 1),
        ("{{ namespace(_a=1) }}", "the template fails: a namespace cannot hold '_a'", 1),
        ("{{" + "(" * 5000, "the template nests or calls itself too deeply", None),
    ],
)
def test_an_error_says_what_and_where(source: str, says: str, line: int | None):
    with pytest.raises(TemplateError) as raised:
        render(source)
    assert raised.value.message.startswith(says)
    assert raised.value.line == line
    assert refusal(raised.value) is None


def test_an_error_of_one_conversation_spares_the_others():
    template = ChatTemplate("{{ messages[0].content + '!' }}")
    results = template.render_all([HELLO, [{"role": "user", "content": 3}], HELLO])
    assert [isinstance(result, Rendered) for result in results] == [True, False, True]


def test_what_json_does_not_know_is_named():
    assert render("{{ messages[0].content }}", [{"role": "user", "content": object()}]) == "<object>"
    with pytest.raises(TemplateError, match="cannot be given this conversation"):
        render("a", [{"role": "user", "content": {(1, 2): "x"}}])


@given(
    st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), st.text(st.characters(codec=None)))),
)
def test_contents_stand_in_the_text_in_their_order(turns: list[tuple[str, str]]):
    rendered = CHATML.render([{"role": role, "content": content} for role, content in turns])
    position = 0
    for role, content in turns:
        begins = f"<|im_start|>{role}\n{content}<|im_end|>\n"
        assert rendered.text.startswith(begins, position)
        position += len(begins)
    assert position == len(rendered.text)
    said = [content + "<|im_end|>" for role, content in turns if role == "assistant"]
    assert [rendered.text[start:end] for start, end in rendered.trained] == said


_PIECES = st.sampled_from(
    "{{ }} {% %} {# #} {%- -%} if for in endfor endif set macro endmacro call endcall generation endgeneration raw "
    "endraw filter endfilter include import from extends block endblock with break continue messages loop namespace "
    "range(3) ' \" ( ) [ ] . | , ~ + * ** == not is defined tojson attr map x y 1 9 __class__ lipsum cycler self dict "
    "caller joiner random upper join format('%d') batch(2) groupby('role') recursive ignore missing \n".split(" ")
)


@given(st.text() | st.lists(_PIECES, max_size=12).map(" ".join))
@example("{{ self }}")
@example("{% for x in messages recursive %}{{ loop }}{% endfor %}")
def test_any_text_renders_or_is_a_template_error(source: str):
    template = ChatTemplate(source, bounds=Bounds(seconds=2, megabytes=64, characters=100_000))
    (result,) = template.render_all([HELLO])
    assert isinstance(result, Rendered | TemplateError)
    if isinstance(result, Rendered):
        assert all(0 <= start <= end for start, end in result.trained)
    if isinstance(result, Rendered):
        attempts(source)  # what is rendered can be parsed
    else:
        with suppress(TemplateError):
            attempts(source)
