"""Hugging Face's arguments that are a part of a program's own file are read, with the keys that stand there."""

from __future__ import annotations

import pytest

from tests.training_settings import lines, marked, run_of

ARGUMENTS = "output_dir: out, learning_rate: {}, num_train_epochs: 40, per_device_train_batch_size: 1"
TARGET = "model: {{name: a}}\nrun:\n  trainer: {{_target_: {}, num_train_epochs: 40}}\n"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"training_args: {{{ARGUMENTS.format(2e-5)}}}\n", "training_args.num_train_epochs"),
        (f"training_arguments: {{{ARGUMENTS.format(2e-5)}}}\n", "training_arguments.num_train_epochs"),
        (TARGET.format("transformers.TrainingArguments"), "run.trainer.num_train_epochs"),
        (TARGET.format("trl.SFTConfig"), "run.trainer.num_train_epochs"),
    ],
)
def test_arguments_within_a_file_are_judged(tmp_path, text, key):
    source = run_of(tmp_path, text)
    assert marked(source, "too_many_epochs") == {
        "too_many_epochs": f"`{key}: 40`: more than 5 passes over the same records"
    }
    assert lines(source, "too_many_epochs") == [text.count("\n")]


def test_what_stands_elsewhere_is_not_known(tmp_path):
    given = ARGUMENTS.format("'${rate}'")
    spec = run_of(tmp_path, f"training_args:\n  {{{given}, max_seq_length: 64}}\n").spec
    assert spec is not None
    assert (spec.method, spec.objective, spec.value("max_length")) == ("", "", 64)  # any script has `max_seq_length`
    assert [spec.is_known(name) for name in ("learning_rate", "validation_data", "collator")] == [False] * 3


@pytest.mark.parametrize(
    "text",
    [
        "training_args: {learning_rate: 2.0}\n",
        f"mine: {{{ARGUMENTS.format(1)}}}\n",
        TARGET.format("own.TrainingArguments"),
        "learning_rate: 1\ntraining_args: out\n",
    ],
)
def test_other_mappings_are_no_arguments(tmp_path, text):
    assert run_of(tmp_path, text).spec is None
