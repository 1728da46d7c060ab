"""A program that trains is read from its syntax tree: what it writes, what it leaves open, and what stands beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.template_facts import write_files
from tunespec.config import find
from tunespec.discover import discover
from tunespec.subjects import DataFile
from tunespec.training.configuration import spec_in, training_format, why_no_training
from tunespec.training.run_spec import RunSpec

IMPORTS = """\
from transformers import *
from transformers import (AutoModelForCausalLM, BitsAndBytesConfig, DataCollatorForLanguageModeling,
    EarlyStoppingCallback, IntervalStrategy, Trainer, TrainingArguments)
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer
from datasets import load_dataset
"""
PEFT = "from peft import LoraConfig\n"


def read(folder: Path, text: str, imports: str = IMPORTS) -> RunSpec | None:
    path = folder / "train.py"
    path.write_text(imports + text, encoding="utf-8")
    if training_format(path) is None:
        return None
    return spec_in(DataFile(path, path.name, None, "training"))


def values(spec: RunSpec | None, *names: str) -> dict[str, Any]:
    assert spec is not None
    return {name: spec.value(name) for name in names}


def origins(spec: RunSpec | None, *names: str) -> list[str]:
    assert spec is not None
    found = [spec.setting(name) for name in names]
    return [f"{one.origin}: {one.said}" if one.origin == "unknown" else one.origin for one in found if one is not None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TrainingArguments('out', num_train_epochs=4)", {"epochs": 4, "output_dir": "out", "learning_rate": 5e-5}),
        ("SFTConfig(learning_rate=1e-4)", {"learning_rate": 1e-4, "objective": "sft", "max_length": 1024}),
        ("DPOConfig()", {"learning_rate": 1e-6, "objective": "dpo", "bf16": True, "logging_steps": 10}),
        ("SFTConfig(max_length=None)", {"max_length": None}),
        ("E = 2\nLR = {'learning_rate': 3e-4}\nSFTConfig(num_train_epochs=E * 2, **LR)", {
            "epochs": 4, "learning_rate": 3e-4}),
        ("TrainingArguments(eval_strategy=IntervalStrategy.EPOCH)", {"eval_strategy": "epoch"}),
        ("SFTTrainer(model='a/b', train_dataset=d)", {"objective": "sft", "learning_rate": 2e-5, "model": "a/b"}),
        ("SFTTrainer(args=TrainingArguments(), packing=True, max_seq_length=64)", {
            "objective": "sft", "packing": True, "max_length": 64, "learning_rate": 5e-5}),
        ("TrainingArguments()\nTrainer(callbacks=[EarlyStoppingCallback(early_stopping_patience=7)])", {"patience": 7}),
        ("TrainingArguments()\nTrainer(callbacks=[EarlyStoppingCallback()])", {"patience": 1}),
        ("TrainingArguments()\nTrainer(callbacks=[EarlyStoppingCallback(3)])", {"patience": 3}),
        ("TrainingArguments()\nTrainer(callbacks=[EarlyStoppingCallback(patience, 0.01)])", {"patience": None}),
        ("TrainingArguments()\nTrainer(callbacks=[])", {"patience": None, "validation_data": None}),
        ("TrainingArguments()\nTrainer(eval_dataset=data['test'])", {"validation_data": ["data['test']"]}),
        ("TrainingArguments()\nTrainer(data_collator=DataCollatorForLanguageModeling(t, mlm=False))", {
            "collator": "DataCollatorForLanguageModeling"}),
        ("tok.pad_token = tok.eos_token\nTrainingArguments()", {"pad_is_eos": True}),
        ("tok.pad_token_id = tok.eos_token_id\nTrainingArguments()", {"pad_is_eos": True}),
        ("tok.pad_token = '<pad>'\nTrainingArguments()", {"pad_is_eos": False}),
        ("TrainingArguments()", {"pad_is_eos": None}),
    ],
)  # fmt: skip
def test_what_a_program_writes_is_read(tmp_path, text: str, expected: dict[str, Any]):
    assert values(read(tmp_path, text), *expected) == expected


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("SFTConfig(learning_rate=args.lr)", "learning_rate", "unknown: args.lr"),
        ("def f(lr):\n    SFTConfig(learning_rate=lr)", "learning_rate", "unknown: lr"),
        ("SFTConfig(**config)", "epochs", "unknown: **config"),
        ("SFTConfig(weight_decay=1, **config)", "weight_decay", "written"),
        ("SFTConfig(*config)", "epochs", "unknown: *config"),
        ("lr = 1\nlr = 2\nSFTConfig(learning_rate=lr)", "learning_rate", "unknown: lr"),
        ("SFTConfig(weight_decay=1)\nSFTConfig(weight_decay=2)", "weight_decay", "unknown: several calls differ"),
        ("SFTConfig(weight_decay=1)\nSFTConfig()", "weight_decay", "unknown: several calls differ"),
        ("a = SFTConfig(weight_decay=1)\na.weight_decay = 2", "weight_decay", "unknown: set anew in line 7"),
        ("SFTConfig(weight_decay=1)", "validation_data", "unknown: the trainer is made elsewhere"),
        ("SFTTrainer(args=SFTConfig(), **more)", "validation_data", "unknown: **more"),
        ("SFTTrainer(args=SFTConfig(), eval_dataset=a if b else None)", "validation_data", "unknown: a if b else None"),
        ("SFTTrainer(args=SFTConfig(), data_collator=mine)", "collator", "unknown: mine"),
        ("SFTConfig()\nif t.pad_token is None:\n    t.pad_token = t.eos_token", "pad_is_eos",
         "unknown: only where the tokenizer has none of its own"),
        ("SFTConfig(bf16=torch.cuda.is_bf16_supported())", "bf16", "unknown: torch.cuda.is_bf16_supported()"),
    ],
)  # fmt: skip
def test_what_only_a_run_would_tell_is_not_known(tmp_path, text: str, name: str, said: str):
    assert origins(read(tmp_path, text), name) == [said]


CLASS = """\
from dataclasses import dataclass, field
from transformers import HfArgumentParser
@dataclass
class Mine(TrainingArguments):
    learning_rate: float = field(default=2e-5)
    num_train_epochs: float = 2
    own: str
