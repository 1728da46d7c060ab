"""Findings on templates as a user reads them: the text report on a few examples."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tunespec.report import render
from tunespec.report.text import render_text
from tunespec.suite_paths import fixture_path


@pytest.mark.parametrize("kind", ["unstopped_turn_end", "endless_token", "lost_stop", "stop_in_answers"])
def test_the_text_report(judge, tmp_path, snapshot, kind):
    example = fixture_path("T001-missing-stop-sequence") / f"bad-{kind}"
    _, report = judge(Path(shutil.copytree(example, tmp_path / "project")))
    blocks = render(report, "text").split("\n\n")
    shown = [block for block in blocks if not block.startswith(("skipped", "not judged", "nothing to look at"))][:-1]
    assert "\n\n".join(shown) == snapshot


def test_keys_of_a_request_are_not_counted_as_files(judge, tmp_path):
    (tmp_path / "request.json").write_text(
        '{"model": "m", "messages": [], "temperature": 0, "top_k": 1, "options": {}}', encoding="utf-8"
    )
    _, report = judge(tmp_path)
    assert "T003 template-mismatch (ignored_key) in request.json: 2 findings\n" in render(report, "text")


def test_a_stop_sequence_of_blanks_keeps_its_line():
    serving = {"path": "Modelfile", "template": "its TEMPLATE", "stops": ["\n\n", "\r\nUser:"]}
    subject = {"name": "Modelfile", "family": "template", "files": [], "profile": {"serving": serving}}
    summary = {"rows": 0, "seconds": 0.0, "errors": 0, "warnings": 0, "skipped": 0}
    report = {"subjects": [subject], "findings": [], "pitfalls": [], "passed_over": [], "errors": []}
    first = render_text({**report, "summary": summary}, {}).split("\n\n")[0]
    assert first == "template Modelfile\n  served with Modelfile (its TEMPLATE; `⏎⏎`, `␍⏎User:`)"
