"""A chat template by its name: LLaMA-Factory's `template`, Axolotl's `chat_template`, read where it is at hand."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from tests.corpora import CORPORA
from tests.template_facts import facts_of, marked, sources_of, write_files
from tunespec import CannotJudgeError
from tunespec.config import find
from tunespec.discover import discover
from tunespec.templates.errors import TemplateError
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.llamafactory import registered
from tunespec.templates.llamafactory_jinja import jinja_of
from tunespec.templates.recipe import read_recipe

# In the form of LLaMA-Factory's registry, with templates of our own.
REGISTRY = '''
import os, torch  # nothing of this is run

TEMPLATES = {}

register_template(
    name="plain",
    format_user=StringFormatter(slots=["<|im_start|>user\\n{{content}}<|im_end|>\\n<|im_start|>assistant\\n"]),
    format_assistant=StringFormatter(slots=["{{content}}<|im_end|>\\n"]),
    format_system=StringFormatter(slots=["<|im_start|>system\\n{{content}}<|im_end|>\\n"]),
    stop_words=["<|im_end|>"],
    replace_eos=True,
)

register_template(
    name="helped",
    format_user=StringFormatter(slots=["Human: {{content}}", {"eos_token"}, "\\nAssistant:"]),
    default_system=(
        "You help "
        "'well'.\\n"
    ),
)

register_template(
    name="fused",
    format_user=StringFormatter(slots=[{"token": "[U]"}, "[{{idx}}] {{content}} [/U]"]),
    format_observation=StringFormatter(slots=["""{"result": {{content}}}"""]),
    format_system=StringFormatter(slots=["<{{content}}>", "never"]),
    format_prefix=EmptyFormatter(slots=[{"bos_token"}]),
    efficient_eos=True,
    mm_plugin=get_mm_plugin(name="other"),
    template_class=Llama2Template,
)

register_template(
    name="thinks",
    format_user=StringFormatter(slots=["Q {{content}}\\nA "]),
    template_class=ReasoningTemplate,
)

register_template(name="odd", template_class=type("X", (), {}))
'''
CHECKOUT = "LLaMA-Factory/src/llamafactory/data/template.py"
SFT = "model_name_or_path: Org/Model\nstage: sft\ndataset: mine\ntemplate: {}\n"
AXOLOTL = "base_model: Org/Model\nchat_template: {}\ndatasets:\n  - path: mine.jsonl\n    type: chat_template\n"
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
GO = "{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
MODELFILE = f'FROM ./tuned.gguf\nTEMPLATE """{GO}"""\nPARAMETER stop <|im_end|>\n'
TALK = [("user", "Hi"), ("assistant", "Yo"), ("user", "More")]


def rendered(name: str, talk=TALK, *, thinking: bool | None = True, prompt: bool = True) -> str:
    template = registered(REGISTRY, name)
    assert template is not None
    jinja = ChatTemplate(jinja_of(template, thinking=thinking), bos_token="<s>", eos_token=template.eos("</s>") or "")
    messages = [{"role": role, "content": text} for role, text in talk]
    return jinja.render(messages, add_generation_prompt=prompt).text


# What LLaMA-Factory's own encoding of these gives, with a tokenizer that has <s> and </s>.
@pytest.mark.parametrize(
    ("name", "talk", "expected"),
    [
        (
            "plain",
            TALK,
            (
                "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYo<|im_end|>\n"
                "<|im_start|>user\nMore<|im_end|>\n<|im_start|>assistant\n"
            ),
        ),
        ("helped", TALK, "You help 'well'.\nHuman: Hi</s>\nAssistant:Yo</s>Human: More</s>\nAssistant:"),
        ("helped", [("system", "Be brief."), *TALK[:1]], "Be brief.Human: Hi</s>\nAssistant:"),
        ("helped", [("system", ""), *TALK[:1]], "You help 'well'.\nHuman: Hi</s>\nAssistant:"),
        ("fused", [("system", "S"), *TALK], "<s>[U][0] <S>Hi [/U]Yo[U][1] More [/U]"),
        ("fused", [*TALK[:2], ("tool", "{{content}}")], '<s>[U][0] Hi [/U]Yo{"result": {{content}}}'),
        ("helped", [("system", "S")], ""),
    ],
)
def test_a_registered_template_writes_what_it_trains_on(name, talk, expected):
    assert rendered(name, talk) == expected


@pytest.mark.parametrize(
    ("thinking", "prompt", "text"),
    [
        (True, "Q Hi\nA ", "Q Hi\nA <think>\n\n</think>\n\nYo</s>"),
        (None, "Q Hi\nA <think>\n\n</think>\n\n", "Q Hi\nA <think>\n\n</think>\n\nYo</s>"),
        (False, "Q Hi\nA <think>\n\n</think>\n\n", "Q Hi\nA <think>\n\n</think>\n\nYo</s>"),
    ],
)
def test_a_reasoning_template_writes_an_empty_thought(thinking, prompt, text):
    assert rendered("thinks", TALK[:1], thinking=thinking) == prompt
    assert rendered("thinks", TALK[:2], thinking=thinking, prompt=False) == text
    thought = [TALK[0], ("assistant", "<think>\nHm.\n</think>\n\nYo")]
    kept = "<think>\nHm.\n</think>\n\nYo" if thinking is not False else "<think>\n\n</think>\n\nYo"
    assert rendered("thinks", thought, thinking=thinking, prompt=False) == f"Q Hi\nA {kept}</s>"


def test_an_eos_that_is_learnt_in_the_place_of_what_follows_ends_the_text():
    assert rendered("fused", TALK[:2], prompt=False) == "<s>[U][0] Hi [/U]Yo</s>"


@pytest.mark.parametrize(("name", "why"), [("odd", "a form that is not known"), (None, "cannot be read")])
def test_what_is_not_understood_is_refused(name, why):
    with pytest.raises(TemplateError, match=why):
        registered(REGISTRY if name else "def (", name or "plain")
    assert registered(REGISTRY, "none of them") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SFT.format("qwen"), ("LLaMA-Factory", "qwen", 4)),
        (SFT.format("qwen").replace("sft", "pt"), None),  # bare texts
        ("template: qwen\nmodel_name_or_path: x\n", None),  # some other tool's
        ("template: [a]\nmodel_name_or_path: x\nstage: sft\n", None),
        (AXOLOTL.format("chatml"), ("Axolotl", "chatml", 2)),
        (AXOLOTL.format("tokenizer_default"), None),
        (AXOLOTL.format("").replace("type:", "chat_template: gemma\n    type:"), ("Axolotl", "gemma", 2)),
        (AXOLOTL.format("chatml").replace("type: chat_template", "type: alpaca"), None),
        (AXOLOTL.format("jinja"), None),
        ("a: &a [*a, *a]\ntemplate: {{}}\n", None),
        ("template: \x00\n", None),
    ],
)
def test_a_training_configuration_is_told_by_its_keys(tmp_path, text, found):
    (tmp_path / "train.yaml").write_text(text)
    recipe = read_recipe(tmp_path / "train.yaml")
    assert (None if recipe is None else (recipe.framework, recipe.name, recipe.line)) == found


def pair(tmp_path, **files: str):
    """The one pair of a project with a Modelfile."""
    given = {"Modelfile": MODELFILE, **{name.replace("__", "/"): text for name, text in files.items()}}
    (found,) = sources_of(write_files(tmp_path, given)).values()
    return found


def test_a_template_that_a_training_configuration_names_is_compared(tmp_path):
    source = pair(tmp_path, **{"train.yaml": SFT.format("plain"), CHECKOUT: REGISTRY})
    assert marked(source, "renders") == {}
    assert marked(source) == {}
    assert source.training is not None
    assert (source.training.shown, source.training.line) == ("train.yaml", 4)
    assert (source.training.kind, source.training.eos) == ("LLaMA-Factory's template `plain`", "<|im_end|>")
    other = pair(tmp_path, **{"train.yaml": SFT.format("helped"), CHECKOUT: REGISTRY})
    assert "turn_header_differs" in marked(other, "renders")


def test_it_comes_before_the_tokenizers_own_template_and_takes_its_tokens(tmp_path):
    tokenizer = {"tokenizer_class": "X", "chat_template": "{{ messages[0]['role'] }}", "bos_token": "<b>"}
    files = {"train.yaml": SFT.format("fused"), "tokenizer_config.json": json.dumps(tokenizer), CHECKOUT: REGISTRY}
    source = pair(tmp_path, **files)
    assert source.training is not None
    assert source.training.render([{"role": "user", "content": "Hi"}]).text == "<b>[U][0] Hi [/U]"
    assert source.training.turn_end == "<|endoftext|>"  # the EOS of a tokenizer without one


def test_where_the_text_is_not_at_hand_the_reason_says_what_helps(tmp_path, monkeypatch):
    monkeypatch.setattr("tunespec.templates.frameworks.find_spec", lambda _: None)
    source = pair(tmp_path, **{"train.yaml": SFT.format("qwen")})
    assert facts_of(source, "renders")["history_differs"].reason == (
        "the training configuration names LLaMA-Factory's template `qwen`, whose text is not at hand: "
        "`pip install llamafactory` (it is read, not run), or give chat_template.jinja"
    )
    (tmp_path / "chat_template.jinja").write_text(CHATML)
    (source,) = sources_of(tmp_path).values()
    assert source.training is not None
    assert source.training.shown == "chat_template.jinja"


def test_a_name_that_is_not_registered_is_said(tmp_path):
    source = pair(tmp_path, **{"train.yaml": SFT.format("qwne"), CHECKOUT: REGISTRY})
    assert source.training is None
    assert source.why_no_training == (
        "LLaMA-Factory's template `qwne` is none of those that the LLaMA-Factory at hand registers"
    )


@pytest.mark.parametrize("place", ["axolotl/src/axolotl", ".venv/lib/python3.13/site-packages/axolotl"])
def test_a_template_of_axolotl_is_read_from_its_package(tmp_path, place):
    files = {"sft.yml": AXOLOTL.format("chatml") + 'special_tokens:\n  eos_token: "<|im_end|>"\n'}
    source = pair(tmp_path, **files, **{f"{place}/utils/chat_templates/templates/chatml.jinja": CHATML})
    assert marked(source, "renders") == {}
    assert source.training is not None
    assert (source.training.kind, source.training.eos) == ("Axolotl's template `chatml`", "<|im_end|>")
    assert [file.shown for file in source.pair.beside] == ["chatml.jinja"]


@pytest.mark.parametrize("inline", [True, False])
def test_axolotls_own_jinja_is_read_from_the_configuration_or_its_file(tmp_path, inline):
    own = json.dumps(CHATML) if inline else "own.txt"
    source = pair(tmp_path, **{"a.yml": AXOLOTL.format("jinja") + f"chat_template_jinja: {own}\n", "own.txt": CHATML})
    assert source.training is not None
    assert (source.training.kind, marked(source, "renders")) == ("Axolotl's `chat_template_jinja`", {})


def test_axolotls_fallback_counts_only_without_a_template_of_the_tokenizer(tmp_path):
    checkout = {".venv/Lib/site-packages/axolotl/utils/chat_templates/templates/chatml.jinja": CHATML}
    files = {"a.yml": AXOLOTL.format("tokenizer_default_fallback_chatml"), **checkout}
    source = pair(tmp_path, **files)
    assert source.training is not None
    assert source.training.kind == "Axolotl's template `chatml`"
    source = pair(tmp_path, **files, **{"chat_template.jinja": CHATML})
    assert source.training is not None
    assert source.training.kind == "chat template"


@pytest.mark.parametrize("training", ["llamafactory:plain", "configs/train.yaml"])
def test_the_configuration_names_a_template_or_the_training_configuration(tmp_path, training):
    settings = f'[template]\ntraining = "{training}"\n'
    files = {"configs/train.yaml": SFT.format("plain"), "tunespec.toml": settings, CHECKOUT: REGISTRY}
    source = pair(tmp_path, **files)
    assert source.training is not None
    assert source.training.shown == ("tunespec.toml" if ":" in training else "configs/train.yaml")
    assert source.training.kind == "LLaMA-Factory's template `plain`"
    assert [file.shown for file in source.pair.beside] == ["template.py"]
    (tmp_path / "Modelfile").unlink()
    (source,) = sources_of(tmp_path).values()
    assert source.training is not None


def test_a_configured_file_that_names_no_template_is_refused(tmp_path):
    write_files(
        tmp_path, {"Modelfile": MODELFILE, "tunespec.toml": '[template]\ntraining = "a.yaml"\n', "a.yaml": "a: 1"}
    )
    with pytest.raises(CannotJudgeError, match="names one"):
        discover(find(tmp_path), [str(tmp_path)])


def test_training_configurations_that_do_not_agree_say_nothing(tmp_path):
    source = pair(tmp_path, **{"a.yaml": SFT.format("plain"), "b.yaml": SFT.format("helped"), CHECKOUT: REGISTRY})
    assert source.training is None
    assert "several training configurations" in source.why_no_training


def test_no_tools_are_known_and_none_are_compared(tmp_path):
    source = pair(tmp_path, **{"train.yaml": SFT.format("plain"), CHECKOUT: REGISTRY})
    record = {"messages": [{"role": "user", "content": "Rain?"}, {"role": "assistant", "content": "No."}]}
    tool = {"type": "function", "function": {"name": "rain", "parameters": {}}}
    (tmp_path / "data.jsonl").write_text(json.dumps({**record, "tools": [tool]}) + "\n")
    (source,) = sources_of(tmp_path).values()
    assert marked(source, "renders") == {}


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
def test_real_training_configurations_name_their_template():
    named, unnamed = {}, set()
    for path in sorted((CORPORA / "training_configs").rglob("*.y*ml")):
        recipe = read_recipe(path)
        if recipe is not None:
            assert recipe.line is not None
            assert recipe.name in path.read_text(encoding="utf-8").splitlines()[recipe.line - 1]
            named[path.name] = recipe.framework
        elif re.search(r"(?m)^(?:chat_)?template:", path.read_text(encoding="utf-8")):
            unnamed.add(path.name)
    # The tokenizer's own template, and pairs of answers without a conversation.
    assert unnamed == {"nemotron-h__120b-a12b-qlora.yaml", "qwen3__reward-model.yaml"}
    assert Counter(named.values()) == {"LLaMA-Factory": 35, "Axolotl": 43}
