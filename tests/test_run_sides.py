"""What stands beside a run's settings: DeepSpeed's within the same file, and the data that each framework names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.template_facts import write_files
from tunespec.config import find
from tunespec.discover import discover
from tunespec.progress import Progress
from tunespec.subject_sources import Sources
from tunespec.subjects import DataFile
from tunespec.training.configuration import spec_in
from tunespec.training.named_data import named_data
from tunespec.training.run_spec import RunSpec

HF = "num_train_epochs: 1\nsave_steps: 10\nlogging_steps: 5\n"
PROGRAM = "from trl import SFTConfig\nfrom datasets import load_dataset\nSFTConfig()\n"


def spec_of(folder: Path, text: str) -> RunSpec:
    path = folder / ("train.py" if text.startswith("from") else "train.yaml")
    path.write_text(text, encoding="utf-8")
    spec = spec_in(DataFile(path, path.name, None, "training"))
    assert spec is not None
    return spec


def test_deepspeed_may_stand_within_the_configuration(tmp_path):
    spec = spec_of(
        tmp_path, HF + "deepspeed:\n  gradient_clipping: 0.5\n  train_batch_size: 64\n  bf16: {enabled: auto}\n"
    )
    (beside,) = spec.beside
    assert beside.framework.name == "DeepSpeed"
    assert [(str(one), one.line) for one in beside if one.is_written] == [
        ("`train_batch_size: 64`", 6),
        ("`gradient_clipping: 0.5`", 5),
    ]
    assert str(beside.setting("bf16")) == "`bf16.enabled` is not known (auto)"
    assert spec.value("total_batch_size") == 64


def test_deepspeed_in_a_programs_arguments(tmp_path):
    text = 'from transformers import TrainingArguments\nTrainingArguments(deepspeed={"gradient_clipping": 0.5})\n'
    (beside,) = spec_of(tmp_path, text).beside
    assert [(str(one), one.line) for one in beside if one.is_written] == [("`gradient_clipping: 0.5`", 2)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HF + "train_file: a.jsonl\nvalidation_file: b.jsonl\n", [("a.jsonl", "train"), ("b.jsonl", "validation")]),
        (
            HF + "datasets:\n- data_files: a.jsonl\n  path: json\n- path: hub/x\n",
            [("a.jsonl", "train"), ("hub/x", "train")],
        ),
        (HF + "dataset_mixer:\n  hub/x: 1.0\n", [("hub/x", "train")]),
        (HF + "dataset_mixture:\n  datasets:\n  - id: hub/x\n    split: train\n", [("hub/x", "train")]),
        (
            PROGRAM + "load_dataset('json', data_files={'train': 'a.jsonl', 'test': ['b.jsonl']})",
            [("a.jsonl", "train"), ("b.jsonl", "test")],
        ),
        (PROGRAM + "load_dataset('json', data_files='a.jsonl', split='train[:90%]')", [("a.jsonl", "train")]),
        (PROGRAM + "load_dataset('json', data_files=path)", []),
        (
            (
                "model: {_component_: a.b}\noptimizer: {_component_: c}\n"
                "dataset: {_component_: d, source: json, data_files: a.json}\ndataset_val: {source: hub/x}\n"
            ),
            [("a.json", "train"), ("hub/x", "validation")],
        ),
        (
            "model: a/b\npeft_config: {name: lora}\ntrain_dataset: list.yaml\neval_dataset: b.jsonl\n",
            [("a.jsonl", "train"), ("b.jsonl", "validation")],
        ),
        (
            "model: a/b\npeft_config: {name: lora}\ntrain_dataset: other.yaml\n",
            [("other.yaml (a list of data)", "train")],
        ),
        ("model: a\ntraining: {training_type: lora, batch_size: 2}\ndata: {dataset: hub/x}\n", [("hub/x", "train")]),
    ],
)
def test_the_data_that_a_configuration_names(tmp_path, text: str, expected: list[tuple[str, str]]):
    write_files(tmp_path, {"list.yaml": "mine:\n  path: a.jsonl\n  source: local\n"})
    assert [(one.name, one.split) for one in named_data(spec_of(tmp_path, text), tmp_path)] == expected


def test_a_run_is_judged_anew_where_its_base_models_config_changed(tmp_path):
    (tmp_path / "m").mkdir()
    keys = []
    for config in (None, '{"dtype": "float16"}', '{"dtype": "bfloat16"}'):
        write_files(tmp_path, {"train.yaml": HF + "model_name_or_path: m\nfp16: true\n"})
        if config is not None:
            write_files(tmp_path, {"m/config.json": config})
        discovery = discover(find(tmp_path), [str(tmp_path / "train.yaml")])
        sources = Sources(find(tmp_path), discovery, Progress(), None)  # type: ignore[arg-type]
        (run,) = discovery.runs
        assert [file.shown for file in run.files] == ["train.yaml"]
        keys.append(sources.key(run))
    assert len(set(keys)) == 3
