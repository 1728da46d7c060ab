"""Bugs that a review found, each with the test that would have found it."""

from __future__ import annotations

import json
import os
import sys

import pytest

from tests.conftest import chat, run_tunespec, write_jsonl
from tunespec import CannotJudgeError
from tunespec.report import render
from tunespec.splits import group

PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]
SECRET = "xyzzy-plugh"


def tool_record(arguments, schema, **extra):
    call = {"function": {"name": "weather", "arguments": arguments}, **extra}
    turns = [{"role": "user", "content": "What is the weather?"}, {"role": "assistant", "tool_calls": [call]}]
    tools = [{"type": "function", "function": {"name": "weather", "parameters": schema}}]
    return {"messages": turns, "tools": tools}


NUMBER = {"type": "object", "properties": {"x": {"type": "number"}}}


def test_a_schema_that_refers_elsewhere_is_not_followed(judge, tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    write_jsonl(tmp_path / "a.jsonl", [tool_record({"x": 1}, {"$ref": "http://127.0.0.1:9/schema.json"})])
    assert judge(tmp_path)[0] == 0


@pytest.mark.parametrize("schema", [{"$ref": "#"}, {"$ref": "#/nowhere"}, {"type": 7}, {"properties": []}])
def test_a_broken_schema_is_not_the_records_fault(judge, tmp_path, schema):
    write_jsonl(tmp_path / "a.jsonl", [tool_record({"x": 1}, schema)])
    assert judge(tmp_path)[0] == 0


@pytest.mark.parametrize(
    "record",
    [
        tool_record({"x": SECRET}, NUMBER),
        tool_record([SECRET], NUMBER),
        tool_record(SECRET, NUMBER),
        {"conversations": [{"from": "human", "value": SECRET}, {"from": "function_call", "value": SECRET}]},
        {"messages": [{"role": "user", "content": SECRET}, {"role": "user", "content": SECRET}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": SECRET}]}]},
        {"prompt": SECRET, "completion": {"text": SECRET}},
        {"prompt": SECRET, "chosen": SECRET, "rejected": SECRET},
    ],
)
def test_no_text_of_a_record_reaches_report_or_cache(judge, tmp_path, record):
    write_jsonl(tmp_path / "a.jsonl", [record, *PAIR])
    _, report = judge(tmp_path)
    assert report["findings"]
    assert SECRET not in json.dumps(report)
    for path in (tmp_path / ".tunespec_cache").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


@pytest.mark.parametrize("benchmark", [[], [{"question": "Which?", "choices": ["a"], "answer": 0}], [{"text": "x"}]])
def test_a_benchmark_without_prompts_is_no_pass(judge, tmp_path, benchmark):
    write_jsonl(tmp_path / "a.jsonl", PAIR)
    write_jsonl(tmp_path / "bench/b.jsonl", benchmark)
    settings = 'data = ["a.jsonl"]\n[pitfalls.split-leakage]\nagainst = ["bench/b.jsonl"]\n'
    (tmp_path / "tunespec.toml").write_text(settings, encoding="utf-8")
    with pytest.raises(CannotJudgeError, match=r"bench/b.jsonl: no record with a prompt"):
        judge(tmp_path)


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


@pytest.mark.parametrize("module", ["random", "json", "pickle", "tunespec", "queue"])
def test_no_file_of_the_users_stands_in_for_a_module(tmp_path, module):
    write_jsonl(tmp_path / "a.jsonl", PAIR)
    (tmp_path / f"{module}.py").write_text("raise RuntimeError('the user module ran')\n", encoding="utf-8")
    command = ["-P", "-c", "import sys; from tunespec.cli import main; sys.argv = ['x', 'check', 'a.jsonl']; main()"]
    result = run_tunespec(cwd=tmp_path, command=command)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("names", "dataset"),
    [
        (["data/qa.train.jsonl", "data/qa.test.jsonl"], "data/qa"),
        (["data/v1.5_train.jsonl", "data/v1.5_val.jsonl"], "data/v1.5"),
        (["train.jsonl.gz", "valid.jsonl.zst"], "."),
        (["data/train/part-0.parquet", "data/test/part-0.parquet"], "data"),
        (
            [
                "data/train-00000-of-00002.parquet",
                "data/train-00001-of-00002.parquet",
                "data/test-00000-of-00001.parquet",
            ],
            "data",
        ),
    ],
)
def test_split_names(names, dataset):
    grouped = group(names)
    assert list(grouped) == [dataset]
    assert all(split for _, split in grouped[dataset])


def test_a_link_is_known_by_its_own_name(judge, tmp_path):
    write_jsonl(tmp_path / "blobs/abc", PAIR)
    write_jsonl(tmp_path / "blobs/def", PAIR[:1])
    (tmp_path / "data").mkdir()
    try:
        (tmp_path / "data/train.jsonl").symlink_to(tmp_path / "blobs/abc")
        (tmp_path / "data/test.jsonl").symlink_to(tmp_path / "blobs/def")
    except OSError:
        pytest.skip("this system makes no links")
    _, report = judge(tmp_path, paths=["data"])
    assert [(f["kind"], f["path"]) for f in report["findings"]] == [("leaked_record", "data/test.jsonl")]


def test_a_tolerance_is_not_lost_to_rounding(judge, tmp_path):
    records = [chat(f"What is thing {n} {'abcdefgh'[n % 8] * 5}?", f"It is {n * 7}.") for n in range(71)]
    write_jsonl(tmp_path / "a.jsonl", [*records, *records[:29]])
    (tmp_path / "tunespec.toml").write_text("[pitfalls.D005]\nexact = 0.29\n", encoding="utf-8")
    _, report = judge(tmp_path)
    assert [row["status"] for row in report["pitfalls"] if row["kind"] == "duplicate_of"] == ["passed"]


ODD = [
    {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "tool_calls": True}]},
    {"messages": [{"role": "user", "content": [{"type": ["x"], "text": "a"}]}, {"role": "assistant", "content": "b"}]},
    {"messages": [{"role": "user", "content": "a"}, {"role": "tool", "content": "b", "tool_call_id": [1]}]},
    {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "tool_calls": "[1]"}]},
    {"instruction": "a", "output": "b", "history": 5},
    {"prompt": "a", "completion": "b", "big": 10**30},
    {"prompt": "a \ud800", "completion": "b"},
]


