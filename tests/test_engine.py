"""The guards around Great Expectations: nothing passes vacuously, nothing is dropped, an error is no failure."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pandas as pd
import pytest

from tests.conftest import chat, write_jsonl
from tunespec import CannotJudgeError, expect
from tunespec.catalogue import load
from tunespec.engine import Asked, evaluate, export_suite
from tunespec.engine_process import EngineProcess, engine_process
from tunespec.facts import Fact
from tunespec.groups import GROUPS
from tunespec.tables import TABLES


def asked(declaration, severity="error"):
    return Asked("X001 an-example", declaration, severity)


def null(column="fact", **kwargs):
    return expect.ExpectColumnValuesToBeNull(column=column, **kwargs)


FRAME = pd.DataFrame({"fact": pd.Series([None, "bad", None, "worse"], dtype=object), "n": [1, 2, 3, 40]})


def test_unexpected_rows_are_named_by_their_label():
    (answer,) = evaluate(FRAME, [asked(null())])
    assert not answer.success
    assert list(answer.rows) == [1, 3]


def test_every_row_is_named_above_gx_own_limit_of_twenty():
    frame = pd.DataFrame({"fact": pd.Series(["bad"] * 500, dtype=object)})
    (answer,) = evaluate(frame, [asked(null())])
    assert list(answer.rows) == list(range(500))


def test_answers_come_in_the_order_of_the_questions():
    questions = [null(), expect.ExpectColumnMaxToBeBetween(column="n", max_value=10), null(mostly=0.5)]
    answers = evaluate(FRAME, [asked(question) for question in questions])
    assert [answer.success for answer in answers] == [False, False, True]
    assert answers[1].observed == 40


def test_the_same_question_twice_is_two_answers():
    assert len(evaluate(FRAME, [asked(null()), asked(null())])) == 2


def test_an_unknown_expectation_cannot_be_judged():
    with pytest.raises(CannotJudgeError, match="has no ExpectColumnToBeLovely"):
        evaluate(FRAME, [asked(expect.ExpectColumnToBeLovely(column="fact"))])


def test_refused_arguments_cannot_be_judged():
    with pytest.raises(CannotJudgeError, match="refuses its arguments"):
        evaluate(FRAME, [asked(null(mostly=3))])


def test_an_unknown_argument_cannot_be_judged():
    with pytest.raises(CannotJudgeError, match="refuses its arguments"):
        evaluate(FRAME, [asked(null(most=1))])


def test_a_missing_column_is_an_error_and_no_failure():
    with pytest.raises(CannotJudgeError, match=r"nowhere could not be judged"):
        evaluate(FRAME, [asked(null("nowhere"))])


def test_an_error_inside_an_expectation_is_no_failure():
    broken = expect.ExpectColumnValuesToBeBetween(column="fact", min_value=1, max_value=2)
    with pytest.raises(CannotJudgeError, match="could not be judged"):
        evaluate(FRAME, [asked(broken)])


def test_the_engine_process_answers_like_the_engine():
    columns = {"fact": {1: "bad", 3: "worse"}}
    (answer,), (own,) = engine_process().evaluate(4, columns, [asked(null())]), evaluate(FRAME, [asked(null())])
    assert (answer.success, answer.rows) == (own.success, own.rows) == (False, [1, 3])


def test_an_expectation_that_counts_rows_gets_all_of_them():
    question = expect.ExpectColumnProportionOfNonNullValuesToBeBetween(column="fact", max_value=0.3)
    (answer,) = engine_process().evaluate(4, {"fact": {1: "bad"}}, [asked(question)])
    assert (answer.success, answer.observed) == (True, 0.25)


def test_a_refusal_crosses_the_process():
    with pytest.raises(CannotJudgeError, match="refuses its arguments"):
        engine_process().evaluate(1, {"fact": {}}, [asked(null(mostly=3))])


def test_a_dead_engine_process_cannot_judge_and_the_next_one_can():
    engine = engine_process()
    engine.close()
    with pytest.raises(CannotJudgeError, match="could not run"):
        engine.evaluate(1, {"fact": {}}, [asked(null())])
    assert engine_process().evaluate(1, {"fact": {}}, [asked(null())])[0].success


def test_importing_gx_leaves_warnings_alone():
    """In a process of its own: what pytest does to warnings would hide it."""
    code = """
        import logging, warnings
        from tunespec.engine import _gx
        before = warnings.showwarning, list(warnings.filters)
        _gx()
        assert logging._warnings_showwarning is None, "warnings go to logging"
        assert warnings.showwarning is before[0]
        assert warnings.filters == before[1], warnings.filters
        warnings.warn("still heard", UserWarning)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    heard = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stderr
    assert "UserWarning: still heard" in heard


REPEATED = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")] * 2


