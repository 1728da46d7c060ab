"""The pytest plugin in other people's projects, whatever their settings."""

from __future__ import annotations

import sys

import pytest
from _pytest.pytester import LineMatcher

from tests.conftest import chat, write_jsonl
from tunespec.catalogue import load
from tunespec.tables import TABLES

PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]
SUITE = ("--pyargs", "tunespec.suite")
OF_DATASETS = [pitfall for pitfall in load().pitfalls if TABLES[pitfall.table] == "data"]
OTHERS = [pitfall for pitfall in load().pitfalls if TABLES[pitfall.table] != "data"]  # skipped, each once


@pytest.fixture
def project(pytester):
    write_jsonl(pytester.path / "data/clean.jsonl", PAIR)
    write_jsonl(pytester.path / "data/repeated.jsonl", [*PAIR, PAIR[0]])
    return pytester


def run(project, *arguments):
    return project.runpytest_subprocess("-p", "no:cacheprovider", *arguments)


def test_one_item_for_each_pitfall_and_subject(project):
    result = run(project, *SUITE, "--dataset=data", "--collect-only", "-q")
    result.stdout.fnmatch_lines_random(
        ["*test_duplicate_record?data/clean.jsonl?", f"*{2 * len(OF_DATASETS) + len(OTHERS)} tests collected*"]
    )
    assert result.ret == 0


def test_findings_fail_with_their_text(project):
    result = run(project, *SUITE, "--dataset=data", "--tunespec-select=D002,D004,D005", "-rf")
    result.assert_outcomes(passed=3, failed=1, skipped=3)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*data/repeated.jsonl:3: repeats data/repeated.jsonl:1*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_path_behind_a_blank_is_no_test_path(project):
    assert run(project, *SUITE, "--dataset", "data/clean.jsonl").ret == 0


def test_warnings_pass_unless_asked_for(project):
    write_jsonl(project.path / "data/warned.jsonl", [*PAIR, {**PAIR[0], "colour": "red"}])
    only = ("--dataset=data/warned.jsonl", "--tunespec-select=D002")
    assert run(project, *SUITE, *only).ret == 0
    assert run(project, *SUITE, *only, "--tunespec-fail-on=warning").ret == 1
    assert run(project, *SUITE, *only, "--tunespec-fail-on=warning", "--tunespec-exit-zero").ret == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--dataset=nowhere",), "*nowhere: no such file or folder*"),
        (("--dataset=data", "--tunespec-select=D005", "-k", "nothing_like_this"), "*"),
        (("--dataset=data/clean.jsonl", "--tunespec-select=D004"), "*one split only*"),
        (("--dataset=data", "--tunespec-report=pdf=x"), "*is not FORMAT=FILE*"),
    ],
)
def test_an_empty_gate_is_red(project, arguments, words):
    result = run(project, *SUITE, *arguments, "-rs")
    assert result.ret == 2
    LineMatcher(result.outlines + result.errlines).fnmatch_lines([words])


