"""Logs that lie together: those of one run, of launches one after the other, and of runs that nobody put apart."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.step_logs import curve, decay, evaluated, state
from tunespec.config import find
from tunespec.discover import discover
from tunespec.discover_logs import logs_by_run
from tunespec.subjects import DataFile
from tunespec.training.launches import launched, newest, runs_of
from tunespec.training.logs import FORMATS, Log, Logged
from tunespec.training.source import RunSource
from tunespec.training.step_facts.logged_run import logged_run

ONE, OTHER = decay(40, seed=1), decay(40, seed=2)


def torchtune(first, last, losses=ONE):
    """The text of torchtune's logger from one step to another."""
    return "".join(f"Step {n} | loss:{losses[(n - 1) % 40]} lr:2e-05 \n" for n in range(first, last + 1))


def trainer_state(losses=ONE, rows=40):
    history = [{"epoch": n / 20, "loss": round(losses[n - 1], 4), "step": n} for n in range(1, rows + 1)]
    return json.dumps({"global_step": rows, "log_history": history, "max_steps": 40, "num_train_epochs": 2}, indent=1)


def console(losses=ONE):
    return "".join(f"{{'loss': {value:.4g}, 'epoch': {n / 20:.2f}}}\n" for n, value in enumerate(losses, 1))


def runs_in(folder, files):
    """Name -> (the log that is judged, its steps, what is said of others), for each run under a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    config = find(folder)
    told = {}
    for run in discover(config, []).runs:
        logged = RunSource(run, config).logged
        said = RunSource(run, config).described()["profile"].get("undecided", [])
        assert logged is not None
        told[run.name] = logged.path, len(logged.rows), [line for line in said if line.startswith("not judged")]
    return told


def test_of_launches_the_newest_is_judged(tmp_path):
    """torchtune writes a log for each launch into one folder."""
    files = {f"out/log_{1764000000 + at}.txt": torchtune(1, 5 + at, (ONE, OTHER)[at % 2]) for at in range(3)}
    assert runs_in(tmp_path, files) == {
        "out": (
            "out/log_1764000002.txt",
            7,
            ["not judged: out/log_1764000000.txt, out/log_1764000001.txt (launched earlier)"],
        )
    }


def test_of_launches_in_one_console_the_last_is_judged(tmp_path):
    files = {"nohup.out": "".join(console(OTHER).splitlines(keepends=True)[:12]) + console()}
    said = "not judged: 12 rows of nohup.out (of an earlier launch in it)"
    assert runs_in(tmp_path, files) == {"nohup.out": ("nohup.out", 40, [said])}


def test_of_many_launches_five_are_named(tmp_path):
    files = {f"log_{at}.txt": torchtune(1, 20, decay(40, seed=at)) for at in range(8, 16)}
    ((path, _, (said,)),) = runs_in(tmp_path, files).values()
    assert path == "log_15.txt"
    assert said == "not judged: log_8.txt, log_9.txt, log_10.txt, log_11.txt, log_12.txt and 2 more (launched earlier)"


def test_the_report_has_them_all(tmp_path):
    runs_in(tmp_path, {f"log_{at}.txt": torchtune(1, 20, decay(40, seed=at)) for at in range(8, 16)})
    (run,) = discover(find(tmp_path), []).runs
    told = RunSource(run, find(tmp_path)).described()["profile"]["log"]
    assert told["not_judged"] == [f"log_{at}.txt" for at in range(8, 15)]


def test_events_are_of_the_run_around_them(tmp_path):
    """The Trainer writes them to ``runs/<launch>`` in its output folder; a folder with more in it is a run's own."""
    own = {"out": ["out/trainer_state.json", "out/runs/Jan01_host/events.out.tfevents.1764000000.host.1.0"]}
    own["runs/a"] = ["runs/a/trainer_state.json", "runs/a/events.out.tfevents.1764000000.host.1.0"]
    files = [DataFile(tmp_path / name, name, None, "log") for names in own.values() for name in names]
    assert {name: [file.shown for file in group] for name, group in logs_by_run(files).items()} == own


