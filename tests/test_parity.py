"""One verdict on a project with findings, whoever asks: check, pytest, any number of processes.

The golden project, the checkout's own run and the wheel: ``test_parity_golden.py``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from tests.conftest import chat, run_tunespec, write_jsonl


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    animals = ["owl", "fox", "bear", "crane", "otter", "lynx", "newt", "hare"]
    talk = [chat(f"Where does the {a} live?", f"The {a} lives in {len(a)} kinds of forest.") for a in animals]
    write_jsonl(folder / "data/train.jsonl", [*talk, talk[0], chat("Who are you?", " ")])
    write_jsonl(folder / "data/test.jsonl", [talk[3], {"prompt": "What is this?", "completion": "Another shape."}])
    write_jsonl(folder / "more/faq.jsonl", [{"question": f"Is {a} a word?", "answer": "Yes."} for a in animals])
    return folder


def pytest_report(project, *arguments):
    shutil.rmtree(project / ".tunespec_cache")  # else the verdicts of the last run would be read
    target = project / f"report{abs(hash(arguments))}.json"
    command = [sys.executable, "-m", "pytest", *arguments, f"--tunespec-report=json={target}", "-p", "no:cacheprovider"]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120, check=False)
    assert target.exists(), result.stdout + result.stderr
    return result.returncode, without_seconds(target.read_text(encoding="utf-8"))


def without_seconds(text):
    report = json.loads(text)
    assert report["summary"].pop("seconds") > 0
    return report


@pytest.fixture(scope="module")
def checked(project):
    result = run_tunespec("check", "data", "more", "--format=json", cwd=project)
    assert result.returncode == 1, result.stderr
    return without_seconds(result.stdout)


def test_the_report_is_not_empty(checked):
    assert {f["code"] for f in checked["findings"]} == {"D002", "D004", "D005"}
    assert [s["name"] for s in checked["subjects"]] == ["data", "more/faq.jsonl"]


@pytest.mark.parametrize("processes", ["0", "2"])
def test_pytest_says_the_same(project, checked, processes):
    arguments = ["-n", processes, "--pyargs", "tunespec.suite", "--dataset=data", "--dataset=more"]
    assert pytest_report(project, *arguments) == (1, checked)


def test_a_fresh_cache_says_the_same(project, checked, tmp_path):
    copy = tmp_path / "copy"
    for source in project.glob("*/*.jsonl"):
        target = copy / source.relative_to(project)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    result = run_tunespec("check", "data", "more", "-n", "2", "--format=json", cwd=copy)
    assert without_seconds(result.stdout) == checked


def test_plain_pytest_with_the_configuration_says_the_same(project, checked):
    (project / "tunespec.toml").write_text('data = ["data", "more"]\n', encoding="utf-8")
    try:
        assert pytest_report(project, "--pyargs", "tunespec.suite") == (1, checked)
        result = run_tunespec("check", "--format=json", cwd=project)
        assert without_seconds(result.stdout) == checked
    finally:
        (project / "tunespec.toml").unlink()


def test_the_order_of_the_arguments_does_not_matter(project, checked):
    result = run_tunespec("check", "more", "data", "--format=json", cwd=project)
    assert without_seconds(result.stdout) == checked
