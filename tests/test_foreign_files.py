"""Files that configure something else, in the words of training: none is taken for a framework that it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training_settings import marked
from tunespec.config import find
from tunespec.subjects import DataFile, TrainingRun
from tunespec.templates.recipe import read_recipe
from tunespec.training.configuration import spec_in, training_format, why_no_training
from tunespec.training.recognise import is_of_training
from tunespec.training.source import RunSource

# Configurations of no framework that is known here.
OTHERS = {
    "resnet.yaml": """\
model: {name: resnet50}
training: {num_epochs: 100, batch_size: 32, learning_rate: 0.1, random_seed: 1}
""",
    "vit.yaml": """\
model: vit_base_patch16_224
training: {training_type: supervised, num_epochs: 300, batch_size: 128}
lora: {enabled: false}
""",
    "unet.yaml": "model: unet\niters: 100000\nsave_every: 1000\nlearning_rate: 0.002\n",
    "speech.yaml": "model: conformer\nnum_layers: 12\niters: 200000\nsave_every: 2000\nlr: 0.001\nbatch_size: 16\n",
    "gan.yaml": """\
model: stylegan2
iters: 800000
val_batches: 4
generator: {lr: 0.002}
discriminator: {lr: 0.002}
""",
    "classes.yaml": "model: resnet50\ntrain_dataset: imagenet\nlearning_rate: 0.01\n",
    "peft.yaml": "model: resnet50\npeft_config: {r: 8, lora_alpha: 16}\nlearning_rate: 0.01\n",
    "swift.yaml": """\
model_type: qwen2-7b-instruct
model_id_or_path: qwen/Qwen2-7B-Instruct
sft_type: lora
dataset: alpaca-zh
optim: adamw_torch
learning_rate: 1e-4
""",
    "clip.json": json.dumps({"model": "unet", "learning_rate": 0.01, "gradient_clipping": 1.0}),
    "compose.yaml": """\
services:
  exploration:
    image: writers/iters:1.0
    environment: {LORA: "1", learning_rate: "0.1", base_model: x}
    deploy: {resources: {gpu_count: 1}}
""",
    "values.yaml": "image: {repository: x}\nlora: {enabled: true}\nmixed_precision: no\nresources: {gpu_count: 2}\n",
}
# Configurations of transformers' own keys, with words that LLaMA-Factory has, too.
TRANSFORMERS = {
    "run_glue.json": json.dumps(
        {
            "model_name_or_path": "bert-base-cased", "task_name": "mrpc", "do_train": True, "do_eval": True,
            "max_seq_length": 128, "per_device_train_batch_size": 32, "learning_rate": 2e-5, "num_train_epochs": 3,
            "output_dir": "out", "eval_strategy": "epoch", "save_strategy": "epoch",
        }
    ),
    "run_clm.yaml": """\
model_name_or_path: gpt2
dataset_name: wikitext
dataset_config_name: wikitext-2-raw-v1
do_train: true
do_eval: true
eval_strategy: epoch
per_device_train_batch_size: 8
num_train_epochs: 3
output_dir: out
""",
    "run_summarization.json": json.dumps(
        {
            "model_name_or_path": "t5-small", "do_train": True, "train_file": "train.csv", "text_column": "article",
            "source_prefix": "summarize: ", "per_device_train_batch_size": 4, "output_dir": "out", "save_steps": 500,
        }
    ),
    "qlora.yaml": """\
model_name_or_path: huggyllama/llama-7b
dataset: oasst1
do_train: true
eval_strategy: steps
eval_steps: 187
lora_r: 64
lora_alpha: 16
bits: 4
max_steps: 1875
learning_rate: 0.0002
per_device_train_batch_size: 1
gradient_accumulation_steps: 16
output_dir: out
""",
    "sft.yaml": """\