def test_the_logs_of_a_resumed_run_are_one(tmp_path):
    files = {"log_1.txt": torchtune(1, 25), "log_2.txt": torchtune(21, 40, OTHER), "log_3.txt": torchtune(41, 60)}
    assert runs_in(tmp_path, files) == {"log_3.txt": ("log_3.txt", 60, [])}


def test_a_resumed_run_that_is_not_as_far_as_it_was(tmp_path):
    files = {"log_1.txt": torchtune(1, 40), "log_2.txt": torchtune(11, 20, OTHER)}
    assert runs_in(tmp_path, files) == {"log_2.txt": ("log_2.txt", 20, [])}


def test_a_resumed_run_beside_a_new_one(tmp_path):
    files = {"log_1.txt": torchtune(1, 20), "log_2.txt": torchtune(21, 40), "log_3.txt": torchtune(1, 10, OTHER)}
    assert runs_in(tmp_path, files) == {
        "log_3.txt": ("log_3.txt", 10, ["not judged: log_1.txt, log_2.txt (launched earlier)"])
    }


def test_names_without_a_time_are_resumed_too(tmp_path):
    files = {"logs/again.txt": torchtune(21, 40, OTHER), "logs/train.txt": torchtune(1, 25)}
    assert runs_in(tmp_path, files) == {"logs": ("logs/again.txt", 40, [])}


@pytest.mark.parametrize("write", [trainer_state, console])
def test_runs_that_share_a_folder_are_both_judged(tmp_path, write):
    suffix = "json" if write is trainer_state else "log"
    names = [f"kept/a_trainer_state.{suffix}", f"kept/b_trainer_state.{suffix}"]
    told = runs_in(tmp_path, {names[0]: write(ONE), names[1]: write(OTHER)})
    assert told == {name: (name, 40, []) for name in names}


def test_folders_are_runs(tmp_path):
    files = {f"runs/{name}/trainer_state.json": trainer_state(ONE) for name in ("run1", "run2")}
    files |= {f"runs/{name}/checkpoint-20/trainer_state.json": trainer_state(ONE, 20) for name in ("run1", "run2")}
    assert list(runs_in(tmp_path, files)) == ["runs/run1", "runs/run2"]


def test_one_run_in_every_form_it_wrote(tmp_path):
    rows = [
        {"current_steps": n, "total_steps": 40, "loss": round(ONE[n - 1], 4), "epoch": n / 20} for n in range(1, 41)
    ]
    files = {
        "out/trainer_state.json": trainer_state(),
        "out/trainer_state_copy.json": trainer_state(),
        "out/checkpoint-20/trainer_state.json": trainer_state(ONE, 20),
        "out/trainer_log.jsonl": "\n".join(map(json.dumps, rows)),
        "out/all_results.json": json.dumps({"epoch": 2.0, "train_loss": 1.0, "train_runtime": 9.0}),
        "out/train.log": console(),
    }
    (told,) = runs_in(tmp_path, files).values()
    assert told == ("out/trainer_state.json", 40, [])


def test_the_last_checkpoint_names_a_run_in_the_projects_folder(tmp_path):
    files = {f"checkpoint-{at}/trainer_state.json": trainer_state(ONE, at) for at in (9, 10, 30)}
    told = runs_in(tmp_path, files)
    assert told == {"checkpoint-30/trainer_state.json": ("checkpoint-30/trainer_state.json", 30, [])}


def test_a_checkpoint_of_a_former_run_is_named(tmp_path):
    files = {
        "out/trainer_state.json": trainer_state(OTHER, 39),
        "out/checkpoint-40/trainer_state.json": trainer_state(ONE),
        "out/train.log": console(OTHER),
    }
    said = "not judged: out/train.log, out/trainer_state.json (of another run: other losses at the same steps)"
    assert runs_in(tmp_path, files) == {"out": ("out/checkpoint-40/trainer_state.json", 40, [said])}


