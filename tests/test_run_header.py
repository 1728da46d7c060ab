"""The head of a training run in the report: what was found where, in one line."""

from __future__ import annotations

import pytest

from tests.training_settings import AXOLOTL, HUGGING_FACE, LLAMA_FACTORY, MISTRAL, MLX, TORCHTUNE, run_of
from tunespec.config import find
from tunespec.discover import discover
from tunespec.report.subject_lines import subject_lines
from tunespec.training.source import RunSource


def head(source):
    subject = source.described()
    subject["profile"] = {"found": subject["profile"].get("found", [])}
    return [line.strip() for line in subject_lines({"subjects": [subject], "passed_over": []}).splitlines()[1:]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            LLAMA_FACTORY + "template: llama3\ncutoff_len: 1024\nval_size: 0.1\ndataset: d\n",
            "template `llama3` (line 4), 1,024 tokens (line 5), 10% held out (line 6), no tokenizer at hand",
        ),
        (
            LLAMA_FACTORY + "eval_dataset: one,two\n",
            "2,048 tokens (default), evaluated on `one`, `two` (line 4), no tokenizer at hand",
        ),
        (LLAMA_FACTORY + "val_size: 200\n", "2,048 tokens (default), 200 held out (line 4), no tokenizer at hand"),
        (LLAMA_FACTORY + "val_size: 0.015\n", "2,048 tokens (default), 1.5% held out (line 4), no tokenizer at hand"),
        (
            AXOLOTL + "chat_template: chatml\ntest_datasets:\n  - path: a/b\n",
            "template `chatml` (line 3), 512 tokens (line 2), evaluated on `a/b` (line 4), no tokenizer at hand",
        ),
        (
            MISTRAL + "data:\n  eval_instruct_data: v.jsonl\n",
            "512 tokens (line 2), evaluated on `v.jsonl` (line 5), no",
        ),
        (MLX + "data: .\n", "2,048 tokens (default), no tokenizer at hand"),
        (HUGGING_FACE, "no tokenizer at hand"),
        (TORCHTUNE + "tokenizer:\n  max_seq_len: 4096\n", "4,096 tokens (line 6), no tokenizer at hand"),
    ],
)
def test_what_the_configuration_says_stands_in_one_line(tmp_path, text, said):
    (line,) = head(run_of(tmp_path, text))
    assert line.startswith(said)


def test_a_registry_and_a_tokenizer_are_named_by_their_files(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "dataset_info.json").write_text('{"d": {"file_name": "d.json"}}')
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "tokenizer_config.json").write_text("{}")
    source = run_of(tmp_path, LLAMA_FACTORY.replace(": m\n", ": base\n") + "dataset: d\n")
    (line,) = head(source)
    assert line == "2,048 tokens (default), columns from data/dataset_info.json, base/tokenizer_config.json"


def test_a_registry_that_has_none_of_the_names_gives_no_columns(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "dataset_info.json").write_text('{"other": {"file_name": "d.json"}}')
    assert "columns" not in head(run_of(tmp_path, LLAMA_FACTORY + "dataset: d\n"))[0]


def test_what_another_file_says_is_named_with_it(tmp_path):
    text = "from trl import SFTConfig\nargs = SFTConfig('out', max_length=4096)\n"
    (line,) = head(run_of(tmp_path, text, name="train.py"))
    assert line.startswith("4,096 tokens (line 2)")


def test_a_file_beside_it_has_no_tokenizer(tmp_path):
    text = '{"train_micro_batch_size_per_gpu": 1, "zero_optimization": {"stage": 2}, "bf16": {"enabled": true}}'
    assert head(run_of(tmp_path, text, name="ds.json")) == []


def test_a_run_of_which_only_logs_are_there_has_no_such_line(tmp_path):
    source = run_of(tmp_path, LLAMA_FACTORY)
    source.__dict__["spec"] = None
    assert head(source) == []


@pytest.mark.parametrize(("share", "said"), [(1.0, "(alpaca)"), (0.6923, "(69.2% alpaca)"), (0.9999, "(99.9% alpaca)")])
def test_a_dataset_of_several_shapes_is_not_all_of_one(share, said):
    file = {"path": "a.json", "split": None, "format": "json", "rows": 650, "unread": 0}
    profile = {"shape": "alpaca", "shape_share": share}
    subject = {"name": "a.json", "family": "data", "files": [file], "profile": profile}
    assert subject_lines({"subjects": [subject], "passed_over": []}) == f"dataset a.json: 650 records {said}"


def test_steps_that_a_console_does_not_say_are_about(tmp_path):
    """They follow from its seconds and its steps per second, which are rounded."""
    end = "{'train_runtime': 100.0, 'train_steps_per_second': 0.9, 'epoch': 2.0}"
    (tmp_path / "out").mkdir()
    (tmp_path / "out/nohup.out").write_text(f"{{'loss': 2.5, 'epoch': 1.0}}\n{end}\n", encoding="utf-8")
    (run,) = discover(find(tmp_path), [str(tmp_path)]).runs
    told = subject_lines({"subjects": [RunSource(run, find(tmp_path)).described()], "passed_over": []})
    assert "logged in out/nohup.out: 2 rows up to about step 90" in told
