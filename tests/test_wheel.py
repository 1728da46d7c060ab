"""The built wheel, installed beside nothing of this checkout, gives the same verdict."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.conftest import chat, run_tunespec, write_jsonl
from tests.wheels import ROOT, build_wheel, install_wheel, without_checkout

PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def run_installed(programs, program, *arguments, cwd):
    command = [str(programs / program), *arguments]
    return subprocess.run(
        command, cwd=cwd, env=without_checkout(), capture_output=True, encoding="utf-8", timeout=120, check=False
    )


def test_the_wheel_carries_the_specification_and_the_fixtures(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"tunespec/report/schema.json", "tunespec/py.typed"} <= names
    shipped = {f"tunespec/suite/{path.relative_to(ROOT).as_posix()}" for path in ROOT.glob("tests_*/test_*.py")}
    assert shipped <= names
    assert any(name.startswith("tunespec/suite/fixtures/golden/data/") for name in names)
    assert not [name for name in names if name.startswith(("tests", "benchmarks"))]


def test_the_wheel_in_a_virtual_environment_of_a_project_says_the_same(wheel, tmp_path):
    """Installed into ``.venv`` of the judged project, where pytest would not look for tests by itself."""
    programs = install_wheel(wheel, tmp_path / ".venv")
    (tmp_path / "conftest.py").write_text("raise RuntimeError('the project is not asked')\n", encoding="utf-8")
    write_jsonl(tmp_path / "data/train.jsonl", [*PAIR, PAIR[0]])
    write_jsonl(tmp_path / "data/test.jsonl", [PAIR[1]])
    ours = run_tunespec("check", "data", "--format=json", cwd=tmp_path)
    shutil.rmtree(tmp_path / ".tunespec_cache")
    theirs = run_installed(programs, "tunespec", "check", "data", "--format=json", cwd=tmp_path)
    where = run_installed(programs, "python", "-c", "import tunespec; print(tunespec.__file__)", cwd=tmp_path)
    assert Path(where.stdout).is_relative_to(tmp_path / ".venv")
    reports = [json.loads(result.stdout) for result in (ours, theirs)]
    for report in reports:
        del report["summary"]["seconds"]
    assert reports[0] == reports[1]
    assert (ours.returncode, theirs.returncode) == (1, 1)


def test_explain_finds_the_packaged_examples(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    result = run_tunespec("explain", "D005", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert str(tmp_path / "tunespec/suite/fixtures/D005-duplicate-record") in result.stdout
