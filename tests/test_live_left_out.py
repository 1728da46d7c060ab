"""A run without the live tests says so at its beginning: a number of skipped tests does not."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = "live tests: left out (TUNESPEC_LIVE=0)"
PROGRAM = '#!/bin/sh\necho "$(basename "$0") $*"\n'


@pytest.mark.parametrize(
    ("wish", "is_there", "said"),
    [
        ("0", True, LEFT_OUT),
        ("", False, "live tests: left out, there is no Ollama: `python -m tests.live` builds it once"),
        ("", True, None),
    ],
)
def test_pytest_says_it(monkeypatch, tmp_path, wish, is_there, said):
    conftest = runpy.run_path(str(ROOT / "conftest.py"))
    monkeypatch.setenv("TUNESPEC_LIVE", wish)
    monkeypatch.setattr("tests.live.install.find", lambda: tmp_path if is_there else None)
    assert conftest["pytest_report_header"]() == said


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("make") is None, reason="needs make and a shell")
@pytest.mark.parametrize(
    ("wish", "said"), [("0", LEFT_OUT), ("", "python -m tests.live"), ("1", "python -m tests.live")]
)
def test_make_says_it(tmp_path, wish, said):
    (tmp_path / "bin").mkdir()
    for name in ("python", "pytest"):
        (tmp_path / "bin" / name).write_text(PROGRAM, encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    for name in ("installed", "developing"):
        (tmp_path / name).touch()
    command = ["make", "--no-print-directory", "test", f"VENV={tmp_path}"]
    made = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "TUNESPEC_LIVE": wish}, capture_output=True, text=True, check=False
    )
    assert [line for line in made.stdout.splitlines() if "pytest" not in line] == [said]