class More(Mine):
    learning_rate: float = field(default=3e-5, metadata={})
    betas: list = field(default_factory=list)
"""


@pytest.mark.parametrize(
    ("text", "rate", "epochs", "strategy"),
    [
        ("HfArgumentParser((Mine,)).parse_args_into_dataclasses()", 2e-5, 2, None),
        ("parser = HfArgumentParser([Other, More])", 3e-5, 2, None),
        ("args = HfArgumentParser(Mine).parse()[0]\nargs.learning_rate = 1", None, 2, None),
        ("Mine('out', num_train_epochs=5)", 2e-5, 5, "no"),
        ("Mine(learning_rate=rate())", None, 2, "no"),
    ],
)
def test_a_class_that_extends_the_arguments_gives_their_defaults(tmp_path, text, rate, epochs, strategy):
    spec = read(tmp_path, CLASS + text)
    assert values(spec, "learning_rate", "epochs", "eval_strategy") == {
        "learning_rate": rate,
        "epochs": epochs,
        "eval_strategy": strategy,
    }


def test_the_default_of_a_class_is_said_with_its_line(tmp_path):
    spec = read(tmp_path, CLASS + "Mine()")
    assert spec is not None
    rate = spec.setting("learning_rate")
    assert rate is not None
    assert (str(rate), rate.line) == ("`learning_rate: 2e-05` (default of `Mine`)", IMPORTS.count("\n") + 5)


def test_a_class_that_nothing_uses_is_no_run(tmp_path):
    assert read(tmp_path, CLASS) is None


OPTIONS = """\
p = argparse.ArgumentParser()
p.add_argument("-l", "--lr", type=float, default={})
"""
DEFAULT = "`learning_rate: 0.005` (default of `--lr`)"


@pytest.mark.parametrize(
    ("options", "text", "said"),
    [
        (OPTIONS.format("5e-3"), "a = p.parse_args()\nSFTConfig(learning_rate=a.lr)", DEFAULT),
        (OPTIONS.format("'5e-3'"), "a, _ = p.parse_known_args()\nSFTConfig(learning_rate=a.lr)", DEFAULT),
        (OPTIONS.format("5e-3"), "a = p.parse_args()\nrate = a.lr\nSFTConfig(learning_rate=rate)", DEFAULT),
        (OPTIONS.format("5e-3"), "def main(args):\n SFTConfig(learning_rate=args.lr)\nmain(p.parse_args())", DEFAULT),
        (OPTIONS.format("5e-3"), "def get():\n a = p.parse_args()\n return a\nb = get()\nSFTConfig(learning_rate=b.lr)",
         DEFAULT),
        (OPTIONS.format("5e-3"), "a = p.parse_args()\na.lr = 1\nSFTConfig(learning_rate=a.lr)", None),
        (OPTIONS.format("5e-3"), "p.set_defaults(lr=1)\na = p.parse_args()\nSFTConfig(learning_rate=a.lr)", None),
        (OPTIONS.format("5e-3"), "p.parse_args()\nSFTConfig(learning_rate=a.lr)", None),
        (OPTIONS.format("5e-3"), "a = p.parse_args()\nc = load()\nSFTConfig(learning_rate=c.lr)", None),
        (OPTIONS.format("5e-3") + OPTIONS.format("1"), "a = p.parse_args()\nSFTConfig(learning_rate=a.lr)", None),
        (OPTIONS.format("None"), "a = p.parse_args()\nSFTConfig(learning_rate=a.lr)", None),
        (OPTIONS.format("rate()"), "a = p.parse_args()\nSFTConfig(learning_rate=a.lr)", None),
    ],
)  # fmt: skip
def test_an_option_is_known_by_its_default(tmp_path, options: str, text: str, said: str | None):
    spec = read(tmp_path, options + text)
    assert spec is not None
    rate = spec.setting("learning_rate")
    assert rate is not None
    assert (str(rate) if rate.is_known else None) == said
    assert said is None or rate.line == IMPORTS.count("\n") + 2


@pytest.mark.parametrize(
    ("text", "method", "rank", "alpha"),
    [
        ("LoraConfig(r=64, lora_alpha=16)\nSFTConfig()", "lora", 64, 16),
        ("LoraConfig()\nSFTConfig()", "lora", 8, 8),
        ("LoraConfig(r=4, use_dora=True)\nSFTConfig()", "dora", 4, 8),
        ("LoraConfig(r=4)\nBitsAndBytesConfig(load_in_4bit=True)\nSFTConfig()", "qlora", 4, 8),
        ("LoraConfig(r=4)\nBitsAndBytesConfig(load_in_4bit=quantise)\nSFTConfig()", "", 4, 8),
        ("LoraConfig(r=rank)\nSFTConfig()", "lora", None, 8),
        ("if use_lora:\n    LoraConfig(r=4)\nSFTConfig()", "", 4, 8),
        ("SFTTrainer(args=SFTConfig(), peft_config=LoraConfig(r=4) if use_lora else None)", "", 4, 8),
        ("if __name__ == '__main__':\n    LoraConfig(r=4)\n    SFTConfig()", "lora", 4, 8),
        ("LoraConfig(**kept)\nSFTConfig()", "lora", None, None),
    ],
)
def test_the_adapter_says_the_method(tmp_path, text: str, method: str, rank: int | None, alpha: int | None):
    spec = read(tmp_path, text, IMPORTS + PEFT)
    assert spec is not None
    assert (spec.method, spec.value("lora_rank"), spec.value("lora_alpha")) == (method, rank, alpha)


def test_without_an_adapter_a_loaded_model_is_trained_as_a_whole(tmp_path):
    loaded = "m = AutoModelForCausalLM.from_pretrained('a/b')\n"
    trainer = "Trainer(m, TrainingArguments('out'))\n"
    whole = read(tmp_path, loaded + trainer)
    assert whole is not None
    assert (whole.method, whole.value("model")) == ("full", "a/b")
    for other in (trainer, loaded + "TrainingArguments('out')", loaded + "from peft import PeftModel\n" + trainer):
        spec = read(tmp_path, other)
        assert spec is not None
        assert spec.method == ""


def test_a_model_that_the_trainer_loads_by_its_name_is_trained_as_a_whole(tmp_path):
    whole = read(tmp_path, "DPOTrainer(model='out/sft', args=DPOConfig(learning_rate=2e-4))\n")
    assert whole is not None
    assert (whole.method, whole.objective) == ("full", "dpo")
    for text in ("model=m", "model='out/sft', peft_config=get_peft_config(a)", "model='out/sft', **more", "**more"):
        spec = read(tmp_path, f"DPOTrainer({text}, args=DPOConfig())\n")
        assert spec is not None
        assert spec.method == ""


def test_unsloth_quantises_unless_it_is_told_not_to(tmp_path):
    text = """\
