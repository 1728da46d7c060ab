"""What the text report says of runs, and of what was not judged, without a check."""

from __future__ import annotations

from typing import Any

import pytest

from tests.training_settings import TRL_FULL, run_of
from tunespec.config import find
from tunespec.discover import discover
from tunespec.report.text import render_text
from tunespec.training.source import RunSource

SUMMARY = {"rows": 0, "seconds": 1.0, "errors": 0, "warnings": 0, "skipped": 0}


def text_of(pitfalls: list[dict[str, Any]], subjects: list[dict[str, Any]] | None = None) -> list[str]:
    report = {"subjects": subjects or [], "passed_over": [], "findings": [], "errors": [], "summary": SUMMARY}
    return render_text({**report, "pitfalls": pitfalls}, {}).splitlines()


def pitfall(code: str, status: str, reason: str, subject: str | None = "run") -> dict[str, Any]:
    name = f"name-{code.lower()}"
    told = {"code": code, "name": name, "kind": "k", "table": "t", "status": status, "reason": reason}
    return told | {"subject": subject}


def test_what_is_off_is_said_once():
    rows = [pitfall("D001", "off", "--ignore", subject) for subject in ("a", "b")]
    assert "off: D001.k: --ignore" in text_of(rows)


def test_pitfalls_that_are_skipped_for_one_reason_share_a_line():
    rows = [pitfall(code, "skipped", "no configuration") for code in ("H002", "H005")]
    rows += [pitfall("D006", "skipped", "no topic")]
    assert {"skipped: H002, H005 in run: no configuration", "skipped: D006 name-d006 in run: no topic"} <= {
        *text_of(rows)
    }


def test_families_of_which_nothing_is_there_share_a_sentence():
    rows = [pitfall("D001", "skipped", why, None) for why in ("no dataset", "no model")]
    rows += [pitfall("I001", "skipped", "no model", None)]
    assert "not judged: no dataset; no model; --format json names the pitfalls" in text_of(rows)


@pytest.mark.parametrize(
    ("settings", "beside", "said"),
    [
        ("num_train_epochs: 1\nper_device_train_batch_size: 1\n", {}, "1 epoch, 1 record a step on each device"),
        ("num_train_epochs: 2\n", {}, "2 epochs, 8 records a step on each device"),
        (
            "num_train_epochs: 2\ndeepspeed: ds.json\n",
            {"ds.json": '{"train_batch_size": 64, "zero_optimization": {"stage": 2}}'},
            "2 epochs, 64 records a step on all devices together",
        ),
    ],
)
def test_what_a_run_comes_to(tmp_path, settings, beside, said):
    source = run_of(tmp_path, TRL_FULL + settings, beside=beside)
    assert f"  {said}" in text_of([], [source.described()])


@pytest.mark.parametrize(
    ("named", "said"), [("a/b", "dataset (a/b) is not"), ("a/b, c/d", "datasets (a/b, c/d) are not")]
)
def test_data_that_is_not_at_hand(tmp_path, named, said):
    names = "".join(f"  - {{path: {name}, type: alpaca}}\n" for name in named.split(", "))
    (tmp_path / "x.yaml").write_text(f"base_model: m\nmicro_batch_size: 2\ndatasets:\n{names}", encoding="utf-8")
    (run,) = discover(find(tmp_path), [str(tmp_path / "x.yaml")]).runs
    assert run.no_dataset == f"its {said} at hand"


def test_a_run_that_is_a_log_alone_has_its_name(tmp_path):
    state = '{"log_history": [{"loss": 1.0, "step": 1}]}'
    (tmp_path / "trainer_state.json").write_text(state, encoding="utf-8")
    (tmp_path / "all_results.json").write_text('{"train_runtime": 1.0, "train_loss": 1.0}', encoding="utf-8")
    (tmp_path / "tunespec.toml").write_text("", encoding="utf-8")
    assert [run.name for run in discover(find(tmp_path), [str(tmp_path)]).runs] == ["trainer_state.json"]


def test_a_run_of_several_of_a_program_is_not_found_with_its_own_file(tmp_path):
    text = "from trl import SFTTrainer, DPOTrainer\nSFTTrainer('a')\nDPOTrainer('b')\n"
    (tmp_path / "train.py").write_text(text, encoding="utf-8")
    found = discover(find(tmp_path), [str(tmp_path)])
    runs = [RunSource(run, find(tmp_path)).described() for run in found.runs]
    text = "\n".join(text_of([], runs))
    assert "training run train.py:SFTTrainer" in text
    assert "with train.py" not in text
