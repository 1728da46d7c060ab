"""What a house rule may declare."""

from __future__ import annotations

import pytest

from tests.conftest import chat, write_jsonl
from tunespec import CannotJudgeError

PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]


RULE = '''
from tunespec import expect, pitfall

@pitfall("X001", severity="error")
def test_own(records, *, against: tuple[str, ...] = (), longest: float = 3.0):
    """A rule.

    Problem:
        None.
    """
    return {body}
'''


def with_rule(tmp_path, body):
    write_jsonl(tmp_path / "a.jsonl", PAIR)
    (tmp_path / "house_rules.py").write_text(RULE.replace("{body}", body), encoding="utf-8")
    settings = 'rules = ["house_rules.py"]\n[pitfalls.X001]\nlongest = 40.0\n'
    (tmp_path / "tunespec.toml").write_text(settings, encoding="utf-8")


def test_a_tolerance_counts_all_records(judge, tmp_path):
    records = [chat(f"Where does river {n} end?", "In the sea.", "Be brief." if n < 5 else None) for n in range(100)]
    with_rule(tmp_path, 'expect.ExpectColumnValuesToBeNull(column="system", mostly=0.8)')
    write_jsonl(tmp_path / "a.jsonl", records)
    _, report = judge(tmp_path, select=["X001"])
    (row,) = (row for row in report["pitfalls"] if row["code"] == "X001")
    assert (row["status"], row["unexpected"], row["examined"]) == ("passed", 5, 100)


def test_two_expectations_on_one_fact_are_refused(judge, tmp_path):
    match = 'expect.ExpectColumnValuesToNotMatchRegex(column="answer", regex="river")'
    length = 'expect.ExpectColumnValueLengthsToBeBetween(column="answer", min_value=1)'
    with_rule(tmp_path, f"[{match}, {length}]")
    with pytest.raises(CannotJudgeError, match="two expectations on one fact"):
        judge(tmp_path)


@pytest.mark.parametrize(("least", "code"), [(2, 0), (3, 1)])
def test_a_rule_on_the_table_sees_its_rows(judge, tmp_path, least, code):
    with_rule(tmp_path, f"expect.ExpectTableRowCountToBeBetween(min_value={least})")
    assert judge(tmp_path)[0] == code


def test_a_set_of_values_can_be_expected(judge, tmp_path):
    with_rule(tmp_path, 'expect.ExpectColumnDistinctValuesToBeInSet(column="answer", value_set={"Voltaire."})')
    assert judge(tmp_path)[0] == 1


def test_a_rules_file_that_exits_is_no_pass(judge, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", PAIR)
    (tmp_path / "house_rules.py").write_text("import sys\nsys.exit(0)\n", encoding="utf-8")
    (tmp_path / "tunespec.toml").write_text('rules = ["house_rules.py"]\n', encoding="utf-8")
    with pytest.raises(CannotJudgeError, match=r"cannot be imported: SystemExit"):
        judge(tmp_path)
