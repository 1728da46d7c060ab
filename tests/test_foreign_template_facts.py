"""The template of a training configuration and the turns that its model knows, by the names of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.template_facts import facts_of, sources_of, write_files
from tests.training_settings import CONFIGURATIONS, lines, marked, real_runs, reason, run_of
from tunespec.templates.named_turns import model_turns, template_turns

FACT = "foreign_template"
FACTORY = "model_name_or_path: {}\nstage: sft\ndo_train: true\nfinetuning_type: lora\ndataset: d\ntemplate: {}\n"
AXOLOTL = "base_model: {}\nchat_template: {}\nadapter: lora\ndatasets:\n  - path: x/y\n    type: chat_template\n"
QWEN, LLAMA = "Qwen/Qwen2.5-7B-Instruct", "meta-llama/Llama-3.1-8B-Instruct"


@pytest.mark.parametrize(
    ("model", "template", "own"),
    [
        (QWEN, "llama3", "qwen"),
        (LLAMA, "qwen", "llama3"),
        (LLAMA, "mistral", "llama3"),
        ("Qwen/Qwen3-8B", "gemma3", "qwen3"),
        ("Qwen/Qwen3-4B-Instruct-2507", "llama3", "qwen3_nothink"),
        ("Qwen/Qwen2.5-VL-7B-Instruct-AWQ", "llama3", "qwen2_vl"),
        ("google/gemma-2-9b-it", "qwen", "gemma2"),
        ("google/gemma-4-26B-A4B-it", "gemma3", "gemma4"),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "llama3", "llama4"),
        ("meta-llama/Llama-2-7b-chat-hf", "llama3", "llama2"),
        ("deepseek-ai/DeepSeek-V3-0324", "deepseek", "deepseek3"),
        ("deepseek-ai/DeepSeek-R1", "deepseek", "deepseekr1"),
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", "deepseek3", "deepseek"),
        ("microsoft/Phi-4-mini-instruct", "phi4", "phi4_mini"),
        ("unsloth/Qwen2.5-7B-Instruct-bnb-4bit", "llama3", "qwen"),
        ("/root/models/Qwen2.5-7B-Instruct/", "llama3", "qwen"),
        (r"D:\models\Qwen2.5-7B-Instruct", "llama3", "qwen"),
        ("/cache/modelscope/hub/Qwen/Qwen2___5-7B-Instruct", "llama3", "qwen"),
    ],
)
def test_a_template_whose_turns_the_model_does_not_know(tmp_path, model, template, own):
    run = run_of(tmp_path, FACTORY.format(f"'{model}'", template))
    said = marked(run, FACT)[FACT]
    assert said.startswith(f"`template: {template}` writes turns as `")
    assert f"and `{model}` knows them as `" in said
    assert said.endswith(f"LLaMA-Factory's own for it is `{own}`")
    assert lines(run, FACT) == [6]


@pytest.mark.parametrize(
    ("model", "template"),
    [
        (QWEN, "qwen"),
        (QWEN, "qwen3"),  # reasoning differs, and the turns are the same
        (LLAMA, "llama3"),
        ("meta-llama/Llama-3.2-11B-Vision-Instruct", "mllama"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "mistral"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "llama2"),
        ("google/gemma-3-4b-it", "gemma2"),
    ],
)
def test_the_models_own_turns_are_looked_at_and_left(tmp_path, model, template):
    run = run_of(tmp_path, FACTORY.format(model, template))
    assert (marked(run, FACT), reason(run, FACT)) == ({}, None)


@pytest.mark.parametrize(
    ("model", "template", "why"),
    [
        ("Qwen/Qwen2.5-7B", "llama3", "the name `Qwen/Qwen2.5-7B` does not tell"),  # a base model: any can be taught
        ("meta-llama/Llama-3.1-8B", "qwen", "does not tell"),
        ("saves/llama3-8b/full/sft", "qwen", "does not tell"),
        ("./qwen2.5-7b-instruct-merged", "llama3", "does not tell"),
        ("NousResearch/Hermes-3-Llama-3.1-8B", "llama3", "does not tell"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "qwen", "does not tell"),
        ("deepseek-ai/DeepSeek-R1-0528-Qwen3-8B", "qwen3", "does not tell"),
        ("TIGER-Lab/Qwen2.5-Llama-3-8B-Instruct", "llama3", "does not tell"),
        (QWEN, "default", "`default` is not known to be of certain models"),
        (LLAMA, "empty", "not known"),
        (LLAMA, "vanilla", "not known"),
        (LLAMA, "chatml", "not known"),
        (LLAMA, "alpaca", "not known"),
        (LLAMA, "my_own", "not known"),
    ],
)
def test_what_a_name_does_not_tell_is_neither_passed_nor_marked(tmp_path, model, template, why):
    run = run_of(tmp_path, FACTORY.format(model, template))
    assert marked(run, FACT) == {}
    assert why in str(reason(run, FACT))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (AXOLOTL.format(QWEN, "llama3"), [2]),
        (AXOLOTL.format(QWEN, "qwen_25"), []),
        (AXOLOTL.format(QWEN, "llama3").replace("datasets", "rl: dpo\ndatasets"), [2]),
        (AXOLOTL.format(LLAMA, "llama3").replace("    type", "    chat_template: gemma\n    type"), [4]),
        (AXOLOTL.format(QWEN, "llama3").replace("    type", "    chat_template: qwen_25\n    type"), []),
        (AXOLOTL.format(QWEN, "tokenizer_default"), None),
        (AXOLOTL.format(QWEN, "tokenizer_default_fallback_llama3"), None),
        (AXOLOTL.format(QWEN, "jinja"), None),
        (AXOLOTL.format(QWEN, "chatml"), None),
        (AXOLOTL.format(QWEN, "llama3").replace("type: chat_template", "type: alpaca"), None),
        (FACTORY.format(QWEN, "llama3").replace("sft", "pt"), None),
        (FACTORY.format(QWEN, "llama3").replace("template: llama3\n", ""), None),
    ],
)
def test_which_template_is_trained_with(tmp_path, text, found):
    run = run_of(tmp_path, text)
    assert (lines(run, FACT) if marked(run, FACT) else []) == (found or [])
    assert (reason(run, FACT) is not None) is (found is None)


def _pair(folder, text):
    """The pair of a training configuration and a Modelfile."""
    write_files(folder, {"train.yaml": text, "Modelfile": "FROM ./tuned.gguf\nTEMPLATE {{ .Prompt }}\n"})
    (source,) = sources_of(folder).values()
    return source


def test_a_pair_of_templates_says_the_same(tmp_path):
    source = _pair(tmp_path, FACTORY.format(QWEN, "llama3"))
    (mark,) = facts_of(source, "files")[FACT].marks.values()
    assert mark.text.startswith("LLaMA-Factory's template `llama3` writes turns as `")
    assert mark.text.endswith("LLaMA-Factory's own for it is `qwen`")


def test_a_pair_of_templates_is_skipped_where_a_name_does_not_tell(tmp_path):
    source = _pair(tmp_path, FACTORY.format("saves/merged", "llama3"))
    assert "the name `saves/merged` does not tell" in str(facts_of(source, "files")[FACT].reason)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ("infer_backend: vllm\n", "foreign_serving_template"),
        ("stage: sft\ndo_predict: true\n", "foreign_serving_template"),
        ("infer_backend: vllm\nadapter_name_or_path: saves/lora\n", FACT),  # which may have been taught with it
        ("export_dir: out\n", FACT),
        ("stage: sft\n", FACT),
    ],
)
def test_what_only_serves_a_makers_model_is_wrong_for_certain(tmp_path, more, kind):
    source = _pair(tmp_path, f"model_name_or_path: {QWEN}\ntemplate: llama3\n{more}")
    found = {name for name, fact in facts_of(source, "files").items() if fact.marks and name.startswith("foreign")}
    assert found == {kind}


@pytest.mark.skipif(not CONFIGURATIONS.is_dir(), reason="the corpora are not at hand")
def test_the_frameworks_own_configurations_have_their_models_template(tmp_path):
    found = {path for path, run in real_runs(tmp_path).items() if marked(run, FACT)}
    assert found == {path for path in found if path.startswith("pairs/")}


@pytest.mark.parametrize("name", ["qwen", "llama3", "gemma4_unified", "phi_4", "mistral_v7_tekken"])
def test_a_name_has_one_form_of_turns(name):
    assert template_turns(name)


def test_names_are_read_as_they_are_written_on_the_hub():
    assert model_turns(" META-LLAMA/llama-3.3-70b-instruct ") is not None
    assert model_turns("") is None
    assert model_turns("/") is None
    assert model_turns(str(Path("a") / "b")) is None
