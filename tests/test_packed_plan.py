"""What a run comes to whose sequences are filled with several records: bounds that hold whatever the vocabulary is."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training_settings import AXOLOTL, LLAMA_FACTORY, MISTRAL, TRL_FULL, marked, run_of
from tunespec.training.plan import plan_of

SIZES = st.lists(st.integers(1, 600), min_size=1, max_size=60)


def plan(tmp_path, text, records=400):
    found = run_of(tmp_path, text, records=records).plan
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "sequences", "steps", "said"),
    [
        (AXOLOTL + "num_epochs: 3\nmicro_batch_size: 8\n", 400, 150, "150 steps"),
        (AXOLOTL + "num_epochs: 3\nmicro_batch_size: 8\nsample_packing: true\n", 184, 69, "at most 69 steps"),
        (LLAMA_FACTORY + "num_train_epochs: 3\npacking: true\ncutoff_len: 4096\n", 24, 9, "at most 9 steps"),
        (TRL_FULL + "num_train_epochs: 3\npacking: true\nmax_steps: 40\n", 184, 40, "40 steps"),
        (TRL_FULL + "num_train_epochs: 1\npacking: true\npacking_strategy: wrapped\n", 92, 12, "at most 12 steps"),
    ],
)
def test_sequences_are_filled(tmp_path, text, sequences, steps, said):
    found = plan(tmp_path, text)
    assert (found.records, found.sequences, found.steps, found.steps_said) == (400, sequences, steps, said)


def test_steps_over_full_sequences_are_many_passes(tmp_path):
    text = MISTRAL + "max_steps: 3000\ndata:\n  instruct_data: data.jsonl\n"
    found = plan(tmp_path, text)
    assert (found.batch_said, found.steps_said, found.epochs_said) == ("1 sequence", "3,000 steps", "at least 32.6")
    said = "`max_steps: 3000` are at least 32.6 passes over the same 400 records, and 5 are enough"
    assert marked(run_of(tmp_path, text, records=400), "too_many_epochs") == {"too_many_epochs": said}


def test_without_the_records_nothing_is_said_of_passes(tmp_path):
    assert plan(tmp_path, MISTRAL + "max_steps: 3000\n", None).epochs is None


def test_a_warmup_longer_than_the_most_steps_is_endless(tmp_path):
    text = AXOLOTL + "num_epochs: 3\nmicro_batch_size: 8\nsequence_len: 8192\nwarmup_steps: 50\n"
    assert "endless_warmup" not in marked(run_of(tmp_path, text, records=400), "endless_warmup")
    packed = marked(run_of(tmp_path, text + "sample_packing: true\n", records=400), "endless_warmup")
    assert "of the run of at most 6 steps" in packed["endless_warmup"]


def test_a_step_of_more_sequences_than_the_records_fill(tmp_path):
    text = AXOLOTL + "num_epochs: 3\nmicro_batch_size: 64\nsequence_len: 8192\nsample_packing: true\n"
    said = marked(run_of(tmp_path, text, records=400), "batch_over_dataset")["batch_over_dataset"]
    assert said.endswith("64 sequences in a step, and 400 records fill at most 12")


@given(sizes=SIZES, length=st.integers(600, 2000))
def test_no_packing_needs_more_sequences(tmp_path_factory, sizes, length):
    """Next-fit, the simplest one, needs the most; every other of the trainers' strategies needs no more."""
    folder = tmp_path_factory.mktemp("run")
    spec = run_of(folder, f"{AXOLOTL}sample_packing: true\n".replace("512", str(length))).spec
    needed, room = 0, 0
    for size in sizes:
        if size > room:
            needed, room = needed + 1, length
        room -= size
    assert spec is not None
    most = plan_of(spec, len(sizes), 1, sum(sizes)).sequences or 0
    assert needed <= most <= len(sizes)
    assert most >= math.ceil(sum(sizes) / length)
