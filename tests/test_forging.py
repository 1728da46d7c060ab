"""T004's template half: whether a user can type a turn, and whether what a user types is evaluated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import CORPORA
from tests.template_families import CHATML, FAMILIES, LLAMA2
from tunespec.templates.forging import evaluated, forged_turn, unprotected

TEMPLATES = CORPORA / "chat_templates"


def stripping(family, *tokens):
    """A template that takes control texts out of contents."""

    def render(messages):
        cleaned = []
        for message in messages:
            content = message["content"]
            for token in tokens:
                content = content.replace(token, "")
            cleaned.append({**message, "content": content})
        return family.render(cleaned)

    return render


def refusing(messages):
    """As Meta's reference code of Llama 2 did."""
    if any("[/INST]" in message["content"] for message in messages):
        raise ValueError("special tags are not allowed as part of the prompt")
    return LLAMA2.render(messages)


def moving(messages):
    """A default system text before the last question."""
    *before, last = messages
    return CHATML.render([*before, {"role": "system", "content": "Be."}, last])


@pytest.mark.parametrize("name", FAMILIES)
def test_a_typed_turn_is_a_turn(name):
    forged = forged_turn(FAMILIES[name].render)
    assert forged is not None
    assert forged.kind == "identical"
    assert forged.passes


@pytest.mark.parametrize(
    ("render", "kind"),
    [
        (CHATML.render, "identical"),
        (moving, "verbatim"),
        (stripping(CHATML, "<|im_end|>"), "altered"),
        (refusing, "refused"),
    ],
)
def test_what_becomes_of_it(render, kind):
    forged = forged_turn(render)
    assert forged is not None
    assert forged.kind == kind
    assert forged.passes == (kind in {"identical", "verbatim"})


def fails(messages):
    raise ValueError("no")


@pytest.mark.parametrize("render", [fails, lambda _: "", lambda messages: messages[-1]["content"]])
def test_a_template_without_several_turns_proves_nothing(render):
    assert forged_turn(render) is None


def test_only_a_server_that_drops_a_protection_is_worth_a_warning(snapshot):
    passes, strips = forged_turn(CHATML.render), forged_turn(stripping(CHATML, "<|im_end|>"))
    assert passes
    assert strips
    assert unprotected(passes, passes) is None
    assert unprotected(strips, strips) is None
    assert unprotected(passes, strips) is None
    assert unprotected(strips, passes) == snapshot


def by_replacement(messages):
    """Slots that are filled one after the other, into text that is there already."""
    text = "### Question:\n{question}\n### Context:\n{content}\n### Answer:\n"
    return text.replace("{question}", messages[-1]["content"]).replace("{content}", "none")


def by_source(messages):
    """A content that becomes part of the template's source."""
    import jinja2

    try:
        return jinja2.Template("<|user|>" + messages[-1]["content"] + "<|assistant|>").render()
    except jinja2.TemplateError as error:
        raise ValueError(str(error)) from error


def by_format(messages):
    try:
        return ("USER: " + messages[-1]["content"] + " ASSISTANT: {}").format("")
    except (KeyError, IndexError, AttributeError) as error:
        raise ValueError(str(error)) from error


@pytest.mark.parametrize("render", [by_replacement, by_source, by_format])
def test_contents_that_are_evaluated(render, snapshot):
    assert evaluated(render) == snapshot
    assert evaluated(render)


@pytest.mark.parametrize(
    "render",
    [
        *(family.render for family in FAMILIES.values()),
        refusing,
    ],
)
def test_contents_that_are_not(render):
    assert evaluated(render) == ""


@pytest.mark.parametrize("render", [fails, lambda _: "", lambda m: m[-1]["content"].upper()])
def test_of_a_template_that_loses_plain_contents_nothing_can_be_told(render):
    assert evaluated(render) is None


def go(path: Path):
    ollama = pytest.importorskip("tunespec.templates.ollama")
    return ollama.OllamaTemplate.parse(path.read_text(encoding="utf-8")).render


def jinja(path: Path):
    module = pytest.importorskip("tunespec.templates.jinja")
    text = path.read_text(encoding="utf-8")
    template = module.ChatTemplate(json.loads(text)["chat_template"] if path.suffix == ".json" else text, "<s>", "</s>")

    def render(messages):
        return template.render(messages, add_generation_prompt=True).text

    return render


REAL = [
    *sorted(TEMPLATES.glob("trl/*.jinja")),
    *sorted(TEMPLATES.glob("mistral.rs/*.*j*")),
    *sorted(TEMPLATES.glob("ollama/*.gotmpl")),
]


@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="the corpora are not there")
@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_real_template_keeps_typed_turns_out_or_evaluates_them(path):
    render = (go if path.suffix == ".gotmpl" else jinja)(path)
    forged = forged_turn(render)
    assert forged is None or forged.passes
    assert not evaluated(render)