@pytest.mark.parametrize("record", ODD)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_odd_records_are_findings_and_no_crash(judge, tmp_path, record, name):
    good = {key: "x y z" if isinstance(value, str) else value for key, value in PAIR[0].items()}
    records = [good, record]
    text = json.dumps(records) if name == "a.json" else "\n".join(map(json.dumps, records))
    (tmp_path / name).write_text(text, encoding="utf-8")
    code, report = judge(tmp_path, paths=[name])
    assert code == 1
    assert report["summary"]["rows"] == 2


def test_deep_nesting_is_survived(judge, tmp_path):
    deep = "[" * 400 + "]" * 400
    (tmp_path / "a.jsonl").write_text(f'{json.dumps(PAIR[0])}\n{{"prompt": "a", "x": {deep}}}\n', encoding="utf-8")
    assert judge(tmp_path)[0] == 1


def test_equal_findings_in_two_files_have_two_fingerprints(judge, tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        write_jsonl(tmp_path / name, [*PAIR, chat("Why?", "")])
    _, report = judge(tmp_path)
    assert len({f["fingerprint"] for f in report["findings"]}) == len(report["findings"]) == 2


def test_a_tag_that_is_spoken_about_is_no_habit(judge, tmp_path):
    answers = ["Put <think> first.", "The tag is <think>, closed later.", "Write <think> and the thoughts."]
    write_jsonl(tmp_path / "a.jsonl", [chat(f"How to think, {n}?", answer) for n, answer in enumerate(answers)])
    assert judge(tmp_path)[1]["findings"] == []


@pytest.mark.parametrize("option", ["--report=json=.", "--gx-suites=a.jsonl"])
def test_what_cannot_be_written_is_said(tmp_path, option):
    write_jsonl(tmp_path / "a.jsonl", PAIR)
    result = run_tunespec("check", "a.jsonl", option, cwd=tmp_path)
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert option.partition("=")[0] in result.stdout


def test_any_terminal_can_be_written_to(tmp_path):
    write_jsonl(tmp_path / "a.jsonl", [PAIR[0], {**PAIR[1], "\u4f60\u597d": 1}])
    result = run_tunespec("check", "a.jsonl", cwd=tmp_path, PYTHONIOENCODING="cp1252")
    assert result.returncode == 0
    assert "\u4f60\u597d" in result.stdout


def test_a_folder_with_brackets_can_be_searched(tmp_path, judge):
    write_jsonl(tmp_path / "[br]/a.jsonl", PAIR)
    code, report = judge(tmp_path / "[br]", paths=["*.jsonl"])
    assert (code, report["summary"]["rows"]) == (0, 2)


def test_one_long_record_is_a_dataset(judge, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([chat("Tell all.", "word " * 100_000)]), encoding="utf-8")
    assert judge(tmp_path)[1]["summary"]["rows"] == 1


def test_an_unknown_split_is_said(judge, tmp_path):
    records = [{**chat(f"What is {word}?", f"A {word}."), "split": "train"} for word in ("a reed", "a weir", "a mole")]
    write_jsonl(tmp_path / "a.jsonl", [*records, {**records[0], "split": "held-back"}, {**records[1], "split": None}])
    _, report = judge(tmp_path)
    assert report["subjects"][0]["profile"]["unknown_splits"] == {"None": 1, "held-back": 1}
    assert "1 record of the unknown split `held-back`" in render(report, "text")


@pytest.mark.parametrize("option", ["--report=json=a.jsonl", "--junit=a.jsonl"])
def test_a_report_never_overwrites_the_data(tmp_path, option):
    path = write_jsonl(tmp_path / "a.jsonl", PAIR)
    before = path.read_bytes()
    result = run_tunespec("check", "a.jsonl", option, cwd=tmp_path)
    assert (result.returncode, "would overwrite" in result.stderr) == (2, True)
    assert path.read_bytes() == before


def test_columns_that_no_record_has_are_refused(judge, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", PAIR)
    (tmp_path / "tunespec.toml").write_text('columns = {prompt = "nope", answer = "output"}\n', encoding="utf-8")
    with pytest.raises(CannotJudgeError, match=r"columns: no record has 'nope', 'output'"):
        judge(tmp_path)


def test_a_rules_file_that_exits_is_no_pass(judge, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", PAIR)
    (tmp_path / "house_rules.py").write_text("import sys\nsys.exit(0)\n", encoding="utf-8")
    (tmp_path / "tunespec.toml").write_text('rules = ["house_rules.py"]\n', encoding="utf-8")
    with pytest.raises(CannotJudgeError, match=r"cannot be imported: SystemExit"):
        judge(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' file names are text")
def test_a_file_name_that_is_no_text(judge, tmp_path):
    name = os.fsdecode(b"latin\xe9.jsonl")
    write_jsonl(tmp_path / name, [*PAIR, PAIR[0]])
    code, report = judge(tmp_path)
    assert (code, report["findings"][0]["path"]) == (1, "latin\ufffd.jsonl")


def test_one_unreadable_file_of_a_folder_spares_the_rest(tmp_path):
    write_jsonl(tmp_path / "data/a.jsonl", [*PAIR, PAIR[0]])
    (tmp_path / "data/b.parquet").write_bytes(b"PAR1")
    result = run_tunespec("check", "data", cwd=tmp_path)
    assert result.returncode == 2
    assert "data/a.jsonl:3: repeats data/a.jsonl:1" in result.stdout
    assert "could not judge: " in result.stdout
    assert "b.parquet" in result.stdout


def test_a_folder_that_is_gone(tmp_path):
    (tmp_path / "gone").mkdir()
    code = "import os, sys; os.rmdir('../gone'); from tunespec.cli import main; main(['check'])"
    result = run_tunespec(cwd=tmp_path / "gone", command=["-c", code])
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
