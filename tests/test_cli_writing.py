"""What the command may write, and from where it may be started."""

from __future__ import annotations

import pytest

from tests.conftest import chat, run_tunespec, write_jsonl

PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]


@pytest.mark.parametrize("option", ["--report=json=.", "--gx-suites=a.jsonl"])
def test_what_cannot_be_written_is_said(tmp_path, option):
    write_jsonl(tmp_path / "a.jsonl", PAIR)
    result = run_tunespec("check", "a.jsonl", option, cwd=tmp_path)
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert option.partition("=")[0] in result.stdout


@pytest.mark.parametrize("option", ["--report=json=a.jsonl", "--junit=a.jsonl"])
def test_a_report_never_overwrites_the_data(tmp_path, option):
    path = write_jsonl(tmp_path / "a.jsonl", PAIR)
    before = path.read_bytes()
    result = run_tunespec("check", "a.jsonl", option, cwd=tmp_path)
    assert (result.returncode, "would overwrite" in result.stderr) == (2, True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("module", ["random", "json", "pickle", "tunespec", "queue"])
def test_no_file_of_the_users_stands_in_for_a_module(tmp_path, module):
    write_jsonl(tmp_path / "a.jsonl", PAIR)
    (tmp_path / f"{module}.py").write_text("raise RuntimeError('the user module ran')\n", encoding="utf-8")
    command = ["-P", "-c", "import sys; from tunespec.cli import main; sys.argv = ['x', 'check', 'a.jsonl']; main()"]
    result = run_tunespec(cwd=tmp_path, command=command)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_folder_that_is_gone(tmp_path):
    (tmp_path / "gone").mkdir()
    code = "import os, sys; os.rmdir('../gone'); from tunespec.cli import main; main(['check'])"
    result = run_tunespec(cwd=tmp_path / "gone", command=["-c", code])
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
