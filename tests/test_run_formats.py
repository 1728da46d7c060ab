"""Each framework's configuration is read under one set of names, with the user's own keys and the defaults."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.chat_templates import CORPORA
from tunespec.subjects import DataFile
from tunespec.training.configuration import spec_in, training_format, why_no_training
from tunespec.training.errors import TrainingError
from tunespec.training.framework import Framework, Key, fixed
from tunespec.training.run_spec import RunSpec

CONFIGS = CORPORA / "training_configs"
MLX = """\
model: mlx-community/Llama-3.2-1B-Instruct-bf16
train: true
fine_tune_type: dora
batch_size: 2
grad_accumulation_steps: 4
iters: 400
learning_rate: 1e-4
steps_per_eval: 40
lr_schedule:
  name: cosine_decay
  warmup: 10
  arguments: [1e-5, 1000, 1e-7]
"""
MISTRAL = """\
model_id_or_path: models/7B
data:
  instruct_data: train.jsonl:2,more.jsonl
  eval_instruct_data: valid.jsonl
optim:
  lr: 6.e-5
lora:
  rank: 64
max_steps: 300
no_eval: False
eval_freq: 50
"""
TORCHTUNE = """\
output_dir: /tmp/out
model:
  _component_: torchtune.models.llama3_1.lora_llama3_1_8b
  quantize_base: true
  lora_rank: 16
tokenizer:
  path: ${output_dir}/tokenizer.model
  max_seq_len: 4096
dataset:
  _component_: torchtune.datasets.alpaca_cleaned_dataset
  packed: True
optimizer:
  _component_: torch.optim.AdamW
  lr: 3e-4
epochs: 2
max_steps_per_epoch: 100
batch_size: 2
clip_grad_norm: null
log_every_n_steps: ${batch_size}
dtype: bf16
"""
V1 = """\
model: Qwen/Qwen3-4B
train_dataset: data/v1_sft_demo.yaml
peft_config:
  name: lora
  r: 16
quant_config:
  name: bnb
  quantization_bit: 4
micro_batch_size: 2
learning_rate: 1.0e-5
"""
STUDIO = """\
model: unsloth/Qwen2.5-0.5B
training:
  training_type: lora
  load_in_4bit: true
  num_epochs: 5
  batch_size: 4
  max_steps: 0
lora:
  lora_r: 32
"""
LLAMA_FACTORY = "model_name_or_path: a/b\nfinetuning_type: lora\ndataset: x\n"
DPO = """\
model_name_or_path: a/b
dataset_mixer:
  HuggingFaceH4/ultrafeedback_binarized: 1.0
