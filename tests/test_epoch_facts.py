"""H001's facts: how often a run sees its records, and whether it trains at all."""

from __future__ import annotations

import pytest

from tests.training_settings import (
    AXOLOTL,
    HUGGING_FACE,
    LLAMA_FACTORY,
    MLX,
    TORCHTUNE,
    TRL_FULL,
    TRL_LORA,
    lines,
    marked,
    reason,
    run_of,
)

KINDS = ("too_many_epochs", "no_training")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TRL_LORA + "num_train_epochs: 5.5\n", "`num_train_epochs: 5.5`: more than 5 passes over the same records"),
        (
            LLAMA_FACTORY + "num_train_epochs: 12.0\n",
            "`num_train_epochs: 12`: more than 5 passes over the same records",
        ),
        (AXOLOTL + "num_epochs: 6\n", "`num_epochs: 6`: more than 5 passes over the same records"),
        (TRL_LORA + "num_train_epochs: 5\n", None),
        (AXOLOTL + "num_epochs: 4\n", None),
        (AXOLOTL + "num_epochs: auto\n", None),
        (AXOLOTL + "num_epochs: 9\nmax_steps: 100\n", None),
        (AXOLOTL + "num_epochs: 9\nrl: grpo\n", None),
    ],
)
def test_passes_over_records_whose_number_is_not_known(tmp_path, text, said):
    assert marked(run_of(tmp_path, text), *KINDS) == ({"too_many_epochs": said} if said else {})


@pytest.mark.parametrize(
    ("records", "epochs", "is_marked"),
    [
        *((1000, 3, False), (1000, 4, True), (999, 5, False), (999, 6, True)),
        *((17, 5, False), (17, 6, True), (10, 10, False), (10, 11, True), (4, 25, False), (3, 26, True)),
    ],
)
def test_passes_over_records_whose_number_is_known(tmp_path, records, epochs, is_marked):
    source = run_of(tmp_path, f"{TRL_LORA}num_train_epochs: {epochs}\n", records=records)
    assert ("too_many_epochs" in marked(source, "too_many_epochs")) is is_marked


def test_steps_are_passes_too(tmp_path):
    text = TRL_LORA + "max_steps: 100\nper_device_train_batch_size: 4\ngradient_accumulation_steps: 2\n"
    source = run_of(tmp_path, text, records=80)
    said = "`max_steps: 100` are 10 passes over the same 80 records, and 5 are enough"
    assert marked(source, *KINDS) == {"too_many_epochs": said}
    assert lines(source, "too_many_epochs") == [7]
    assert marked(run_of(tmp_path, text, records=160), *KINDS) == {}
    on_four = run_of(tmp_path, text, records=160, settings="[training]\ndevices = 4\n")
    assert "are 20 passes over the same 160 records" in marked(on_four, *KINDS)["too_many_epochs"]


def test_iterations_are_passes_too(tmp_path):
    """mlx-lm counts batches before accumulation."""
    text = MLX + "iters: 1000\nbatch_size: 4\ngrad_accumulation_steps: 4\n"
    said = "`iters: 1000` are 10 passes over the same 400 records, and 5 are enough"
    assert marked(run_of(tmp_path, text, records=400), *KINDS) == {"too_many_epochs": said}
    assert marked(run_of(tmp_path, text, records=800), *KINDS) == {}


@pytest.mark.parametrize(
    ("records", "limit", "epochs", "plan"),
    [
        (400, "null", 8, (100, 800, 8)),
        (400, 1000, 8, (100, 800, 8)),  # the records of an epoch last for 100 steps
        (400, 50, 8, (50, 400, 4)),  # half of the records in each epoch
        (None, 50, 8, (50, 400, 8)),
        (None, "null", 8, (None, None, 8)),
    ],
)
def test_a_limit_of_an_epochs_steps_is_no_length(tmp_path, records, limit, epochs, plan):
    text = f"{TORCHTUNE}batch_size: 4\nepochs: {epochs}\nmax_steps_per_epoch: {limit}\n"
    source = run_of(tmp_path, text, records=records)
    assert source.plan is not None
    assert (source.plan.steps_per_epoch, source.plan.steps, source.plan.epochs) == plan
    assert ("too_many_epochs" in marked(source, *KINDS)) is (plan[2] > 5)


