"""What a training configuration names as evaluation data is the validation split of what it trains on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import chat, write_jsonl
from tests.template_facts import write_files
from tests.training_settings import AXOLOTL, LLAMA_FACTORY, MISTRAL, MLX, TORCHTUNE
from tunespec.cache import Cache
from tunespec.config import find
from tunespec.discover import Discovery, discover
from tunespec.progress import Progress
from tunespec.report import render
from tunespec.sources import RecordSource
from tunespec.subject_sources import Sources
from tunespec.subjects import Dataset

HUGGING_FACE = "output_dir: out\nlogging_steps: 10\nsave_steps: 50\nlearning_rate: 1.0e-4\n"
HERE = f"{LLAMA_FACTORY}dataset_dir: .\n"
REGISTRY = """{
    "support": {"file_name": "support.jsonl"},
    "asked": {"file_name": "asked.jsonl"},
    "other": {"file_name": "other.jsonl", "columns": {"prompt": "q", "response": "a"}}
}"""
PROGRAM = "from trl import SFTConfig\nfrom datasets import load_dataset\nSFTConfig()\n"
SFT = f"{HERE}dataset: support\neval_dataset: asked\n"
V1 = "model: a/b\npeft_config: {name: lora}\n"
TUNE = f"{TORCHTUNE}dataset: {{source: json, data_files: support.jsonl}}\n"


def project(folder: Path, files: dict[str, str], data: Sequence[str] = ("support", "asked")) -> None:
    """Data files of different records, LLaMA-Factory's registry, and other files."""
    for name in data:
        records = [chat(f"What is {name} number {at}?", f"The {name} of number {at}.") for at in range(3)]
        write_jsonl(folder / f"{name}.jsonl", records)
    write_files(folder, {"tunespec.toml": "", "dataset_info.json": REGISTRY, **files})


def found(folder: Path, *paths: str) -> Discovery:
    return discover(find(folder), [str(folder / path) for path in paths or (".",)])


def roles(dataset: Dataset) -> dict[str, str | None]:
    return {file.shown: file.split for file in dataset.files}


def datasets(folder: Path, *paths: str) -> dict[str, dict[str, str | None]]:
    return {one.name: roles(one) for one in found(folder, *paths).datasets}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("sft.yaml", SFT, "`eval_dataset` of sft.yaml:6"),
        (
            "a.yaml",
            f"{AXOLOTL}datasets:\n- path: support.jsonl\n  type: alpaca\ntest_datasets:\n- path: asked.jsonl\n",
            "`test_datasets` of a.yaml:6",
        ),
        (
            "7B.yaml",
            f"{MISTRAL}data:\n  instruct_data: support.jsonl:1.0\n  eval_instruct_data: asked.jsonl\n",
            "`data.eval_instruct_data` of 7B.yaml:6",
        ),
        (
            "tune.yaml",
            f"{TUNE}dataset_val:\n  source: json\n  data_files: asked.jsonl\n",
            "`dataset_val` of tune.yaml:6",
        ),
        (
            "hf.yaml",
            f"{HUGGING_FACE}train_file: support.jsonl\nvalidation_file: asked.jsonl\n",
            "`validation_file` of hf.yaml:6",
        ),
        ("v1.yaml", f"{V1}train_dataset: support.jsonl\neval_dataset: asked.jsonl\n", "`eval_dataset` of v1.yaml:4"),
        (
            "train.py",
            f"{PROGRAM}load_dataset('json', data_files={{'train': 'support.jsonl', 'validation': 'asked.jsonl'}})\n",
            "`data_files` of train.py:4",
        ),
    ],
)
@pytest.mark.parametrize("paths", [(), ("CONFIGURATION",)])
def test_each_frameworks_evaluation_data(tmp_path, name, text, said, paths):
    project(tmp_path, {name: text})
    here = found(tmp_path, *(name for _ in paths))
    (dataset,) = here.datasets
    assert (dataset.name, roles(dataset)) == (name, {"support.jsonl": "train", "asked.jsonl": "validation"})
    assert [file.named_by for file in dataset.files][1] == said
    assert [run.dataset for run in here.runs] == [dataset]


