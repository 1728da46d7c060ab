"""No name or value of a file drives the terminal or breaks a line of the report."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from tunespec.cli import main
from tunespec.report import render
from tunespec.report.text import LONGEST
from tunespec.terminal import lines, one_line

EVIL = "a\x1b]0;owned\x07\n\x9b31mb"
WRITTEN = r"a\x1b]0;owned\x07\n\x9b31mb"
SUMMARY = {"rows": 0, "seconds": 1.0, "errors": 0, "warnings": 1, "skipped": 0}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (EVIL, WRITTEN),
        ("\x7f\r\t\x85", r"\x7f\r\t\x85"),
        ("\u202eabc\u2028", r"\u202eabc\u2028"),
        ("Übung – 数据 \u200c🙂", "Übung – 数据 \u200c🙂"),
        (r"C:\new", r"C:\new"),
    ],
)
def test_a_name_or_a_value_stays_in_its_line(text, shown):
    assert one_line(text) == shown


def test_texts_of_several_lines_keep_them():
    assert lines("training: a\u21b5\n\tserving: \x1b[31mb") == "training: a\u21b5\n\tserving: \\x1b[31mb"
    assert lines("one\nname differs from b:\n  x", ["one\nname"]) == "one\\nname differs from b:\n  x"


def report_with(message: str, path: str = EVIL) -> dict[str, Any]:
    of = {"code": "D001", "name": "n", "kind": "k", "table": "records", "subject": path}
    counted = {"status": "failed", "reason": None, "examined": 2, "unexpected": 1, "value": 1, "limit": 0, "why": EVIL}
    finding = {**of, "severity": "warning", "path": path, "row": 0, "line": None, "message": message, "fix": "mend it"}
    file = {"path": path, "rows": 1, "unread": 0, "split": None, "format": "jsonl"}
    subject = {"name": path, "family": "data", "files": [file], "profile": {}, "splits": [], "overlaps": []}
    told = {"passed_over": [{"path": path, "reason": EVIL}], "errors": [EVIL], "summary": SUMMARY}
    return {**told, "subjects": [subject], "pitfalls": [{**of, **counted}], "findings": [finding]}


def test_the_text_report_writes_control_characters_out():
    text = render(report_with(f"{EVIL} is\nnot \x1b[31mb"), "text", rows={(EVIL, 0): "said \x1b[2J"})
    assert all(line.isprintable() for line in text.splitlines())
    assert f"  {WRITTEN} row 0: {WRITTEN} is\n      not \\x1b[31mb\n    | said \\x1b[2J\n" in text
    assert f"dataset {WRITTEN}: 1 record\n" in text
    assert f"passed over {WRITTEN}: {WRITTEN}\n" in text


@pytest.mark.parametrize(
    ("count", "listed", "rest"), [(1, 1, ""), (8, 8, ""), (9, 5, "... and 4 more files passed over\n")]
)
def test_files_are_hidden_only_where_that_saves_lines(count, listed, rest):
    report = report_with("x") | {"passed_over": [{"path": f"{at}.txt", "reason": "empty"} for at in range(count)]}
    text = render(report, "text")
    assert text.count("passed over ") == listed
    assert rest in text
    assert bool(rest) is ("... and" in text)


def test_the_json_report_is_exact():
    import orjson

    assert orjson.loads(render(report_with(EVIL), "json"))["findings"][0]["path"] == EVIL


def test_a_message_is_cut_in_the_text_report():
    text = render(report_with("x" * 3_000_000), "text")
    (line,) = [line for line in text.splitlines() if "xxx" in line]
    assert line.endswith("x...")
    assert len(line) <= LONGEST + 100


def test_a_refusal_writes_them_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(main, ["check", "no\x1b[31mfile\nhere"]).output
    assert "no\\x1b[31mfile" in said
    assert "\x1b" not in said
