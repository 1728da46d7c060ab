"""A check whose results are stored says what a new one would: a key holds all that its facts are computed from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.template_facts import write_files
from tunespec.run import new_run_id
from tunespec.session import Options, Session
from tunespec.subjects import Absent, ServedModel

ASKED = {"model": "other", "messages": [{"role": "user", "content": "Hi"}], "options": {"stop": [], "num_predict": -1}}
MODELFILE = """FROM ./x.gguf
TEMPLATE \"\"\"<|im_start|>user
{{ .Prompt }}<|im_end|>
<|im_start|>assistant
\"\"\"
PARAMETER stop "<|im_end|>"
PARAMETER num_predict 100
"""
TRAINING = """from trl import SFTConfig, SFTTrainer
from datasets import load_dataset
data = load_dataset("json", data_files="data.jsonl", split="train")
SFTTrainer("m", args=SFTConfig(output_dir="out", learning_rate=1e-5), train_dataset=data).train()
"""


def _told(folder: Path) -> dict[str, Any]:
    """What is said of each subject without an answer of a model's, by pitfall."""
    session = Session.from_options(start=folder, run_id=new_run_id(), options=Options(dataset=[str(folder)]))
    asked = [
        (pitfall, subject)
        for pitfall in session.config.catalogue.pitfalls
        for subject in session.subjects_of(pitfall)
        if not isinstance(subject, Absent | ServedModel)
    ]
    session.verdicts.pitfalls = [pitfall for pitfall, _ in asked]
    return {f"{one.code} {one.table} {of.name}": session.verdicts.verdict(one, of) for one, of in asked}


@pytest.mark.parametrize(
    ("files", "change"),
    [
        pytest.param(
            {"Modelfile": MODELFILE, "ask.json": json.dumps(ASKED)},
            {"tunespec.toml": '[inference]\nmodel = "mine"\nhost = "http://127.0.0.1:9"\n'},
            id="the name of the served model",
        ),
        pytest.param({"train.py": TRAINING}, {"tokenizer.json": "{}"}, id="a tokenizer that the header names"),
    ],
)
def test_what_a_check_says_after_a_change(tmp_path, files, change):
    write_files(tmp_path, files)
    first = _told(tmp_path)
    write_files(tmp_path, change)
    warm = _told(tmp_path)
    shutil.rmtree(tmp_path / ".tunespec_cache")
    assert warm == _told(tmp_path)
    assert warm != first
