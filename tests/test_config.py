"""The configuration is strict: every mistake is named with its file, its key and the closest valid one."""

from __future__ import annotations

import pytest

from tests.conftest import chat, write_jsonl
from tunespec import CannotJudgeError
from tunespec.config import find
from tunespec.sources import setting

MISTAKES = {
    "unknown key": 'dta = ["x"]',
    "unknown pitfall": "[pitfalls.duplicate-records]\nexact = 0.1",
    "unknown threshold": "[pitfalls.duplicate-record]\nexakt = 0.1",
    "share out of range": "[pitfalls.duplicate-record]\nexact = 7",
    "wrong type": '[pitfalls.duplicate-record]\nexact = "many"',
    "wrong type of a list": '[pitfalls.split-leakage]\nagainst = "test.jsonl"',
    "wrong severity": '[pitfalls.duplicate-record]\nseverity = "fatal"',
    "severity of an unknown kind": '[pitfalls.duplicate-record]\nseverity = {near_duplicate = "error"}',
    "ignore without a reason": '[ignore]\nD005 = ""',
    "ignore of an unknown kind": '[ignore]\n"D005.near" = "meant"',
    "unknown split": '[datasets.mine]\ntrian = "a.jsonl"',
    "unknown column role": '[columns]\npromt = "q"',
    "unknown role": '[roles]\nteacher = "asistant"',
    "unknown fail-on": 'fail-on = "fatal"',
    "select of nothing": 'select = ["D05"]',
    "data is no list": 'data = "train.jsonl"',
    "not TOML": "data = [",
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.replace(" ", "-"))
def test_a_mistake_is_named(tmp_path, snapshot, mistake):
    (tmp_path / "tunespec.toml").write_text(MISTAKES[mistake], encoding="utf-8")
    with pytest.raises(CannotJudgeError) as caught:
        find(tmp_path)
    assert str(caught.value).replace(str(tmp_path), "PROJECT").replace("\\", "/") == snapshot


def test_each_function_of_a_pitfall_has_its_own_thresholds_and_kinds(tmp_path):
    """H001 judges settings, and the logs of a run."""
    told = "[pitfalls.overtraining]\nepochs = 4.0\nrise = 0.1\nseverity = {validation_lost = 'warning'}\n"
    (tmp_path / "tunespec.toml").write_text(told, encoding="utf-8")
    config = find(tmp_path)
    assert (setting(config, "H001", "epochs"), setting(config, "H001", "rise"), setting(config, "H001", "lost")) == (
        4,
        0.1,
        0.2,
    )
    on_logs = next(one for one in config.catalogue.by_code["H001"] if one.table == "steps")
    assert config.severity(on_logs, "validation_lost", "error") == "warning"


def test_pyproject_is_read_too_and_from_below(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.tunespec]\nfail-on = "warning"\n', encoding="utf-8")
    (tmp_path / "a/b").mkdir(parents=True)
    config = find(tmp_path / "a/b")
    assert (config.root, config.fail_on) == (tmp_path, "warning")


def test_a_pyproject_without_tunespec_is_passed_over(tmp_path):
    (tmp_path / "tunespec.toml").write_text('fail-on = "info"\n', encoding="utf-8")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/pyproject.toml").write_text('[project]\nname = "a"\n', encoding="utf-8")
    assert find(tmp_path / "a").fail_on == "info"


PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]


@pytest.fixture
def repeated(tmp_path):
    write_jsonl(tmp_path / "data.jsonl", [*PAIR, PAIR[0]])
    return tmp_path


@pytest.mark.parametrize(
    ("configuration", "code"),
    [
        ("", 1),
        ('[pitfalls.duplicate-record]\nseverity = "warning"', 0),
        ('[pitfalls.D005]\nseverity = {duplicate_of = "warning"}', 0),
        ('[pitfalls.D005]\nseverity = {near_duplicate_of = "error"}', 1),
        ('fail-on = "warning"\n[pitfalls.duplicate-record]\nseverity = "warning"', 1),
        ("[pitfalls.duplicate-record]\nexact = 0.5", 0),
        ('[ignore]\nD005 = "oversampled on purpose"', 0),
        ('[ignore]\n"D005.duplicate_of" = "oversampled on purpose"', 0),
        ('[ignore]\nD005.duplicate_of = "oversampled on purpose"', 0),
        ('select = ["D002"]', 0),
        ('select = ["data"]', 1),
    ],
)
def test_the_configuration_decides(judge, repeated, configuration, code):
    (repeated / "tunespec.toml").write_text(configuration, encoding="utf-8")
    assert judge(repeated)[0] == code


