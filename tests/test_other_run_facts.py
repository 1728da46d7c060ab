"""A log beside a configuration that it contradicts; what only looks like that is none."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.step_logs import curve, decay, rows_of, state
from tests.training_settings import AXOLOTL, HUGGING_FACE, LLAMA_FACTORY, MLX, run_of
from tunespec.training.logs.log import Log

BASE = f"{HUGGING_FACE}max_length: 64\nnum_train_epochs: 3\nlearning_rate: 2.0e-4\nper_device_train_batch_size: 4\n"


def rated(peak=2e-4, rows=20, warmup=2, start=0):
    """Rows with a rate that rises over ``warmup`` rows and then falls to 0."""
    drawn = curve(values=decay(rows))
    rates = [peak * (n / warmup if n <= warmup else (rows - n) / (rows - warmup)) for n in range(1, rows + 1)]
    whole = [row._replace(values={**row.values, "learning_rate": rate}) for row, rate in zip(drawn, rates, strict=True)]
    return whole[start:]


def said(folder, text, log):
    """What is said of the log with a configuration of this text; None if nothing was compared."""
    spec = run_of(folder, text).spec
    (fact,) = rows_of(log, spec=spec, wanted=["other_run"]).found()
    assert fact.examined or fact.reason
    return next((mark.text for mark in fact.marks.values()), "") if fact.examined else None


def test_its_own_log_is_no_other(tmp_path):
    assert said(tmp_path, BASE, state(rated(), train_batch_size=4)) == ""


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (("num_train_epochs: 3", "num_train_epochs: 5"), "`num_train_epochs: 5`, and the log is of a run of 3 epochs"),
        (("num_train_epochs: 3", "max_steps: 500"), "`max_steps: 500`, and the log is of a run of 200 steps"),
        (("2.0e-4", "1.0e-4"), "`learning_rate: 0.0001`, and the log has a learning rate of at most 0.0002"),
        (("2.0e-4", "4.0e-4"), "`learning_rate: 0.0004`, and the log has a learning rate of at most 0.0002"),
        (
            ("batch_size: 4", "batch_size: 8"),
            "`per_device_train_batch_size: 8`, and the log has a `train_batch_size` of 4",
        ),
    ],
)
def test_a_number_that_was_changed_since(tmp_path, changed, told):
    expected = f"the log is of another run, or the configuration was changed since: {told}"
    assert said(tmp_path, BASE.replace(*changed), state(rated(), train_batch_size=4)) == expected


def test_all_that_differs_is_said(tmp_path):
    told = said(tmp_path, BASE, state(rated(5e-4), num_train_epochs=1.0, train_batch_size=3))
    assert told.count(", and the log ") == 3


@pytest.mark.parametrize(
    ("text", "log"),
    [
        (BASE, state(rated(), train_batch_size=8)),  # two GPUs of one process
        (BASE + "auto_find_batch_size: true\n", state(rated(), train_batch_size=2)),
        (BASE.replace("epochs: 3", "epochs: 2.5"), state(rated())),  # the trainer rounds it up
        (BASE.replace("num_train_epochs: 3", "max_steps: 200"), state(rated(), num_train_epochs=1.0)),
        (BASE, state(rated(peak=1e-4), max_steps=400)),  # it goes on
        (BASE, state(rated(peak=1e-4), cut_off=True)),
        (BASE, state(rated(peak=1e-4, warmup=20))),  # its warm-up did not end
        (BASE, state(rated(start=8))),  # only what came after it was resumed
        (BASE + "lr_scheduler_type: inverse_sqrt\n", state(rated(peak=1e-4))),
        (BASE + "optim: galore_adamw_layerwise\n", state(rated(peak=1e-3))),
        (BASE.replace("2.0e-4", "auto"), state(rated())),
        (AXOLOTL + "micro_batch_size: 2\nsample_packing: true\nnum_epochs: 3\n", state(rated(), train_batch_size=1)),
    ],
)
def test_what_is_none(tmp_path, text, log):
    assert said(tmp_path, text, log) == ""


def test_epochs_follow_from_steps_where_the_log_has_no_number_of_them(tmp_path):
    log = replace(state(rated()), format="llamafactory", num_train_epochs=None)
    assert said(tmp_path, f"{LLAMA_FACTORY}num_train_epochs: 3\n", log) == ""
    assert said(tmp_path, f"{LLAMA_FACTORY}num_train_epochs: 2.9\n", log) == ""
    told = said(tmp_path, f"{LLAMA_FACTORY}num_train_epochs: 2\n", log)
    assert told.endswith("`num_train_epochs: 2`, and the log is of a run of 3 epochs")


def test_the_numbers_of_a_console_are_rounded(tmp_path):
    text = BASE.replace("num_train_epochs: 3", "max_steps: 205")
    assert said(tmp_path, text, replace(state(rated()), format="console")) == ""
    assert said(tmp_path, text, state(rated())) != ""


def test_mlx_counts_iterations(tmp_path):
    assert said(tmp_path, f"{MLX}iters: 200\n", replace(state(rated()), format="mlx")) == ""
    assert said(tmp_path, f"{MLX}iters: 100\n", replace(state(rated()), format="mlx")).endswith("a run of 200 steps")


@pytest.mark.parametrize("text", [LLAMA_FACTORY, MLX, HUGGING_FACE])
def test_nothing_is_compared_that_is_not_written(tmp_path, text):
    assert said(tmp_path, text, state(rated())) is None


def test_numbers_that_are_none(tmp_path):
    rows = [row._replace(values={"loss": 1.0, "learning_rate": math.nan}) for row in rated()]
    assert said(tmp_path, BASE, state(rows)) == ""
    assert said(tmp_path, BASE.replace("num_train_epochs: 3", ""), Log("trainer_state", ())) is None
