"""Whatever a plain template writes around texts, the Modelfile of ``init`` writes it too, or says that it cannot."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.template_families import conversations
from tunespec.config import find
from tunespec.new_modelfile.command import modelfile_of
from tunespec.new_modelfile.go_text import do, put, source_of, text
from tunespec.new_modelfile.inexpressible import InexpressibleError
from tunespec.subjects import TemplatePair
from tunespec.templates.modelfile import parse_modelfile
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.plain import PlainTemplate

# What templates are made of, and what Go's and the Modelfile's quoting stumble over.
PIECES = [
    *(
        "### Question:",
        "### Answer:",
        "### End",
        "<|im_start|>",
        "<|im_end|>",
        "user",
        "[INST]",
        "</s>",
        ": ",
        "é",
        "漢",
    ),
    *("\n", "\n\n", " ", "  ", "\t", "\r\n", "{", "}", "{{", "}}", "{{ .Content }}", "{%", "-", "{{-", "-}}", "#"),
    *('"', '""', '"""', "'", "`", "\\", "\\n", '\\"', "# x", "FROM a", "PARAMETER stop x", "｜", "▁", "🙂", "\ufffd"),
    *("\u00a0", "\u200b", "\u3000", "\ufeff", "\x00", "\x1b", "\U000e0001"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
LITERALS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=6).map("".join)
CONFIG = find(Path(__file__).parent / "nowhere")


def turns(draw):
    return f"{draw(TEXTS)}{{content}}{draw(TEXTS)}".replace("{content}{content}", "{content}")


@st.composite
def templates(draw):
    return PlainTemplate(turns(draw), turns(draw), draw(st.one_of(st.none(), st.just(turns(draw)))))


@given(templates(), st.lists(conversations(), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_the_modelfile_of_a_plain_template_writes_what_it_writes(template, talks):
    try:
        made = modelfile_of(Path("Modelfile"), TemplatePair("Modelfile", (), template), CONFIG, None)
    except InexpressibleError:
        return  # what a stop sequence cannot hold
    parsed = parse_modelfile(made.content.encode())
    assert not parsed.traps
    served = OllamaTemplate.parse(parsed.template or "")
    for messages in talks:
        if template.system is not None or messages[0]["role"] != "system":
            assert served.render(messages) == template.render(messages, add_generation_prompt=True).text


@given(st.lists(LITERALS, min_size=1, max_size=5), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_text_comes_out_of_a_template_as_it_went_in(literals, ends_with_an_action):
    parts = [part for literal in literals for part in (do("if true"), text(literal), put('"|"'), do("end"))]
    parts = parts if ends_with_an_action else [*parts, text(literals[0])]
    source = source_of(part for part in parts if part.text)
    try:
        content = f'FROM ./a.gguf\nTEMPLATE """{source}"""\n'.encode()
    except UnicodeEncodeError:
        return
    template = parse_modelfile(content).template
    expected = "".join(f"{literal}|" for literal in literals) + ("" if ends_with_an_action else literals[0])
    assert OllamaTemplate.parse(f"{template}{{{{ .Response }}}}").render([{"role": "user", "content": "x"}]) == expected
