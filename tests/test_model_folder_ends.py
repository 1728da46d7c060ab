"""T001's fact on an end that generation does not stop at, where the model's own folder says both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import chat, write_jsonl
from tests.training_settings import marked, run_of
from tunespec.config import find
from tunespec.progress import Progress
from tunespec.sources import RecordSource
from tunespec.subjects import DataFile, Dataset

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
PROGRAM = """\
from transformers import AutoTokenizer
from trl import SFTConfig, SFTTrainer
tokenizer = AutoTokenizer.from_pretrained("models/base")
{more}
SFTTrainer(model="models/base", args=SFTConfig({arguments}), train_dataset=data)
"""
SAID = "`eos_token` is not set: the template of models/base ends turns with `<|im_end|>`, and its tokenizer's EOS is "


def found(folder: Path, text: str, name: str, eos: str = "<|endoftext|>") -> dict[str, str]:
    (folder / "models" / "base").mkdir(parents=True)
    content = {"eos_token": eos, "chat_template": CHATML, "tokenizer_class": "Qwen2Tokenizer"}
    (folder / "models" / "base" / "tokenizer_config.json").write_text(json.dumps(content), encoding="utf-8")
    source = run_of(folder, text, name=name)
    file = DataFile(write_jsonl(folder / "chat.jsonl", [chat("Hi?", "Hello.")]), "chat.jsonl", None, "jsonl")
    source.records = RecordSource(Dataset("chat.jsonl", (file,)), None, find(folder), Progress())
    return marked(source, "unaligned_end")


@pytest.mark.parametrize(
    ("more", "arguments", "eos", "is_marked"),
    [
        ("", "", "<|endoftext|>", True),
        ("", "", "<|im_end|>", False),
        ("", "eos_token='<|im_end|>'", "<|endoftext|>", False),
        ("tokenizer.eos_token = '<|im_end|>'", "", "<|endoftext|>", False),
        ("tokenizer.add_special_tokens({'eos_token': '<|im_end|>'})", "", "<|endoftext|>", False),
        ("tokenizer.chat_template = TEMPLATE", "", "<|endoftext|>", False),
        ("model, tokenizer = setup_chat_format(model, tokenizer)", "", "<|endoftext|>", False),
    ],
)
def test_a_program(tmp_path, more, arguments, eos, is_marked):
    marks = found(tmp_path, PROGRAM.format(more=more, arguments=arguments), "train.py", eos)
    assert marks == ({"unaligned_end": f"{SAID}`{eos}`"} if is_marked else {})


def test_a_configuration(tmp_path):
    text = "model_name_or_path: models/base\nmax_length: 512\nlearning_rate: 1.0e-5\noutput_dir: out\nsave_steps: 9\n"
    assert found(tmp_path, text, "train.yaml") == {"unaligned_end": f"{SAID}`<|endoftext|>`"}
