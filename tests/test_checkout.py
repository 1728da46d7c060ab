"""The checkout's own configuration and commands judge what they are asked to, and nothing of the checkout's besides."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import chat, write_jsonl
from tunespec.config import find
from tunespec.discover import discover

ROOT = Path(__file__).resolve().parents[1]
MAKE = shutil.which("make")
BROKEN = ROOT / "fixtures/T001-missing-stop-sequence/bad-unstopped_turn_end"


def test_a_modelfile_that_is_named_is_judged_rather_than_the_checkouts(judge, tmp_path):
    shutil.copytree(BROKEN, tmp_path / "project")
    code, report = judge(ROOT, [os.fspath(tmp_path / "project")], select=["T001"])
    (finding,) = report["findings"]
    assert (code, finding["kind"], finding["line"]) == (1, "unstopped_turn_end", 15)
    assert Path(finding["path"]) == tmp_path / "project/Modelfile"


def test_data_is_judged_without_the_checkouts_modelfile_and_probes(tmp_path):
    data = write_jsonl(tmp_path / "data.jsonl", [chat("What is the Seine?", "A river through Paris.")])
    found = discover(find(ROOT), [os.fspath(data)])
    assert found.templates == ()
    assert [dataset.probes for dataset in found.datasets] == [()]


def test_without_a_path_the_golden_project_is_judged(monkeypatch):
    monkeypatch.chdir(ROOT)
    found = discover(find(ROOT), [])
    (pair,), (dataset,), (run,) = found.templates, found.datasets, found.runs
    assert (pair.name, run.name) == ("fixtures/golden/Modelfile", "fixtures/golden/sft.yaml")
    assert [probes.shown for probes in dataset.probes] == ["fixtures/golden/probes.jsonl"]


@pytest.mark.skipif(MAKE is None or os.name == "nt", reason="no make, or none of Unix")
@pytest.mark.parametrize(
    ("told", "judged"), [([], "fixtures/golden"), (["DATA=my $$1 data.jsonl"], "my $1 data.jsonl")]
)
def test_make_check_hands_on_one_path(tmp_path, told, judged):
    program = tmp_path / "bin/tunespec"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "installed").touch()
    command = [MAKE, "-s", "check", f"VENV={tmp_path}", *told]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines() == ["check", judged]