from unsloth import FastLanguageModel
model, tokenizer = FastLanguageModel.from_pretrained("unsloth/x", max_seq_length=4096{})
model = FastLanguageModel.get_peft_model(model, r=16, lora_alpha=32)
SFTTrainer(model, args=SFTConfig(learning_rate=2e-4))
"""
    names = ("method", "max_length", "lora_rank", "lora_alpha", "model")
    assert values(read(tmp_path, text.format("")), *names) == dict(
        zip(names, ("qlora", 4096, 16, 32, "unsloth/x"), strict=True)
    )
    assert values(read(tmp_path, text.format(", load_in_4bit=False")), "method") == {"method": "lora"}


@pytest.mark.parametrize(
    "text",
    ["parser = HfArgumentParser((TrainingArguments,))", "from own import SFTConfig\nSFTConfig()", "# SFTConfig\n"],
)
def test_other_programs_start_no_training(tmp_path, text: str):
    assert read(tmp_path, text, "from transformers import HfArgumentParser, TrainingArguments\n") is None


def test_a_program_that_cannot_be_read_says_why(tmp_path):
    assert read(tmp_path, "SFTConfig(") is None
    assert why_no_training(tmp_path / "train.py") == "no Python that can be read: '(' was never closed (line 6)"


def test_a_program_of_which_no_line_is_to_blame_says_why(tmp_path):
    assert read(tmp_path, "SFTConfig()\n\0") is None
    said = why_no_training(tmp_path / "train.py")
    assert said.startswith("no Python that can be read: source code string cannot contain null bytes")
    assert "None" not in said


def test_a_notebook_saved_as_a_program_is_read(tmp_path):
    text = """\