@pytest.mark.parametrize(
    ("more", "is_marked"),
    [
        ("load_best_model_at_end: true\n", True),  # of nothing: the run does not evaluate
        ("eval_strategy: epoch\n", True),
        ("eval_strategy: epoch\nload_best_model_at_end: true\n", False),
        ("eval_strategy: steps\neval_steps: 10\nearly_stopping_steps: 3\nval_size: 0.1\n", False),
    ],
)
def test_a_run_that_ends_at_its_best_may_have_many_epochs(tmp_path, more, is_marked):
    source = run_of(tmp_path, f"{LLAMA_FACTORY}num_train_epochs: 20\n{more}")
    assert ("too_many_epochs" in marked(source, *KINDS)) is is_marked


@pytest.mark.parametrize(
    ("more", "is_marked"),
    [
        ("val_set_size: 0.1\nevals_per_epoch: 1\nsaves_per_epoch: 1\n", False),  # loaded unless that is switched off
        ("val_set_size: 0.1\nevals_per_epoch: 1\nsaves_per_epoch: 1\nload_best_model_at_end: false\n", True),
        ("val_set_size: 0.1\neval_steps: 10\nsave_steps: 20\n", False),
        ("val_set_size: 0.1\neval_steps: 10\nsave_steps: 15\n", True),  # a checkpoint is saved unevaluated
        ("val_set_size: 0.1\neval_steps: 10\n", True),
        ("evals_per_epoch: 1\nsaves_per_epoch: 1\n", True),
        ("test_datasets: [{path: x/y}]\nevals_per_epoch: 2\nsaves_per_epoch: 1\n", False),
        ("test_datasets: [{path: x/y}]\nevals_per_epoch: 1\nsaves_per_epoch: 2\n", True),
    ],
)
def test_axolotl_loads_the_best_unless_that_is_switched_off(tmp_path, more, is_marked):
    source = run_of(tmp_path, f"{AXOLOTL}num_epochs: 6\n{more}")
    assert ("too_many_epochs" in marked(source, *KINDS)) is is_marked


@pytest.mark.parametrize(
    ("more", "epochs", "is_marked"),
    [
        ("load_best_model_at_end: true\n", 25, False),
        ("load_best_model_at_end: true\n", 26, True),
        ("load_best_model_at_end: true\nearly_stopping_steps: 3\n", 200, False),
    ],
)
def test_the_best_checkpoint_alone_excuses_no_length(tmp_path, more, epochs, is_marked):
    """Its run goes on to the end, and a schedule made for that is high where the best one is."""
    source = run_of(tmp_path, f"{LLAMA_FACTORY}num_train_epochs: {epochs}\neval_strategy: epoch\n{more}")
    said = f"`num_train_epochs: {epochs}`: more than 5 passes over the same records, and nothing ends it at its best"
    assert marked(source, *KINDS) == ({"too_many_epochs": said} if is_marked else {})


def test_few_records_after_some_are_held_out_or_left(tmp_path):
    """990 of 1,100 are trained on, and 600 where no more are taken."""
    for more, epochs, is_marked in (("val_size: 0.1\n", 4, False), ("", 4, True), ("max_samples: 600\n", 4, False)):
        source = run_of(tmp_path, f"{LLAMA_FACTORY}num_train_epochs: {epochs}\n{more}", records=1100)
        assert ("too_many_epochs" in marked(source, "too_many_epochs")) is is_marked