model_name_or_path: Qwen/Qwen2-0.5B
dataset: trl-lib/Capybara
template: chat.jinja
use_peft: true
max_length: 1024
output_dir: out
num_train_epochs: 1
per_device_train_batch_size: 4
gradient_accumulation_steps: 4
""",
}  # fmt: skip
ERRORS = ("evaluation_without_data", "impossible_batch", "no_training", "removed_key", "number_as_text")


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", OTHERS)
def test_what_configures_something_else_is_no_run(tmp_path, name: str):
    path = write(tmp_path, name, OTHERS[name])
    assert training_format(path) is None
    assert not why_no_training(path)
    assert read_recipe(path) is None


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_transformers_keys_alone_are_not_llama_factorys(tmp_path, name: str):
    path = write(tmp_path, name, TRANSFORMERS[name])
    file = DataFile(path, name, None, "training")
    assert training_format(path) == "training", why_no_training(path)
    spec = spec_in(file)
    assert spec is not None
    assert spec.framework.name == "Hugging Face"
    assert read_recipe(path) is None
    found = marked(RunSource(TrainingRun(name, (file,)), find(tmp_path)))
    assert not {kind: found[kind] for kind in ERRORS if kind in found}


@pytest.mark.parametrize(
    "text",
    [
        "model_name_or_path: m\ndataset: d\ntemplate: qwen\nlearning_rate: 1e-4\n",
        "model_name_or_path: m\nstage: sft\ndo_train: true\nlearning_rate: 1e-4\n",
        "model_name_or_path: m\ntemplate: qwen\ncutoff_len: 2048\nlearning_rate: 1e-4\n",
        "model_name_or_path: m\ndataset_dir: data\nlearning_rate: 1e-4\n",
    ],
)
def test_llama_factory_and_its_template_are_told_by_one_list(tmp_path, text: str):
    path = write(tmp_path, "train.yaml", text)
    spec_or_why = training_format(path) or why_no_training(path)
    assert spec_or_why in {"training", "it serves a model, and trains none"}
    recipe = read_recipe(path)
    assert (recipe is not None and recipe.framework == "LLaMA-Factory") == ("template" in text)


def test_what_json_escapes_is_read(tmp_path):
    names = ["\U0001f680", "a\\ud83d\\ude80", "\\\U0001f680", "\ud83d", "é\x00\x7f", "\ude80\ud83d"]
    told = {"run_name": names, "learning_rate": float("nan"), "output_dir": "out", "save_steps": 5, "logging_steps": 1}
    path = write(tmp_path, "train.json", json.dumps(told, indent="\t"))
    assert training_format(path) == "training"
    spec = spec_in(DataFile(path, path.name, None, "training"))
    assert spec is not None
    assert spec.written.get("run_name") == [*names[:3], "\ufffd", names[4], "\ufffd\ufffd"]
    assert spec.number("learning_rate") is None
    assert spec.written.line("save_steps") == len(names) + 6


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "text: an exploration of writers\nlorazepam: 1\nklr: 2\nLearning: base_modelling\n"),
        ("a.json", '[{"learning_rate": 1, "lora_r": 8}]'),
        ("a.json", '\ufeff\n ["base_model"]'),
        ("a.json", '"num_epochs"'),
    ],
)
def test_what_has_no_word_of_training_is_not_read(tmp_path, monkeypatch, name: str, text: str):
    monkeypatch.setattr("tunespec.training.configuration.written_in", lambda _: pytest.fail("it was read"))
    assert training_format(write(tmp_path, name, text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "lora_r: 8",
        "qlora: true",
        "base_lr: 1",
        "optim.lr: 1",
        "max_iters: 3",
        "micro_batch_size: 2",
        '{"lr":1}',
        "lr : 1",
    ],
)
def test_a_word_of_training_may_stand_in_a_key(tmp_path, monkeypatch, text: str):
    read = list[DataFile]()
    monkeypatch.setattr("tunespec.training.configuration.written_in", read.append)
    assert training_format(write(tmp_path, "a.yaml", text)) is None
    assert len(read) == 1


HELM = """\
apiVersion: v1
{{- if .Values.lora.enabled }}
kind: ConfigMap
{{- end }}
"""
DOCUMENTS = "kind: Job\nlora: true\n---\nkind: Service\n"


@pytest.mark.parametrize("text", [HELM, DOCUMENTS])
def test_one_word_of_training_does_not_make_other_yaml_a_broken_run(tmp_path, text: str):
    path = write(tmp_path, "deployment.yaml", text)
    assert not is_of_training(path)
    assert why_no_training(path) == ""
    assert why_no_training(path, named=True).startswith("it is no YAML")
    path = write(tmp_path, "train.yaml", f"learning_rate: 1e-4\n{text}")
    assert is_of_training(path)
    assert why_no_training(path).startswith("it is no YAML")
