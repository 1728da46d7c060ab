"""T003's facts of a live server, by prompts that it might have rendered."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.answer_sources import LIVE, answered, found, reasons, source_of
from tests.template_facts import sources_of, write_files
from tunespec.inference.served_template import RENDERED
from tunespec.suite_paths import fixture_path, suite_root
from tunespec.templates.modelfile import parse_modelfile

JINJA = fixture_path("golden/chat_template.jinja").read_text(encoding="utf-8")
TEMPLATE = parse_modelfile(suite_root().joinpath("Modelfile").read_bytes()).template or ""
PROMPT = "### Question:\nWhere?\n\n### Answer:\n"
SERVED = replace(LIVE, template=TEMPLATE, rendering=True)
TOKENIZER = json.dumps({"tokenizer_class": "X", "bos_token": "<s>", "eos_token": "</s>", "add_bos_token": True})
SETTINGS = '[pitfalls.missing-end-marker]\ntokenizer = "words.json"\n'


def served(folder, *rendered, jinja=JINJA, server=SERVED, settings="", **given):
    """A source whose prompts were rendered so; ``jinja`` is the training template."""
    files = {"chat_template.jinja": jinja, "tokenizer_config.json": TOKENIZER} if jinja else {}
    template = next(iter(sources_of(write_files(folder, files)).values())) if files else None
    answers = [answered("Where?", "In Rome.", rendered=text, **given) for text in rendered]
    return source_of(folder, answers, served=server, template=template, settings=settings)


def kinds(source):
    return {kind: marks[0][1].splitlines()[0] for kind, marks in found(source, *RENDERED).items()}


def test_the_trained_and_foreseen_prompt(tmp_path):
    source = served(tmp_path, PROMPT, PROMPT)
    assert kinds(source) == {}
    why = reasons(source, *RENDERED)
    assert why.pop("generate_differs") == "the server has no second endpoint, or no prompt is a single question"
    assert set(why.values()) == {None}


def test_another_prompt_is_told_once_with_its_number(tmp_path):
    other = PROMPT.replace("Question", "Instruction")
    source = served(tmp_path, PROMPT, other, other, server=replace(SERVED, template=TEMPLATE.replace("Question", "I")))
    assert kinds(source) == {
        "turn_header_differs": "before user 1, training has `### Question:⏎`, the server `### Instruction:⏎` "
        "(in 2 of the 3 prompts compared, first in `one`)",
        "unforeseen_rendering": "at character 5 the server writes `Question:⏎<user 1>⏎⏎### Answer:⏎`, where its "
        "template gives `I:⏎<user 1>⏎⏎### Answer:⏎` (in 3 of the 3 prompts compared, first in `one`)",
    }
    ((row, text),) = found(source, "turn_header_differs")["turn_header_differs"]
    assert row == 1
    assert text.splitlines()[1:] == [
        "trained  ### Question:⏎<user 1>⏎⏎### Answer:⏎",
        "asked    ### Instruction:⏎<user 1>⏎⏎### Answer:⏎",
        "             ^^^^^^^^^^^",
    ]


def test_a_users_own_words_are_not_shown(tmp_path):
    own = served(tmp_path, "### Question:\nWhere??\n\n### Answer:\n")
    assert not any("Where" in text for text in kinds(own).values())
    suite = served(tmp_path, PROMPT, own=False, generated="Where? Where?")
    assert "Where? Where?" in kinds(suite)["generate_differs"]


def test_both_endpoints_write_the_same(tmp_path):
    assert kinds(served(tmp_path, PROMPT, generated=PROMPT)) == {}
    says = kinds(served(tmp_path, PROMPT, generated="Where?"))["generate_differs"]
    assert says.startswith("at character 1 /api/generate writes `<user 1>`, /api/chat `### Question:⏎<user 1>⏎")


def test_the_prompts_compared_are_those_of_the_kind(tmp_path):
    """The training template takes no system message alone, and only a single question has a second endpoint."""
    other = PROMPT.replace("Question", "Instruction")
    refuses = "{% if messages|length > 1 %}{{ raise_exception('one only') }}{% endif %}" + JINJA
    source = served(tmp_path, other, other, jinja=refuses)
    one, two = source.answered
    before = ({"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hi"})
    two = replace(two, messages=(*before, *two.messages))
    says = kinds(source_of(tmp_path, [replace(one, generated="Where?"), two], served=SERVED, template=source.template))
    assert "(in the one prompt compared, `one`)" in says["turn_header_differs"]
    assert "(in the one prompt compared, `one`)" in says["generate_differs"]
    assert "(in 2 of the 2 prompts compared" in says["unforeseen_rendering"]


def test_a_template_that_only_the_server_can_read(tmp_path):
    source = served(tmp_path, PROMPT, server=replace(SERVED, template="{{ novel .Messages }}"))
    assert list(kinds(source)) == ["unforeseen_rendering"]
    assert "tunespec cannot read the server's template" in kinds(source)["unforeseen_rendering"]


def test_a_model_without_a_template_has_the_one_in_its_file(tmp_path):
    source = served(tmp_path, PROMPT, server=replace(SERVED, template="{{ .Prompt }}"))
    assert kinds(source) == {}
    assert reasons(source, "unforeseen_rendering") == {
        "unforeseen_rendering": "the server says no template: it uses the one in the model file"
    }


def test_another_server_has_a_template_of_another_kind(tmp_path):
    source = served(
        tmp_path, PROMPT, server=replace(SERVED, server="llama.cpp b10970", kind="llama.cpp", template=JINJA)
    )
    assert kinds(source) == {}
    assert reasons(source, "unforeseen_rendering") == {
        "unforeseen_rendering": "only Ollama's way of rendering is known, and this is llama.cpp b10970"
    }


def test_a_system_message_that_both_sides_add(tmp_path):
    adds = "{% if messages[0].role != 'system' %}{{ 'Be brief.\n\n' }}{% endif %}" + JINJA
    server = replace(SERVED, system="Be brief.")
    assert kinds(served(tmp_path, f"Be brief.\n\n{PROMPT}", jinja=adds, server=server)) == {}
    assert kinds(served(tmp_path, f"Be brief.\n\n{PROMPT}", server=server)) == {}  # whether it was trained: files tell
    assert list(kinds(served(tmp_path, PROMPT, jinja=adds))) == ["turn_header_differs"]


def counted(folder, rendered, added, *, jinja=JINJA, adds=False, server=SERVED):
    """A source with one prompt, which has so many tokens more than the 5 words of PROMPT, by the server's count."""
    tokenizers = pytest.importorskip("tokenizers")
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel({"?": 0, "<s>": 1}, unk_token="?"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    if adds:
        form = {"single": "<s> $A", "special_tokens": [("<s>", 1)]}
        words.post_processor = tokenizers.processors.TemplateProcessing(**form)
    words.save(str(folder / "words.json"))
    source = served(folder, rendered, server=server, settings=SETTINGS, jinja=jinja)
    one = source.answered[0]
    answers = [replace(one, reply=replace(one.reply, prompt_tokens=None if added is None else 5 + added))]
    return source_of(folder, answers, served=server, template=source.template, settings=SETTINGS)


@pytest.mark.parametrize(("added", "is_doubled"), [(1, False), (2, True), (None, True)])
def test_the_number_of_tokens_tells_a_doubled_bos(tmp_path, added, is_doubled):
    server = replace(SERVED, template=f"<s>{TEMPLATE}")
    source = counted(tmp_path, f"<s>{PROMPT}", added, server=server, adds=True)
    assert list(kinds(source)) == (["bos_doubled"] if is_doubled else [])
    assert found(source, "tokens_differ") == {}


LOST = "the server counts no token before the text, where training begins with `<s>`: its model adds none"
GAINED = "the server counts one token before the text, where training has none: its model adds a BOS"
OTHERS = "the server counts {} tokens, the configured tokenizer 5 without a BOS"


@pytest.mark.parametrize(
    ("jinja", "adds", "added", "said"),
    [
        ("{{ bos_token }}" + JINJA, False, 1, None),
        ("{{ bos_token }}" + JINJA, False, 0, LOST),
        ("{{ bos_token }}" + JINJA, True, 0, LOST),
        (JINJA, False, 0, None),
        (JINJA, False, 1, GAINED),
        (JINJA, True, 0, None),  # trainers that apply a template let the tokenizer add nothing
        (JINJA, True, 1, None),
        (JINJA, True, 2, OTHERS.format(7)),
        (JINJA, False, -2, OTHERS.format(3)),
        ("", False, 1, None),
        ("", False, 3, OTHERS.format(8)),
    ],
)
def test_the_number_of_tokens_tells_what_no_text_shows(tmp_path, jinja, adds, added, said):
    source = counted(tmp_path, PROMPT, added, jinja=jinja, adds=adds)
    told = [text for _, text in found(source, "tokens_differ").get("tokens_differ", [])]
    assert told == [f"{said} (in the one prompt compared, `one`)"] * (said is not None)
    assert kinds(source) == {}


def test_why_no_tokens_are_counted(tmp_path):
    def why(source):
        return reasons(source, "tokens_differ")["tokens_differ"]

    assert why(served(tmp_path, PROMPT, server=None)).startswith("recorded outputs do not show the prompt")
    assert why(served(tmp_path, PROMPT)) == "Ollama 0.34.2 does not show its prompts, or not how many tokens they have"
    assert why(counted(tmp_path, PROMPT, 0)) is None
    one = counted(tmp_path, PROMPT, 0).answered
    assert why(source_of(tmp_path, one)) == "no `tokenizer` is configured for missing-end-marker"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"server": None}, "recorded outputs do not show the prompt as the server rendered it"),
        ({"jinja": ""}, "no training template is at hand"),
        (
            {"jinja": "{{ raise_exception('No.') }}"},
            "no prompt can be compared: in training, the template refuses the conversation: No.",
        ),
    ],
)
def test_why_nothing_is_compared(tmp_path, given, why):
    assert reasons(served(tmp_path, PROMPT, **given), "history_differs") == {"history_differs": why}


def test_a_server_that_does_not_show_its_prompts(tmp_path):
    source = served(tmp_path, None)
    assert set(reasons(source, *RENDERED).values()) == {"Ollama 0.34.2 does not show the prompts that it renders"}