# --- which logs agree ---


def paths(*logs):
    return [[path for path, _ in run] for run in runs_of(logs)]


def test_other_intervals_are_other_runs():
    one, other = state(curve(values=ONE, every=10)), state(curve(values=OTHER, every=7))
    assert paths(("a", one), ("b", other)) == [["a"], ["b"]]
    rare = state(curve(values=ONE[:5], every=10)), state(curve(values=OTHER[:3], every=7))
    assert paths(("a", rare[0]), ("b", rare[1])) == [["a"], ["b"]]


def test_a_log_of_evaluations_belongs_to_the_one_of_training():
    train = Log("mistral", tuple(curve(values=ONE)))
    rows = [row._replace(values={**row.values, "loss": 9.0}) for row in evaluated([1.5, 1.2], 400)]
    assert paths(("metrics.eval.jsonl", Log("mistral", tuple(rows))), ("metrics.train.jsonl", train)) == [
        ["metrics.eval.jsonl", "metrics.train.jsonl"]
    ]


def test_nan_is_as_nan():
    nan = [float("nan")] * 30
    dead = state(curve(values=ONE[:10] + nan))
    assert paths(("a", dead), ("b", dead)) == [["a", "b"]]
    assert paths(("a", dead), ("b", state(curve(values=ONE)))) == [["a"], ["b"]]


def test_what_holds_no_losses_contradicts_nothing():
    assert paths(("a", state()), ("b", state())) == [["a", "b"]]
    assert runs_of([]) == []


def test_a_part_without_what_it_goes_on_with():
    later = state(curve(values=ONE)[20:]), state(curve(values=OTHER)[20:])
    assert paths(("a", later[0]), ("b", later[1])) == [["a", "b"]]


LOSS = st.floats() | st.sampled_from([1.0, 0.5])
PLACED = st.builds(
    Logged,
    st.none() | st.integers(0, 9) | st.integers(0, 10**18),
    st.none() | st.floats(),
    st.dictionaries(st.sampled_from(["loss", "eval_loss", "reward"]), LOSS, min_size=1),
)
NAMED = st.sampled_from(["a.log", "log_1.txt", "log_2.txt", "slurm-3.out", "2026-01-01.log", "trainer_state.json"])


@given(st.lists(st.tuples(NAMED, st.sampled_from(sorted(FORMATS)), st.lists(PLACED, max_size=6)), max_size=6))
def test_each_log_is_of_one_run(drawn):
    logs = [(f"{at}/{name}", Log(format_, tuple(rows))) for at, (name, format_, rows) in enumerate(drawn)]
    runs = runs_of(logs)
    assert sorted(path for run in runs for path, _ in run) == sorted(path for path, _ in logs)
    for run in runs:
        assert logged_run(run).path in {path for path, _ in run}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("out/log_999.txt", "out/log_1000.txt"),
        ("b/events.out.tfevents.1764000000.host.9.0", "a/events.out.tfevents.1764000001.host.1.0"),
        ("slurm-99.out", "slurm-100.out"),
        ("train_20251231_235959.log", "train_20260101_000000.log"),
        ("2025-12-31T10:00.log", "2026-01-01T09:00.log"),
        ("run-1764000000.log.gz", "run-1764000001.log.gz"),
    ],
)
def test_times_in_names(earlier, later):
    assert (launched(earlier) or ()) < (launched(later) or ())
    runs = [[(later, state())], [(earlier, state())]]
    assert newest(runs) is runs[0]


@pytest.mark.parametrize("name", ["trainer_state.json", "train2.log", "lr2e-4.log", "log.txt", "llama-3.1-8b.log"])
def test_numbers_that_are_no_times(name):
    assert launched(name) is None
    assert newest([[(name, state())], [("log_1.txt", state())]]) is None