beta: 0.01
bf16: true
num_train_epochs: 1
gradient_accumulation_steps: 2
max_length: null
save_strategy: no
use_peft: true
load_in_4bit: true
lora_r: 128
"""


def read(folder: Path, text: str, name: str = "train.yaml") -> RunSpec:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    assert training_format(path) == "training", why_no_training(path)
    found = spec_in(DataFile(path, name, None, "training"))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "framework", "expected"),
    [
        (
            MLX,
            "mlx-lm",
            {
                "method": "dora", "objective": "sft", "micro_steps": 400, "accumulation": 4, "devices": 1,
                "learning_rate": 1e-5, "scheduler": "cosine_decay", "warmup_steps": 10, "eval_steps": 10,
                "save_steps": 25, "max_length": 2048, "lora_rank": 8, "max_grad_norm": None,
            },
        ),
        (
            MISTRAL,
            "mistral-finetune",
            {
                "method": "lora", "objective": "sft", "max_steps": 300, "learning_rate": 6e-5, "warmup_ratio": 0.05,
                "eval_strategy": "steps", "eval_steps": 50, "packing": True, "bf16": True, "lora_rank": 64,
                "validation_data": ["valid.jsonl"], "max_grad_norm": 1.0,
            },
        ),
        (
            TORCHTUNE,
            "torchtune",
            {
                "method": "qlora", "objective": "sft", "epochs": 2, "max_steps_per_epoch": 100, "learning_rate": 3e-4,
                "packing": True, "max_length": 4096, "max_grad_norm": None, "eval_strategy": "no", "bf16": True,
                "fp16": False, "lora_rank": 16, "lora_alpha": 16, "logging_steps": None,
            },
        ),
        (
            V1,
            "LLaMA-Factory v1",
            {
                "method": "qlora", "objective": None, "epochs": 3, "batch_size": 2, "learning_rate": 1e-5,
                "lora_rank": 16, "bf16": True, "max_length": 2048,
            },
        ),
        (
            STUDIO,
            "Unsloth Studio",
            {
                "method": "qlora", "objective": "sft", "epochs": 5, "max_steps": None, "batch_size": 4,
                "accumulation": 4, "lora_rank": 32, "lora_alpha": 16,
            },
        ),
        (
            DPO,
            "Hugging Face",
            {
                "method": "qlora", "objective": None, "learning_rate": 1e-6, "max_length": None, "bf16": True,
                "save_strategy": "no", "logging_steps": 10, "lora_rank": 128, "lora_alpha": 32, "eval_strategy": "no",
            },
        ),
    ],
)  # fmt: skip
def test_a_configuration_is_read_under_one_set_of_names(tmp_path, text: str, framework: str, expected: dict[str, Any]):
    spec = read(tmp_path, text)
    assert spec.framework.name == framework
    assert {name: spec.value(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "objective", "said"),
    [
        (LLAMA_FACTORY + "stage: dpo\n", "dpo", "`stage: dpo`"),
        (LLAMA_FACTORY + "stage: dpo\npref_loss: sigmoid\n", "dpo", "`stage: dpo`"),
        (LLAMA_FACTORY + "stage: dpo\npref_loss: orpo\n", "orpo", "`pref_loss: orpo`"),
        (LLAMA_FACTORY + "stage: dpo\npref_loss: simpo\n", "simpo", "`pref_loss: simpo`"),
        (LLAMA_FACTORY + "stage: sft\npref_loss: orpo\n", "sft", "`stage: sft`"),
        (LLAMA_FACTORY + "stage: pt\n", "pretrain", "`stage: pt`"),
        (LLAMA_FACTORY + "do_train: true\n", "sft", "`stage` is sft (default of LLaMA-Factory 0.9.5)"),
        (DPO, "", "`trainer` is null (default of TRL 1.16)"),  # any of TRL's preference trainers
        (DPO + "rpo_alpha: 1.0\n", "dpo", "`trainer` is dpo (default of TRL 1.16)"),
        (DPO + "desirable_weight: 1.0\n", "kto", "`trainer` is kto (default of TRL 1.16)"),
        (DPO + "trainer: ORPOTrainer\n", "orpo", "`trainer: ORPOTrainer`"),
    ],
)
def test_what_a_run_trains_for(tmp_path, text: str, objective: str, said: str):
    spec = read(tmp_path, text)
    assert (spec.objective, str(spec.setting("objective"))) == (objective, said)


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (MLX, "eval_steps", "`steps_per_eval: 40`"),
        (MLX, "save_steps", "`save_every` is 25 (default of mlx-lm 0.32)"),
        (MLX, "learning_rate", "`lr_schedule.arguments.0: 1e-05`"),
        (TORCHTUNE, "method", "`model._component_: torchtune.models.llama3_1.lora_llama3_1_8b`"),
        (TORCHTUNE, "max_steps_per_epoch", "`max_steps_per_epoch: 100`"),
        (TORCHTUNE, "max_grad_norm", "`clip_grad_norm` is null (default of torchtune 0.6)"),
        (TORCHTUNE, "logging_steps", "`log_every_n_steps` is not known (${batch_size})"),
        (V1, "epochs", "`num_train_epochs` is 3 (default of LLaMA-Factory 0.9.5)"),
        (DPO, "save_strategy", "`save_strategy: no`"),
        (DPO, "learning_rate", "`learning_rate` is 1e-06 (default of TRL 1.16)"),
    ],
)
def test_a_message_names_the_users_own_key(tmp_path, text: str, name: str, said: str):
    spec = read(tmp_path, text)
    assert str(spec.setting(name)) == said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("model_name_or_path: x\ntemplate: qwen\ninfer_backend: vllm\n", "it serves a model"),
        ("model_name_or_path: x\nstage: sft\ndo_train: true\ntokenized_path: t\n", "it only tokenizes data"),
        ("model: x\npeft_config:\n  name: lora\n  export_dir: out\n", "it exports a model"),
        ("gpu: h100\ngpu_count: 1\nsecrets: [A]\n", "rented machines"),
        ("model:\n  _component_: torchtune.models.x\nprompt: {user: Hi}\n", "it asks a model"),
        ("model:\n  _component_: torchtune.models.x\ntasks: [mmlu]\n", "it evaluates a model"),
        ("model:\n  _component_: torchtune.models.x\nquantizer: null\n", "no optimizer"),
        ("model: x\ntrain: false\ntest: true\niters: 3\nadapter_path: a\n", "it tests a model"),
    ],
)
def test_what_trains_nothing_is_refused_with_a_reason(tmp_path, text: str, why: str):
    path = tmp_path / "other.yaml"
    path.write_text(text, encoding="utf-8")
    assert training_format(path) is None
    assert why in why_no_training(path)
    with pytest.raises(TrainingError, match=why):
        spec_in(DataFile(path, path.name, None, "training"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_configuration_in_utf_16_is_told_apart_from_no_configuration(tmp_path, encoding: str):
    path = tmp_path / "train.yaml"
    path.write_text("\ufeff" * (encoding != "utf-16") + "learning_rate: 1e-4\noutput_dir: o\n", encoding=encoding)
    assert "it is UTF-16" in why_no_training(path)
    other = tmp_path / "other.yaml"
    other.write_text("a: 1\n", encoding="utf-16")
    assert why_no_training(other) == ""


def test_in_a_dump_the_defaults_are_no_settings_of_the_user(tmp_path):
    dump: dict[str, Any] = {f"key_{at}": None for at in range(80)}
    dump |= {
        "adam_epsilon": 1e-8, "num_train_epochs": 3.0, "learning_rate": 2e-4, "logging_steps": 500, "bf16": False,
        "eval_strategy": "no", "save_steps": 50,
    }  # fmt: skip
    spec = read(tmp_path, json.dumps(dump), "training_args.json")
    origins = {setting.key: setting.origin for setting in spec if setting.key in dump}
    assert origins == {
        "num_train_epochs": "default", "learning_rate": "written", "logging_steps": "default", "bf16": "default",
        "eval_strategy": "default", "save_steps": "written",
    }  # fmt: skip


def test_a_log_is_no_configuration(tmp_path):
    state = {"log_history": [], "max_steps": 10, "num_train_epochs": 3, "logging_steps": 5, "save_steps": 5}
    path = tmp_path / "trainer_state.json"
    path.write_text(json.dumps(state))
    assert training_format(path) is None


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
def test_every_real_configuration_is_read_or_refused_with_a_reason():
    read_as, refused = Counter[tuple[str, str, str]](), dict[str, str]()
    for path in sorted(one for one in CONFIGS.rglob("*") if one.is_file()):
        if format_ := training_format(path):
            spec = spec_in(DataFile(path, path.name, None, format_))
            assert spec is not None
            read_as[spec.framework.name, spec.method, spec.objective] += 1
        else:
            refused[path.name] = why_no_training(path)
    assert read_as == {
        ("Axolotl", "freeze", "sft"): 1,
        ("Axolotl", "full", "pretrain"): 1,
        ("Axolotl", "full", "reward"): 1,
        ("Axolotl", "full", "rl"): 1,
        ("Axolotl", "full", "sft"): 11,
        ("Axolotl", "lora", "dpo"): 2,
        ("Axolotl", "lora", "sft"): 15,
        ("Axolotl", "qlora", "orpo"): 1,
        ("Axolotl", "qlora", "sft"): 38,
        ("DeepSpeed", "", ""): 20,
        ("LLaMA-Factory", "full", "sft"): 11,
        ("LLaMA-Factory", "lora", "dpo"): 1,
        ("LLaMA-Factory", "lora", "kto"): 1,
        ("LLaMA-Factory", "lora", "pretrain"): 3,
        ("LLaMA-Factory", "lora", "sft"): 10,
        ("LLaMA-Factory", "oft", "sft"): 4,
        ("LLaMA-Factory", "qlora", "sft"): 3,
        ("LLaMA-Factory v1", "freeze", ""): 1,
        ("LLaMA-Factory v1", "full", ""): 7,
        ("LLaMA-Factory v1", "lora", ""): 2,
        ("accelerate", "", ""): 2,
        ("mistral-finetune", "lora", "sft"): 1,
        ("mlx-lm", "lora", "sft"): 1,
    }
    assert refused == {
        "cloud__modal.yaml": "it says on which rented machines Axolotl trains, and not how",
        "v1__train_lora__export_lora.yaml": "it exports a model, and trains none",
        "train_lora__qwen3_preprocess.yaml": "it only tokenizes data, and trains none",
        "deepseek3_kt.before.yaml": "it serves a model, and trains none",
        "deepseek3_kt.after.yaml": "it serves a model, and trains none",
        "llama3_full_predict.before.yaml": "it evaluates a model, and trains none",
        "llama3_full_predict.after.yaml": "it evaluates a model, and trains none",
    }


@pytest.mark.parametrize(("keys", "said"), [
    ({"epoch": Key("n")}, "no canonical name: epoch"), ({"epochs": Key("n")}, "and made of several: epochs"),
])  # fmt: skip
def test_a_framework_reads_each_setting_in_one_way(keys: dict[str, Key], said: str):
    with pytest.raises(ValueError, match=said):
        Framework("X", "X 1", lambda _: False, keys, {"epochs": fixed(1)})
