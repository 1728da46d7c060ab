"""The command line as a user meets it: exit codes, messages, explain, list and init."""

from __future__ import annotations

import json
import os
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.conftest import chat, run_tunespec, write_jsonl
from tunespec.catalogue import load
from tunespec.config import Config, find
from tunespec.config_tables import _INFERENCE
from tunespec.discover import discover
from tunespec.explain import explain_text, list_text
from tunespec.init import configuration_text
from tunespec.review.settings import _REVIEW

PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]


@pytest.fixture
def project(tmp_path):
    write_jsonl(tmp_path / "clean.jsonl", PAIR)
    write_jsonl(tmp_path / "repeated.jsonl", [*PAIR, PAIR[0]])
    write_jsonl(tmp_path / "odd[1]/a.jsonl", PAIR)
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["clean.jsonl"], 0, "0 errors, 0 warnings"),
        (["repeated.jsonl"], 1, "repeats repeated.jsonl:1"),
        (["repeated.jsonl", "--exit-zero"], 0, "repeats repeated.jsonl:1"),
        (["repeated.jsonl", "--select", "D004"], 2, "skipped: D004 split-leakage"),
        (["repeated.jsonl", "--select", "D002"], 0, "off: "),
        (["nowhere.jsonl"], 2, "nowhere.jsonl: no such file or folder"),
        ([""], 2, "an empty path names nothing to judge"),
        (["clean.jsonl", "-n", "-1"], 2, "-n -1: expected a number of worker processes"),
        (["clean.jsonl", "-n", "x"], 2, "-n x: expected a number of worker processes"),
        (["odd[1]"], 0, "2 records"),
        (["odd[1]/*.jsonl"], 0, "2 records"),
        (["empty"], 2, "nothing to judge: no dataset, no template, no training run, no recorded output and no review"),
        (["clean.jsonl", "--select", "D999"], 2, "unknown pitfall 'D999'"),
        (["clean.jsonl", "--report", "html=x.html"], 2, "is not FORMAT=FILE"),
        (["clean.jsonl", "--format", "html"], 2, "'html' is not one of"),
        (["*.jsonl"], 1, "3 records"),
    ],
)
def test_exit_codes_and_words(project, arguments, code, words):
    result = run_tunespec("check", *arguments, cwd=project)
    assert result.returncode == code, result.stdout + result.stderr
    assert words in result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr


def test_everything_at_once(project):
    arguments = ["--report=json=out/a.json", "--report=text=out/a.txt", "--junit=out/a.xml", "--gx-suites=out/gx"]
    result = run_tunespec("check", "repeated.jsonl", *arguments, "--show-rows", cwd=project)
    assert result.returncode == 1
    assert '| {"messages":[{"role":"user","content":"What is the Seine?"' in result.stdout
    assert (project / "out/a.txt").read_text(encoding="utf-8") in result.stdout
    report = json.loads((project / "out/a.json").read_text(encoding="utf-8"))
    assert report["findings"][0]["text"].startswith('{"messages"')
    cases = {case.get("name"): case for case in ET.parse(project / "out/a.xml").iter("testcase")}
    assert cases["test_duplicate_record[repeated.jsonl]"].find("failure") is not None
    assert cases["test_inconsistent_format[repeated.jsonl]"].find("failure") is None
    for table in ("records", "splits"):
        suite = json.loads((project / f"out/gx/{table}.json").read_text(encoding="utf-8"))
        kinds = {kind for pitfall in load().pitfalls if pitfall.table == table for kind in pitfall.kinds()}
        assert {expectation["meta"]["kind"] for expectation in suite["expectations"]} == kinds


@pytest.mark.parametrize("code", load().by_code)
def test_explain(code, snapshot):
    text = explain_text(Config(root=Path(), catalogue=load()), code)
    assert text.replace(str(Path(__file__).resolve().parents[1]), "ROOT").replace("\\", "/") == snapshot


def test_explain_takes_names_and_hints_at_the_closest(tmp_path):
    assert run_tunespec("explain", "duplicate-record", cwd=tmp_path).stdout.startswith("D005 duplicate-record")
    result = run_tunespec("explain", "duplicate-recrod", cwd=tmp_path)
    assert (result.returncode, "did you mean 'duplicate-record'?" in result.stderr) == (2, True)


def test_list(snapshot):
    assert list_text(Config(root=Path(), catalogue=load())) == snapshot


def test_init_writes_what_check_then_uses(project):
    result = run_tunespec("init", "repeated.jsonl", cwd=project)
    assert result.returncode == 0
    assert "tunespec check" in result.stdout
    assert find(project).data == ("repeated.jsonl",)
    assert run_tunespec("check", cwd=project).returncode == 1
    again = run_tunespec("init", cwd=project)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)


def test_init_is_a_comment_for_everything_that_can_be_set(project, snapshot, monkeypatch):
    monkeypatch.chdir(project)
    text = configuration_text(project, ["repeated.jsonl"])
    assert text == snapshot
    inference = text.partition("# [inference]\n")[2].partition("\n\n")[0].replace("# ", "", 1).replace("\n# ", "\n")
    assert set(tomllib.loads(inference)) == set(_INFERENCE)
    review = text.partition("# [review]\n")[2].partition("\n\n")[0].replace("# ", "", 1).replace("\n# ", "\n")
    assert set(tomllib.loads(review)) == set(_REVIEW)
    commented = [line.removeprefix("# ") for line in text.splitlines()]
    start = next(n for n, line in enumerate(commented) if line.startswith("[pitfalls."))
    settings = [line for line in commented[start:] if line.startswith("[pitfalls.") or " = " in line]
    (project / "tunespec.toml").write_text("\n".join(settings), encoding="utf-8")
    assert set(tomllib.loads("\n".join(settings))["pitfalls"]) == {p.name for p in load().pitfalls}
    assert find(project).pitfalls  # every commented setting is a valid one


def test_an_internal_error_leaves_its_traceback(project):
    code = (
        "import tunespec.judge as judge\n"
        "def broken(*_): raise KeyError('the cause')\n"
        "judge.Judge.verdict = broken\n"
        "from tunespec.cli import main\n"
        "main(['check', 'clean.jsonl'])\n"
    )
    result = run_tunespec(cwd=project, command=["-c", code])
    assert result.returncode == 2
    (place,) = {line.rpartition("its traceback: ")[2] for line in result.stdout.splitlines() if "D002 on" in line}
    assert "KeyError: 'the cause'" in (project / place).read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a\nb.jsonl", id="newline"),
        pytest.param("a\x07\t.jsonl", id="bell"),
        pytest.param("a\x7f\x1b[1m.jsonl", id="escape"),
        pytest.param(b"a\xe9.jsonl", id="no-text"),
        pytest.param('a"\\.jsonl', id="quotes"),
    ],
)
def test_init_writes_valid_toml_for_any_file_name(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(name)
    write_jsonl(tmp_path / name, PAIR)
    for paths in ([name], []):
        text = configuration_text(tmp_path, paths)
        (tmp_path / "tunespec.toml").write_text(text, encoding="utf-8")
        assert len(tomllib.loads(text)["data"]) == 1
        assert len(discover(find(tmp_path), []).datasets) == 1