def test_a_session_without_pitfalls_is_left_alone(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_nothing_heavy_is_imported():
            assert not {"great_expectations", "polars", "pandas", "tunespec.session"} & set(sys.modules)
        """
    )
    result = run(pytester)
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*tunespec:*records judged*")
    assert not (pytester.path / ".tunespec_cache").exists()


def test_a_projects_own_failure_is_not_hidden(project):
    project.makepyfile("def test_own():\n    assert False")
    own = "test_a_projects_own_failure_is_not_hidden.py"
    write_jsonl(project.path / "data/warned.jsonl", [*PAIR, {**PAIR[0], "colour": "red"}])
    assert run(project, *SUITE, "--dataset=data/clean.jsonl", own).ret == 1
    assert run(project, *SUITE, "--dataset=data/warned.jsonl", "--tunespec-select=D002", own).ret == 1
    assert run(project, *SUITE, "--dataset=data/repeated.jsonl", "--tunespec-exit-zero", own, "-n2").ret == 1


def test_a_project_that_asks_nothing_of_tunespec_keeps_its_exit_code(project):
    project.makepyfile("def test_own():\n    pass")
    project.makefile(".ini", pytest="[pytest]\naddopts = --pyargs tunespec.suite .\n")
    (project.path / "tunespec.toml").write_text('data = ["data"]\n', encoding="utf-8")
    assert run(project, "-k", "test_own").ret == 0
    assert run(project).ret == 1


def test_a_broken_configuration_is_nothing_to_other_tests(project):
    project.makepyfile("def test_own():\n    pass")
    (project.path / "tunespec.toml").write_text("data = [", encoding="utf-8")
    result = run(project)
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*CannotJudge*")


def test_a_projects_own_dataset_option_is_left_to_it(project):
    project.makeconftest("def pytest_addoption(parser):\n    parser.addoption('--dataset', default='own')\n")
    project.makepyfile("def test_own(request):\n    assert request.config.getoption('--dataset') == 'mine'")
    assert run(project, "--dataset=mine").ret == 0


HOSTILE = {
    "stop-at-first": "[pytest]\naddopts = -x",
    "warnings-are-errors": "[pytest]\nfilterwarnings = error",
    "coverage": "[pytest]\naddopts = --cov=. --cov-fail-under=100",
    "strict": "[pytest]\naddopts = --strict-markers --strict-config\nxfail_strict = true",
    "other-test-names": "[pytest]\npython_files = spec_*.py\npython_functions = should_*\ntestpaths = nowhere",
    "importlib": "[pytest]\naddopts = --import-mode=importlib",
    "workers": "[pytest]\naddopts = -n 2 --dist loadfile",
}


@pytest.mark.parametrize("settings", HOSTILE, ids=str)
def test_check_does_not_care_for_a_projects_settings(project, settings):
    project.makefile(".ini", pytest=HOSTILE[settings])
    project.makeconftest("def pytest_collection_modifyitems(items):\n    items.clear()\n\nraise RuntimeError('mine')")
    result = project.run(sys.executable, "-m", "tunespec", "check", "data")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*data/repeated.jsonl:3: repeats data/repeated.jsonl:1*"])
    result.stdout.fnmatch_lines(["*5 records judged*"])


@pytest.mark.parametrize("settings", [name for name in HOSTILE if name != "coverage"], ids=str)
def test_pytest_judges_under_a_projects_settings(project, settings):
    project.makefile(".ini", pytest=HOSTILE[settings])
    result = run(project, *SUITE, "--dataset=data")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*data/repeated.jsonl:3: repeats data/repeated.jsonl:1*"])


def test_a_house_rule_runs_beside_the_specification(project):
    project.makepyfile(
        house_rules='''
        from tunespec import expect, pitfall

        @pitfall("X001")
        def test_mentions_paris(records):
            """An answer mentions Paris.

            Problem:
                It should not.
            """
            return expect.ExpectColumnValuesToNotMatchRegex(column="answer", regex="Paris")
        '''
    )
    (project.path / "tunespec.toml").write_text('rules = ["house_rules.py"]\n', encoding="utf-8")
    result = run(project, *SUITE, "--dataset=data/clean.jsonl", "-n2")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*X001 mentions-paris (answer)*", "*data/clean.jsonl:1: An answer mentions Paris.*"])


def test_an_internal_error_is_never_green(project):
    project.makepyfile(
        house_rules='''
        from tunespec import expect, pitfall

        @pitfall("X001")
        def test_broken(records):
            """It breaks.

            Problem:
                It breaks.
            """
            raise ZeroDivisionError
        '''
    )
    (project.path / "tunespec.toml").write_text('rules = ["house_rules.py"]\n', encoding="utf-8")
    assert run(project, *SUITE, "--dataset=data/clean.jsonl").ret == 2
    assert project.run(sys.executable, "-m", "tunespec", "check", "data/clean.jsonl").ret == 2


def test_pytest_started_in_a_folder_of_the_project_judges_the_project(project, monkeypatch):
    settings = '[tool.tunespec]\ndata = ["data/clean.jsonl"]\n[tool.pytest.ini_options]\n'
    settings += 'addopts = "--pyargs tunespec.suite tests"\n'
    (project.path / "pyproject.toml").write_text(settings, encoding="utf-8")
    folder = project.mkdir("tests")
    (folder / "test_own.py").write_text("def test_own(): pass\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    result = run(project, "-v")
    result.stdout.fnmatch_lines(["*test_own PASSED*", "2 records judged in *"])
    assert result.ret == 0