def test_what_is_off_says_why(judge, repeated):
    (repeated / "tunespec.toml").write_text('[ignore]\n"D005.duplicate_of" = "oversampled"', encoding="utf-8")
    _, report = judge(repeated, ignore=["D004"])
    off = {(row["code"], row["kind"]): row["reason"] for row in report["pitfalls"] if row["status"] == "off"}
    assert off["D005", "duplicate_of"] == "oversampled"
    assert off["D004", "leaked_record"] == "--ignore"


def test_columns_map_what_no_shape_knows(judge, tmp_path):
    write_jsonl(tmp_path / "data.jsonl", [{"messy": {"city": " Bonn"}, "clean": {"city": "Bonn"}}] * 2)
    with pytest.raises(CannotJudgeError, match=r"columns = \{prompt = \"messy\", answer = \"clean\"\}"):
        judge(tmp_path)
    (tmp_path / "tunespec.toml").write_text('columns = {prompt = "messy", answer = "clean"}\n', encoding="utf-8")
    code, report = judge(tmp_path)
    assert code == 1
    assert [f["kind"] for f in report["findings"]] == ["duplicate_of"]


def test_roles_map_what_no_trainer_knows(judge, tmp_path):
    turns = [{"role": "pupil", "content": "What is a noun?"}, {"role": "teacher", "content": "A word for a thing."}]
    write_jsonl(tmp_path / "data.jsonl", [{"messages": turns}])
    assert judge(tmp_path)[0] == 1
    (tmp_path / "tunespec.toml").write_text('roles = {pupil = "user", teacher = "assistant"}\n', encoding="utf-8")
    assert judge(tmp_path)[0] == 0


def test_splits_can_be_configured(judge, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", PAIR)
    write_jsonl(tmp_path / "b.jsonl", PAIR[:1])
    text = '[datasets.mine]\ntrain = ["a.jsonl"]\nvalidation = "b.jsonl"\n'
    (tmp_path / "tunespec.toml").write_text(text, encoding="utf-8")
    code, report = judge(tmp_path, paths=())
    assert code == 1
    assert [(f["kind"], f["path"], f["related"][0]["path"]) for f in report["findings"]] == [
        ("leaked_record", "b.jsonl", "a.jsonl")
    ]


HOUSE_RULE = '''
from tunespec import expect, pitfall

@pitfall("X001", severity="warning")
def test_rude_answer(records, *, rude: float = 0.0):
    """An answer is rude.

    Problem:
        Nobody likes it.

    Thresholds:
        rude: share of rude answers; 0
    """
    return expect.ExpectColumnValuesToNotMatchRegex(column="answer", regex="(?i)stupid", mostly=1 - rude)
'''


def test_a_house_rule_is_a_pitfall_like_any_other(judge, tmp_path):
    write_jsonl(tmp_path / "data.jsonl", [*PAIR, chat("Why is it wet?", "That is a stupid question.")])
    (tmp_path / "house_rules.py").write_text(HOUSE_RULE, encoding="utf-8")
    (tmp_path / "tunespec.toml").write_text('rules = ["house_rules.py"]\n', encoding="utf-8")
    code, report = judge(tmp_path)
    assert [(f["code"], f["line"], f["severity"]) for f in report["findings"]] == [("X001", 3, "warning")]
    assert code == 0
    assert judge(tmp_path, fail_on="warning")[0] == 1
    assert "stupid" not in str(report)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (HOUSE_RULE.replace("X001", "D005"), "already taken"),
        (HOUSE_RULE.replace("X001", "X1"), "one letter and three digits"),
        (HOUSE_RULE.replace('"answer"', '"anwser"'), "did you mean 'answer'"),
        ("import nowhere", "cannot be imported"),
    ],
)
def test_a_broken_house_rule_is_named(judge, tmp_path, rule, words):
    write_jsonl(tmp_path / "data.jsonl", PAIR)
    (tmp_path / "house_rules.py").write_text(rule, encoding="utf-8")
    (tmp_path / "tunespec.toml").write_text('rules = ["house_rules.py"]\n', encoding="utf-8")
    with pytest.raises(CannotJudgeError, match=words):
        judge(tmp_path)


def test_columns_that_no_record_has_are_refused(judge, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", PAIR)
    (tmp_path / "tunespec.toml").write_text('columns = {prompt = "nope", answer = "output"}\n', encoding="utf-8")
    with pytest.raises(CannotJudgeError, match=r"columns: no record has 'nope', 'output'"):
        judge(tmp_path)