@pytest.mark.parametrize(
    ("trainer", "load", "expected"),
    [
        ("SFT", "load_dataset('json', data_files='data.jsonl')['train'].train_test_split(0.1)", (900, 113, 1)),
        ("SFT", "{'train': load_dataset('json', data_files='data.jsonl', split='train[:60%]')}", (600, 75, 1)),
        ("SFT", "load_dataset('json', data_files='data.jsonl')['train'].train_test_split(100)", (None, None, 1)),
        ("GRPO", "load_dataset('json', data_files='data.jsonl')", (1000, None, 1)),
    ],
)
def test_a_program_is_planned_by_what_it_trains_on(tmp_path, trainer, load, expected):
    """A step of GRPO is of answers, several of which are to one record."""
    imports = f"from datasets import load_dataset\nfrom trl import {trainer}Config, {trainer}Trainer\n"
    arguments = f"a = {trainer}Config('o', num_train_epochs=1, per_device_train_batch_size=8)\n"
    made = f"d = {load}\n{trainer}Trainer('m', args=a, train_dataset=d['train']).train()\n"
    plan = run_of(tmp_path, imports + arguments + made, name="train.py", records=1000).plan
    assert plan is not None
    assert (plan.records, plan.steps, plan.epochs) == expected


def test_steps_of_reinforcement_learning_are_no_passes(tmp_path):
    text = "learning_rate: 1.0e-6\nnum_generations: 8\nlogging_steps: 1\noutput_dir: o\nmax_steps: 200\n"
    plan = run_of(tmp_path, text, records=304).plan
    assert plan is not None
    assert (plan.steps, plan.epochs) == (200, None)


def test_records_that_are_only_partly_at_hand_are_not_counted(tmp_path):
    text = "base_model: m\ndatasets:\n  - path: data.jsonl\n  - path: acme/more\nnum_epochs: 4\n"
    source = run_of(tmp_path, text, records=2000)
    assert source.trained_on is None
    assert marked(source, "too_many_epochs") == {}
    assert run_of(tmp_path, text.replace("  - path: acme/more\n", ""), records=2000).trained_on == 2000


def test_thresholds_are_the_users(tmp_path):
    settings = "[pitfalls.overtraining]\nepochs = 8.0\nmany = 10\n"
    text = TRL_LORA + "num_train_epochs: 8\n"
    assert marked(run_of(tmp_path, text, records=20, settings=settings), "too_many_epochs") == {}
    assert marked(run_of(tmp_path, text, settings=settings), "too_many_epochs") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TRL_FULL + "num_train_epochs: 0\n", "`num_train_epochs: 0`: the run ends before its first step"),
        (HUGGING_FACE + "num_train_epochs: -1\n", "`num_train_epochs: -1`: the run ends before its first step"),
        (AXOLOTL + "num_epochs: 0\n", "`num_epochs: 0`: the run ends before its first step"),
        (AXOLOTL + "learning_rate: 0\n", "`learning_rate: 0`: no step changes a weight"),
        (AXOLOTL + "learning_rate: -0.001\n", "`learning_rate: -0.001`: the optimizer refuses a number below 0"),
        (
            TRL_FULL + "learning_rate: 0.00002\nweight_decay: -0.1\n",
            "`weight_decay: -0.1`: the optimizer refuses a number below 0",
        ),
        (TRL_FULL + "num_train_epochs: 0\nmax_steps: 10\n", None),
        (HUGGING_FACE + "num_train_epochs: 0\ndo_train: false\n", None),
        (TRL_FULL + "num_train_epochs: 0.1\nweight_decay: 0\n", None),
    ],
)
def test_a_run_that_trains_nothing(tmp_path, text, said):
    assert marked(run_of(tmp_path, text), *KINDS) == ({"no_training": said} if said else {})


def test_reasons(tmp_path):
    assert reason(run_of(tmp_path, AXOLOTL + "num_epochs: 9\nrl: grpo\n"), "too_many_epochs") == (
        "reinforcement learning makes its answers anew in each epoch"
    )
    assert reason(run_of(tmp_path, HUGGING_FACE + "do_train: false\n"), "no_training") == (
        "it is not meant to train (`do_train: false`)"
    )
    unknown = run_of(tmp_path, AXOLOTL + "max_steps: 100\n")
    assert reason(unknown, "too_many_epochs") == "how many epochs the run has is not known"