# %%
%%capture
!pip install unsloth \\
    trl
%matplotlib inline
?SFTConfig
SFTConfig?
files = !ls
if colab:
    !nvidia-smi
# %%
%%bash
echo 'it is' | cat
# %%
SFTConfig(
    learning_rate=3e-4)
"""
    spec = read(tmp_path, text)
    assert spec is not None
    rate = spec.setting("learning_rate")
    assert rate is not None
    assert (rate.value, rate.line) == (3e-4, IMPORTS.count("\n") + 16)


def test_lines_are_those_of_the_arguments(tmp_path):
    spec = read(tmp_path, "BASE = {\n  'weight_decay': 1,\n}\nSFTConfig(\n  learning_rate=1,\n  **BASE,\n)\n")
    assert spec is not None
    written = {one.key: one.line for one in spec if one.origin == "written"}
    assert written == {"learning_rate": 10, "weight_decay": 7}


def test_a_program_that_trains_and_asks_is_both(tmp_path):
    text = "SFTTrainer(model='a/b')\nimport ollama\nollama.chat(model='m', messages=[], options={'num_predict': 9})\n"
    record = '{"prompt": "Hi", "completion": "Yo"}\n'
    write_files(tmp_path, {"train.py": IMPORTS + text, "Modelfile": "FROM a\n", "data.jsonl": record})
    found = discover(find(tmp_path), [str(tmp_path)])
    assert [[file.shown for file in run.files] for run in found.runs] == [["train.py"]]
    assert [sorted(file.shown for file in pair.files) for pair in found.templates] == [["Modelfile", "train.py"]]


def test_a_test_suite_trains_nothing(tmp_path):
    write_files(
        tmp_path, {"test_train.py": IMPORTS + "SFTConfig()\n", "data.jsonl": '{"prompt": "a", "completion": "b"}'}
    )
    assert discover(find(tmp_path), [str(tmp_path)]).runs == ()