def test_one_suite_run_answers_all_that_is_asked_of_a_table(judge, tmp_path, monkeypatch):
    write_jsonl(tmp_path / "data.jsonl", REPEATED)
    runs, evaluate = [], EngineProcess.evaluate

    def counted(self, rows, columns, asked, *more):
        runs.append({(one.pitfall.split()[0], one.declaration.kind) for one in asked})
        return evaluate(self, rows, columns, asked, *more)

    monkeypatch.setattr(EngineProcess, "evaluate", counted)
    judge(tmp_path)
    of_data = [pitfall for pitfall in load().pitfalls if TABLES[pitfall.table] == "data"]
    tables = {(pitfall.code, kind): pitfall.table for pitfall in of_data for kind in pitfall.kinds()}
    asked = [{tables[one] for one in run} for run in runs]
    assert all(len(names) == 1 for names in asked)
    assert len({name for names in asked for name in names}) == len(runs)
    assert len({code for run in runs for code, _ in run}) > len(runs)


def test_two_processes_at_once_judge_each_table_once(tmp_path):
    write_jsonl(tmp_path / "data.jsonl", REPEATED)
    code = """
        import time
        from tunespec.cli import main
        from tunespec.engine_process import EngineProcess
        evaluate = EngineProcess.evaluate
        def counted(self, rows, columns, asked, *more):
            with open("runs.txt", "a", encoding="utf-8") as runs:
                runs.write(f"{sorted(one.declaration.kind for one in asked)}\\n")
            time.sleep(1)  # without a lock the other process would begin meanwhile
            return evaluate(self, rows, columns, asked, *more)
        EngineProcess.evaluate = counted
        main(["check", "data.jsonl", "--format=json"])
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    both = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, encoding="utf-8") for _ in range(2)]
    said = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert [process.returncode for process in both] == [1, 1]
    runs = (tmp_path / "runs.txt").read_text(encoding="utf-8").splitlines()
    assert len(runs) == len(set(runs)) > 0
    for report in said:
        del report["summary"]["seconds"]
    assert said[0] == said[1]


def test_a_fact_that_nobody_computed_is_no_pass(judge, tmp_path, monkeypatch):
    write_jsonl(tmp_path / "data.jsonl", [chat("What is the Seine?", "A river through Paris.")])
    unexamined = [Fact("duplicate_of", {}, 0), Fact("near_duplicate_of", {}, 0)]
    lazy = GROUPS["duplicates"]._replace(compute=lambda _: unexamined)
    monkeypatch.setattr("tunespec.fact_store.GROUPS", {**GROUPS, "duplicates": lazy})
    with pytest.raises(CannotJudgeError, match="no row was examined"):
        judge(tmp_path)


@pytest.mark.parametrize(("near", "status"), [(0.24, "failed"), (0.25, "passed")])
def test_tolerances_are_compared_as_counts(judge, tmp_path, near, status):
    record = chat("What is the Seine?", "A river through Paris.")
    others = [chat("Who wrote Candide?", "Voltaire."), chat("What is a gite?", "A simple house for guests.")]
    write_jsonl(tmp_path / "data.jsonl", [record, record, *others])
    (tmp_path / "tunespec.toml").write_text(f"[pitfalls.duplicate-record]\nexact = {near}\n", encoding="utf-8")
    _, report = judge(tmp_path)
    (row,) = [row for row in report["pitfalls"] if row["kind"] == "duplicate_of"]
    assert (row["status"], row["examined"], row["unexpected"]) == (status, 4, 1)
    assert bool(report["findings"]) == (status == "failed")


def test_the_exported_suite_is_gx_own(tmp_path):
    export_suite(tmp_path, "records", [asked(null(mostly=0.9), "warning"), asked(null("n"))])

    import great_expectations as gx  # only now: the engine's own import is the one that hushes its warnings

    document = json.loads((tmp_path / "records.json").read_text(encoding="utf-8"))
    suite = gx.ExpectationSuite(**document)
    assert [e.severity for e in suite.expectations] == ["warning", "critical"]
    assert document["expectations"][0]["kwargs"] == {"column": "fact", "mostly": 0.9}
    assert document["expectations"][0]["meta"] == {"kind": "fact", "pitfall": "X001 an-example"}


@pytest.mark.parametrize("command", [["list"], ["explain", "D005"]])
def test_reading_about_pitfalls_imports_nothing_heavy(command, tmp_path):
    code = f"""
        import sys
        from tunespec.cli import main
        try:
            main({command!r})
        except SystemExit:
            pass
        heavy = {{"great_expectations", "polars", "pandas", "numpy", "pytest", "rensa"}} & set(sys.modules)
        assert not heavy, heavy
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, cwd=tmp_path, capture_output=True)


def test_a_tolerance_is_not_lost_to_rounding(judge, tmp_path):
    records = [chat(f"What is thing {n} {'abcdefgh'[n % 8] * 5}?", f"It is {n * 7}.") for n in range(71)]
    write_jsonl(tmp_path / "a.jsonl", [*records, *records[:29]])
    (tmp_path / "tunespec.toml").write_text("[pitfalls.D005]\nexact = 0.29\n", encoding="utf-8")
    _, report = judge(tmp_path)
    assert [row["status"] for row in report["pitfalls"] if row["kind"] == "duplicate_of"] == ["passed"]