def test_names_that_say_a_split_need_no_configuration(tmp_path):
    project(tmp_path, {"mlx.yaml": f"{MLX}data: data\n"}, ["data/train", "data/valid", "data/test"])
    (dataset,) = found(tmp_path).datasets
    expected = {"data/test.jsonl": "test", "data/train.jsonl": "train", "data/valid.jsonl": "validation"}
    assert (dataset.name, roles(dataset)) == ("data", expected)


@pytest.mark.parametrize(
    ("data", "trained", "asked", "expected"),
    [
        # A test set that the run evaluates on stays one; a name that says the contrary of what is done does not count.
        (["support", "asked_test"], "support", "asked_test", {"support": "train", "asked_test": "test"}),
        (["a_test", "b_train"], "a_test", "b_train", {"a_test": "train", "b_train": "validation"}),
        # What else is held out of the training data's folder is compared with them, too.
        (
            ["d/train", "d/test", "asked"],
            "d/train",
            "asked",
            {"d/train": "train", "d/test": "test", "asked": "validation"},
        ),
    ],
)
def test_names_that_say_another_split(tmp_path, data, trained, asked, expected):
    text = f"{HUGGING_FACE}train_file: {trained}.jsonl\nvalidation_file: {asked}.jsonl\n"
    project(tmp_path, {"t.yaml": text}, data)
    assert datasets(tmp_path) == {"t.yaml": {f"{name}.jsonl": split for name, split in expected.items()}}


def test_evaluation_data_of_another_dataset_leave_it_whole(tmp_path):
    text = f"{HUGGING_FACE}train_file: support.jsonl\nvalidation_file: qa/validation.jsonl\n"
    project(tmp_path, {"t.yaml": text}, ["support", "qa/train", "qa/validation"])
    assert datasets(tmp_path) == {
        "qa": {"qa/train.jsonl": "train", "qa/validation.jsonl": "validation"},
        "t.yaml": {"support.jsonl": "train", "qa/validation.jsonl": "validation"},
    }
    (run,) = found(tmp_path).runs
    assert run.dataset is not None
    assert run.dataset.name == "t.yaml"


def test_a_folder_that_is_named_as_data_has_the_splits_of_its_names(tmp_path):
    project(tmp_path, {"t.yaml": f"{HUGGING_FACE}dataset_name: ./qa\n"}, ["qa/train", "qa/test", "qa/more"])
    (dataset,) = found(tmp_path, "t.yaml").datasets
    assert roles(dataset) == {"qa/more.jsonl": "train", "qa/test.jsonl": "test", "qa/train.jsonl": "train"}


def test_a_folder_to_evaluate_on(tmp_path):
    text = f"{HUGGING_FACE}train_file: support.jsonl\nvalidation_file: qa\n"
    project(tmp_path, {"t.yaml": text}, ["support", "qa/train", "qa/test"])
    (dataset,) = found(tmp_path, "t.yaml").datasets
    assert roles(dataset) == {"support.jsonl": "train", "qa/test.jsonl": "test"}


def test_configurations_that_agree_share_a_dataset(tmp_path):
    test = f"{HUGGING_FACE}train_file: support.jsonl\ntest_file: asked.jsonl\n"
    project(tmp_path, {"a.yaml": SFT, "b.yaml": f"{SFT}learning_rate: 1.0e-4\n", "c.yaml": test})
    here = found(tmp_path)
    assert [(one.name, len(one.files)) for one in here.datasets] == [("a.yaml", 2)]
    assert [run.dataset for run in here.runs] == list(here.datasets) * 3


def test_configurations_that_do_not_agree_have_one_each(tmp_path):
    turned = f"{HERE}dataset: asked\neval_dataset: support\n"
    project(tmp_path, {"a.yaml": SFT, "b.yaml": turned, "c.yaml": f"{HERE}dataset: support\nval_size: 0.1\n"})
    here = found(tmp_path)
    assert {one.name: roles(one) for one in here.datasets} == {
        "a.yaml": {"support.jsonl": "train", "asked.jsonl": "validation"},
        "b.yaml": {"asked.jsonl": "train", "support.jsonl": "validation"},
    }
    trained = {run.name: run.dataset.name for run in here.runs if run.dataset is not None}
    assert trained == {"a.yaml": "a.yaml", "b.yaml": "b.yaml", "c.yaml": "a.yaml"}


