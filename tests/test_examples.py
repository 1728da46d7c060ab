"""Bad and good, side by side: a bad example fails exactly its own test, its smallest repair passes all of them."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tunespec.catalogue import load
from tunespec.suite_paths import fixture_path, suite_root

FIXTURES = fixture_path(".")
PITFALLS = load().pitfalls
ANSWERS = "-answer"  # behind a kind: it is shown on the table of answers, by a recording
SEVERITIES = {
    (pitfall.code, expectation.kind, pitfall.table == "answers"): expectation.severity or pitfall.severity
    for pitfall in PITFALLS
    for expectation in pitfall.expectations()
}
# What only a server shows: tests/test_live_*.py break and mend models for these. Recordings show the rest.
RECORDED = {"I002": "end_marker_shown header_shown special_token_shown text_after_end", "I003": "unrelated_answer"}
LIVE = {
    (pitfall.code, kind, True)
    for pitfall in PITFALLS
    if pitfall.table == "answers" and pitfall.family != "data"
    for kind in pitfall.kinds()
    if kind not in RECORDED.get(pitfall.code, "").split()
}
FOLDERS = {f"{pitfall.code}-{pitfall.name}" for pitfall in PITFALLS}
LARGEST_REPAIR = 2  # lines taken away plus lines put in


class Example(NamedTuple):
    """One folder ``fixtures/<code>-<name>/<verdict>-<kind>``; with ``-answer`` a recorded answer shows it.

    The same kind in another framework's words is ``<verdict>-<kind>.<framework>``.
    """

    code: str
    kind: str
    on_answers: bool
    verdict: str
    folder: Path

    @property
    def counterpart(self) -> Path:
        other = {"bad": "good", "good": "bad"}[self.verdict]
        return self.folder.with_name(f"{other}-{self.folder.name.partition('-')[2]}")


def example(folder: Path) -> Example:
    verdict, _, kind = folder.name.partition("-")
    code = folder.parent.name.partition("-")[0]
    kind = kind.partition(".")[0]  # what follows names the framework, where several write the same in their own keys
    return Example(code, kind.removesuffix(ANSWERS), kind.endswith(ANSWERS), verdict, folder)


EXAMPLES = [example(folder) for folder in sorted(FIXTURES.glob("[A-Z][0-9][0-9][0-9]-*/*")) if folder.is_dir()]
BAD = [e for e in EXAMPLES if e.verdict == "bad"]
GOOD = [e for e in EXAMPLES if e.verdict == "good"]


def node_id(one: Example) -> str:
    return f"{one.code}-{one.folder.name}"


@pytest.fixture
def judged(judge, tmp_path):
    """Judges a copy: the cache that a run writes has no place among the fixtures."""

    def judge_copy(folder: Path):
        return judge(Path(shutil.copytree(folder, tmp_path / folder.name)))

    return judge_copy


@pytest.mark.parametrize("bad", BAD, ids=node_id)
def test_a_bad_example_fails_exactly_its_own_test(bad, judged):
    code, report = judged(bad.folder)
    severity = SEVERITIES[bad.code, bad.kind, bad.on_answers]
    found = {(f["code"], f["kind"], f["severity"]) for f in report["findings"]}
    assert found == {(bad.code, bad.kind, severity)}
    assert code == (1 if severity == "error" else 0)


@pytest.mark.parametrize("good", GOOD, ids=node_id)
def test_a_good_example_passes_all_tests(good, judged):
    code, report = judged(good.folder)
    assert report["findings"] == []
    assert code == 0
    status = {
        p["kind"]: p["status"]
        for p in report["pitfalls"]
        if p["code"] == good.code and (p["table"] == "answers") == good.on_answers
    }
    assert status[good.kind] == "passed"  # not skipped: the good example shows the kind examined


@pytest.mark.parametrize("bad", BAD, ids=node_id)
def test_the_repair_is_small(bad):
    lines = {
        folder: [f"{path.name}: {line}" for path in sorted(folder.iterdir()) for line in path.read_bytes().split(b"\n")]
        for folder in (bad.folder, bad.counterpart)
    }
    changed = [line for line in difflib.ndiff(lines[bad.folder], lines[bad.counterpart]) if line[0] in "+-"]
    assert 1 <= len(changed) <= LARGEST_REPAIR


def test_every_kind_has_a_bad_and_a_good_example():
    assert {(e.code, e.kind, e.on_answers) for e in BAD} | LIVE == set(SEVERITIES)
    assert {(e.code, e.kind, e.on_answers) for e in GOOD} | LIVE == set(SEVERITIES)


def test_no_folder_is_misnamed():
    assert {e.folder.parent.name for e in EXAMPLES} <= FOLDERS
    assert {e.verdict for e in EXAMPLES} == {"bad", "good"}


def test_the_golden_project_has_the_reference_modelfile():
    assert (FIXTURES / "golden/Modelfile").read_bytes() == suite_root().joinpath("Modelfile").read_bytes()


def test_the_golden_project_is_clean(judged):
    code, report = judged(FIXTURES / "golden")
    assert (code, report["findings"]) == (0, [])
    assert report["summary"]["rows"] == 84
