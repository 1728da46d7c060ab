"""The checkpoint that a finding names is one that is there, where the run's folder shows which are."""

from __future__ import annotations

import json

import pytest

from tests.conftest import chat, write_jsonl
from tests.step_logs import decay
from tunespec.cache import Cache
from tunespec.config import find
from tunespec.discover import discover
from tunespec.discover_training import with_run
from tunespec.progress import Progress
from tunespec.subject_sources import Sources
from tunespec.training.source import RunSource
from tunespec.training.step_facts.turning import to_keep, turns
from tunespec.training.tables import build

EVALUATED = {50: 1.3, 100: 1.0, 150: 1.1, 200: 1.2, 250: 1.3, 300: 1.4}


def write_state(path, rows=300, **told):
    history = [{"epoch": n / 100, "loss": value, "step": 10 * n} for n, value in enumerate(decay(30), 1)]
    history += [{"epoch": at / 100, "eval_loss": value, "step": at} for at, value in EVALUATED.items()]
    history = sorted((row for row in history if row["step"] <= rows), key=lambda row: row["step"])
    state = {"eval_steps": 50, "global_step": rows, "log_history": history, "max_steps": 300, "save_steps": 50}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**state, "num_train_epochs": 3, **told}, indent=1), encoding="utf-8")


def judged(folder, *logs):
    """What to keep, and what is said of the best evaluation."""
    config = with_run(find(folder), training=[], logs=[str(folder / log) for log in logs])
    (run,) = discover(config, []).runs
    source = RunSource(run, config)
    assert source.logged is not None
    (turn,) = turns(source.logged, 0.05)
    table, _ = build("steps", ["best_not_saved"], source)
    return to_keep(source.logged, turn.best), next(iter(table.column("best_not_saved").values()), "")


def test_a_checkpoint_that_was_deleted(tmp_path):
    for step in (200, 300):
        write_state(tmp_path / f"out/checkpoint-{step}/trainer_state.json", step)
    kept, said = judged(tmp_path)
    assert kept == "keep checkpoint-200, the nearest to it of those that are there"
    assert said == (
        "the best evaluation, 1 at step 100, was not kept: of the checkpoints that are there the nearest is "
        "checkpoint-200, where it is 1.2 (`save_total_limit` deletes the older ones)"
    )


def test_a_checkpoint_that_is_there(tmp_path):
    write_state(tmp_path / "out/trainer_state.json")
    for step in (100, 300):
        write_state(tmp_path / f"out/checkpoint-{step}/trainer_state.json", step)
    assert judged(tmp_path) == ("keep checkpoint-100", "")
    assert judged(tmp_path, "out/trainer_state.json") == ("keep checkpoint-100", "")


def test_a_log_that_was_copied_says_what_it_knows(tmp_path):
    write_state(tmp_path / "trainer_state.json")
    kept, said = judged(tmp_path)
    assert kept == "keep the checkpoint nearest to it: checkpoint-100, if one was saved every 50 steps"
    assert said == ""


def test_a_copied_log_of_one_checkpoint_tells_of_no_other(tmp_path):
    write_state(tmp_path / "checkpoint-300/trainer_state.json")
    assert judged(tmp_path) == (
        "keep the checkpoint nearest to it: checkpoint-100, if one was saved every 50 steps",
        "",
    )


def test_the_best_that_was_noted_and_is_gone(tmp_path):
    best = {"best_metric": 1.0, "best_global_step": 100, "best_model_checkpoint": "out/checkpoint-100"}
    write_state(tmp_path / "out/trainer_state.json", **best)
    assert judged(tmp_path)[0] == "keep out/checkpoint-100"
    write_state(tmp_path / "out/checkpoint-150/trainer_state.json", 150, **best)
    assert judged(tmp_path)[0] == "keep checkpoint-150, the nearest to it of those that are there"
    (tmp_path / "out/checkpoint-100").mkdir()
    write_state(tmp_path / "out/checkpoint-100/trainer_state.json", 100, **best)
    assert judged(tmp_path)[0] == "keep out/checkpoint-100"


def test_checkpoints_of_another_folder_are_not_its(tmp_path):
    write_state(tmp_path / "a/trainer_state.json")
    write_state(tmp_path / "b/checkpoint-100/trainer_state.json", 100)
    assert "if one was saved" in judged(tmp_path, "a/trainer_state.json")[0]


def test_what_was_judged_is_judged_anew_when_a_checkpoint_goes(tmp_path):
    write_jsonl(tmp_path / "train.jsonl", [chat("a", "b")])
    write_state(tmp_path / "out/trainer_state.json")
    write_state(tmp_path / "out/checkpoint-100/trainer_state.json", 100)

    def key():
        config = with_run(find(tmp_path), training=[], logs=[str(tmp_path / "out/trainer_state.json")])
        found = discover(config, [])
        return Sources(config, found, Progress(), Cache(tmp_path)).key(found.runs[0])

    before = key()
    (tmp_path / "out/checkpoint-100/trainer_state.json").unlink()
    assert key() != before


@pytest.mark.parametrize("name", ["checkpoint-best", "checkpoint-", "checkpoints", "tmp-checkpoint-100"])
def test_folders_that_are_no_checkpoint_of_a_step(tmp_path, name):
    write_state(tmp_path / "out/trainer_state.json")
    (tmp_path / "out" / name).mkdir()
    (tmp_path / "out" / name / "trainer_state.json").write_text("{}")
    assert "if one was saved" in judged(tmp_path, "out/trainer_state.json")[0]
