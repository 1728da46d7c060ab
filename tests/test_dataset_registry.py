"""LLaMA-Factory's `dataset_info.json`: what names stand for, and names that it does not define."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training_settings import LLAMA_FACTORY, marked, run_of
from tunespec.config import find
from tunespec.discover import discover
from tunespec.errors import CannotJudgeError

REGISTRY = '{"support": {"file_name": "support.jsonl"}, "billing": {"hf_hub_url": "a/b"}}'
HERE = f"{LLAMA_FACTORY}dataset_dir: .\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{HERE}dataset: suport\n",
            (
                "`dataset`: `suport` is not in dataset_info.json, and LLaMA-Factory refuses that; "
                "`support` is the nearest name there"
            ),
        ),
        (
            f"{HERE}dataset: support\neval_dataset: x, billing\n",
            (
                "`eval_dataset`: `x` is not in dataset_info.json, and LLaMA-Factory refuses that; "
                "it has `support`, `billing`"
            ),
        ),
        (f"{HERE}dataset: support,billing\n", None),
        (f"{LLAMA_FACTORY}dataset: suport\n", None),  # the registry of `data` is not at hand
        (f"{LLAMA_FACTORY}dataset_dir: ONLINE\ndataset: a/b\n", None),
        (f"{HERE}dataset: suport\ntokenized_path: saved\nlearning_rate: 1.0e-4\n", None),  # the names are not read
        ("base_model: m\nsequence_len: 512\ndataset: suport\ndataset_dir: .\n", None),
    ],
)
def test_a_name_that_the_registry_does_not_define(tmp_path, text: str, said: str | None):
    (tmp_path / "dataset_info.json").write_text(REGISTRY, encoding="utf-8")
    assert marked(run_of(tmp_path, text), "undefined_dataset").get("undefined_dataset") == said


def test_a_registry_that_cannot_be_read_defines_nothing_that_could_be_missed(tmp_path):
    (tmp_path / "dataset_info.json").write_text("[1]", encoding="utf-8")
    assert not marked(run_of(tmp_path, f"{HERE}dataset: x\n"), "undefined_dataset")


@pytest.mark.parametrize(("dataset_dir", "passed_over"), [("data", []), ("elsewhere", ["data/dataset_info.json"])])
def test_nothing_is_said_of_a_registry_that_a_configuration_uses(tmp_path, dataset_dir: str, passed_over: list[str]):
    write(tmp_path, f"{LLAMA_FACTORY}dataset: billing\ndataset_dir: {dataset_dir}\n")
    found = discover(find(tmp_path), [str(tmp_path)])
    assert [path for path in found.passed_over if path.endswith(".json")] == passed_over


def test_a_registry_is_told_from_records(tmp_path):
    write(tmp_path, "")
    with pytest.raises(CannotJudgeError, match="LLaMA-Factory's registry of datasets"):
        discover(find(tmp_path), [str(tmp_path / "data" / "dataset_info.json")])


def write(folder: Path, text: str) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "dataset_info.json").write_text(REGISTRY, encoding="utf-8")
    (folder / "train.yaml").write_text(text, encoding="utf-8")
    (folder / "tunespec.toml").write_text("", encoding="utf-8")