def test_configurations_that_do_not_agree_on_files_that_nothing_else_takes_for_data(tmp_path):
    turned = f"{HERE}dataset: asked\neval_dataset: support\n"
    project(tmp_path, {"a.yaml": SFT, "b.yaml": turned})
    for name in ("support", "asked"):
        write_jsonl(tmp_path / f"{name}.jsonl", [{"messy": f"{name} {at}", "clean": "Yes."} for at in range(3)])
    here = found(tmp_path)
    assert [one.name for one in here.datasets] == ["a.yaml", "b.yaml"]
    assert not here.passed_over


def test_a_file_that_is_trained_and_evaluated_on_is_trained_on(tmp_path):
    project(tmp_path, {"a.yaml": f"{HERE}dataset: support\neval_dataset: support, asked\n"})
    assert datasets(tmp_path) == {"a.yaml": {"support.jsonl": "train", "asked.jsonl": "validation"}}


def test_without_evaluation_data_at_hand_each_file_is_a_dataset(tmp_path):
    project(tmp_path, {"a.yaml": f"{HERE}dataset: support,asked\neval_dataset: hub\n"})
    assert datasets(tmp_path) == {"asked.jsonl": {"asked.jsonl": None}, "support.jsonl": {"support.jsonl": None}}


def test_the_users_column_of_splits_wins(tmp_path):
    project(tmp_path, {"sft.yaml": SFT, "tunespec.toml": '[columns]\nsplit = "fold"\n'})
    assert datasets(tmp_path) == {"asked.jsonl": {"asked.jsonl": None}, "support.jsonl": {"support.jsonl": None}}


def test_the_users_own_splits_win(tmp_path):
    own = '[datasets.mine]\ntest = ["support.jsonl"]\ntrain = ["asked.jsonl"]\n'
    project(tmp_path, {"sft.yaml": SFT, "tunespec.toml": own + '[training]\nconfig = "sft.yaml"\n'})
    (dataset,) = discover(find(tmp_path), []).datasets
    assert (dataset.name, roles(dataset)) == ("mine", {"support.jsonl": "test", "asked.jsonl": "train"})
    assert not any(file.named_by for file in dataset.files)  # it is not by the configuration that they have them


def test_what_lies_elsewhere_counts_where_the_configuration_is_named(tmp_path):
    text = f"{HUGGING_FACE}train_file: in/support.jsonl\nvalidation_file: out/asked.jsonl\n"
    project(tmp_path, {"in/t.yaml": text}, ["in/support", "out/asked"])
    assert datasets(tmp_path, "in") == {"in/support.jsonl": {"in/support.jsonl": None}}
    expected = {"in/t.yaml": {"in/support.jsonl": "train", "out/asked.jsonl": "validation"}}
    assert datasets(tmp_path, "in/support.jsonl", "in/t.yaml") == expected


def test_a_file_that_is_given_alone_stays_alone(tmp_path):
    project(tmp_path, {"sft.yaml": SFT})
    assert datasets(tmp_path, "support.jsonl") == {"support.jsonl": {"support.jsonl": None}}


def test_columns_are_those_of_each_file(tmp_path):
    project(tmp_path, {"a.yaml": f"{HERE}dataset: support\neval_dataset: other\n"}, ["support"])
    write_jsonl(tmp_path / "other.jsonl", [{"q": f"Why {at}?", "a": f"So {at}."} for at in range(3)])
    here = found(tmp_path)
    (dataset,) = here.datasets
    assert [file.columns for file in dataset.files] == [(), (("answer", "a"), ("prompt", "q"))]
    assert not here.passed_over
    source = RecordSource(dataset, None, find(tmp_path), Progress())
    assert source.records.prompts[-1] == "Why 2?"


def test_the_key_changes_with_the_roles(tmp_path):
    keys = []
    for text in (SFT, SFT, f"{HERE}dataset: asked\neval_dataset: support\n", f"# longer\n{SFT}"):
        project(tmp_path, {"sft.yaml": text})
        here = found(tmp_path)
        keys.append(Sources(find(tmp_path), here, Progress(), None).key(here.datasets[0]))  # type: ignore[arg-type]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3  # the report names the line


def test_leakage_between_the_files_of_a_configuration(judge, tmp_path):
    project(tmp_path, {"sft.yaml": SFT})
    records = [chat(f"What is number {at} in words?", f"It is the number {at}.") for at in range(12)]
    write_jsonl(tmp_path / "support.jsonl", records)
    write_jsonl(tmp_path / "asked.jsonl", [records[4], chat("Who are you then?", "I am a helper.")])
    _, report = judge(tmp_path, select=["D004", "E001", "D002"])
    assert [(one["kind"], one["path"], one["line"]) for one in report["findings"]] == [
        ("leaked_record", "asked.jsonl", 1)
    ]
    assert "asked.jsonl (validation, as `eval_dataset` of sft.yaml:6): 2 records" in render(report, "text")


def test_files_of_two_shapes_are_each_read_by_themselves(judge, tmp_path):
    project(tmp_path, {"sft.yaml": SFT})
    write_jsonl(tmp_path / "support.jsonl", [{"instruction": f"Say {at}!", "output": f"{at}."} for at in range(20)])
    turns = [{"role": "user", "content": "Is it so?"}, {"role": "assistant", "content": "Yes."}]
    write_jsonl(tmp_path / "asked.jsonl", [{"messages": turns}] * 3 + [{"prompt": "Say it!", "completion": "It."}])
    _, report = judge(tmp_path, select=["D002"])
    assert [(one["kind"], one["path"], one["line"]) for one in report["findings"]] == [
        ("record_shape", "asked.jsonl", 4)
    ]
    assert "is prompt/completion where 75% are messages" in report["findings"][0]["message"]


def trained_on(folder: Path, *paths: str) -> dict[str, tuple[int | None, str]]:
    """Of each run the number of its training records, and what the report calls them."""
    here = found(folder, *paths)
    sources = Sources(find(folder), here, Progress(), Cache(folder / ".cache"))
    of_run = {run.name: sources._run(run) for run in here.runs}
    return {name: (one.trained_on, one.described()["profile"]["dataset"]) for name, one in of_run.items()}


def test_a_run_is_counted_by_what_it_trains_on_itself(tmp_path):
    both = f"{HERE}dataset: support,other\neval_dataset: asked\n"
    files = {"a.yaml": both, "b.yaml": f"{HERE}dataset: support\n", "c.yaml": f"{HERE}dataset: asked\n"}
    project(tmp_path, files, ["support", "other", "asked"])
    expected = {
        "a.yaml": (6, "other.jsonl, support.jsonl"),
        "b.yaml": (3, "support.jsonl"),
        "c.yaml": (3, "asked.jsonl"),
    }
    assert trained_on(tmp_path) == expected


def test_a_dataset_of_another_configuration_is_named_by_its_files(tmp_path):
    files = {"a.yaml": SFT, "b.yaml": f"{HERE}dataset: support\nval_size: 0.1\n"}
    project(tmp_path, files)
    assert trained_on(tmp_path) == {"a.yaml": (3, "support.jsonl"), "b.yaml": (3, "support.jsonl")}


def test_of_several_training_files_in_a_folder_one_is_taken(tmp_path):
    files = {"t.yaml": f"{HUGGING_FACE}train_file: qa/train-1.jsonl\nvalidation_file: qa/test.jsonl\n"}
    files["u.yaml"] = f"{HUGGING_FACE}train_file: qa/train-2.jsonl\n"
    project(tmp_path, files, ["qa/train-1", "qa/train-2", "qa/test"])
    assert {name: count for name, (count, _) in trained_on(tmp_path).items()} == {"t.yaml": 3, "u.yaml": 3}


def test_records_that_are_held_out_by_their_column_are_not_trained_on(tmp_path):
    project(tmp_path, {"b.yaml": f"{HERE}dataset: support\n"}, [])
    records = [chat(f"What is {at}?", f"The answer {at}.") | {"split": "test" if at else "train"} for at in range(3)]
    write_jsonl(tmp_path / "support.jsonl", records)
    assert trained_on(tmp_path) == {"b.yaml": (1, "support.jsonl")}


def test_a_run_part_of_whose_data_is_elsewhere_is_not_counted(tmp_path):
    listed = "datasets:\n- path: here/a.jsonl\n  type: alpaca\n- path: there/b.jsonl\n  type: alpaca\n"
    project(tmp_path, {"here/a.yaml": f"{AXOLOTL}{listed}"}, ["here/a", "there/b"])
    assert trained_on(tmp_path, "here") == {"here/a.yaml": (None, "here/a.jsonl")}
