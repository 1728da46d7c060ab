"""Real data with known truth: what tunespec says of it is what SOURCES.md, or a hand count, says.

The list and its form are in ``corpora.toml``. The corpora stand beside the repository; without them the tests that
need them skip, the tests of the list itself run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.corpora import (
    CONFIGURED,
    CORPORA,
    DATASETS,
    ENTRIES,
    LIST,
    PAIRS,
    REFUSED,
    SPLITS,
    TEMPLATES,
    Report,
    Run,
    files_of_glob,
    files_under,
    numbers,
    relative,
    run_all,
    template_of,
)
from tunespec.catalogue import load

SIMILARITY = "near_"  # kinds whose truth is measured on labelled pairs, not listed here
MEASURES = {"count", "min", "max", "lines", "rows", "includes", "groups"}
needs_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
judges = [needs_corpora, pytest.mark.slow]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Every run that the tests look at, started together: importing Great Expectations takes seconds each time."""
    return run_all(lambda: tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def plain(runs: Mapping[str, Run]) -> Report:
    """The report on the folders."""
    return runs["plain"].report()


@pytest.fixture(scope="module")
def configured(runs: Mapping[str, Run]) -> Report:
    """The report on the configured datasets."""
    return runs["configured"].report()


@pytest.fixture(scope="module")
def templates(runs: Mapping[str, Run]) -> Report:
    """The report on the folders of templates, Modelfiles and tokenizer configurations."""
    return runs["templates"].report()


@pytest.fixture
def report(request: pytest.FixtureRequest, entry: Mapping[str, Any]) -> Report:
    """The report that an entry of the list belongs to."""
    found = request.getfixturevalue("plain" if "files" in entry else "configured")
    assert isinstance(found, Report)
    return found


def _rows(key: str) -> list[Any]:
    """A parameter for each item of ``key`` in each entry: the entry and the item."""
    return [
        pytest.param(entry, item, id=f"{entry['subject']}-{_name(item)}")
        for entry in ENTRIES
        for item in entry.get(key, ())
    ]


def _name(item: Any) -> str:
    if isinstance(item, str):
        return item
    narrowed = [Path(item[key]).parent.name + "-" + Path(item[key]).stem for key in ("path", "related") if key in item]
    return ".".join([item["code"], item.get("kind", "later"), *narrowed])


def _each(entries: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    return [pytest.param(entry, id=str(entry[name])) for entry in entries]


def test_every_listed_code_and_kind_exists():
    known = {(pitfall.code, kind) for pitfall in load().pitfalls for kind in pitfall.kinds()}
    listed = {(row["code"], row["kind"]) for entry in ENTRIES for row in entry.get("expect", ())}
    assert listed <= known
    codes = {code for code, _ in known}
    tokens = {token for entry in ENTRIES for token in entry.get("clean", ())}
    assert {t for t in tokens if "." in t} <= {f"{code}.{kind}" for code, kind in known}
    assert {t for t in tokens if "." not in t} <= codes
    of_templates = {token for entry in TEMPLATES for key in ("expect", "clean") for token in entry.get(key, ())}
    assert of_templates <= {f"{code}.{kind}" for code, kind in known}


def test_every_row_of_the_list_measures_something():
    for entry in ENTRIES:
        assert entry.get("expect") or entry.get("clean"), f"{entry['subject']} asserts nothing"
        for row in entry.get("expect", ()):
            assert len(MEASURES & set(row)) == 1, f"{entry['subject']}: {row}"
            assert set(row) <= MEASURES | {"code", "kind", "path", "related"}, f"{entry['subject']}: {row}"
        for row in entry.get("later", ()):
            assert len(MEASURES & set(row)) == 1, f"{entry['subject']}: {row}"
            assert re.fullmatch(r"[DTHEI]\d{3}", row["code"]), f"{entry['subject']}: {row}"
            assert row["truth"], f"{entry['subject']}: {row}"


@pytest.mark.parametrize("code", sorted({row["code"] for entry in ENTRIES for row in entry.get("later", ())}))
def test_what_waits_for_a_pitfall_is_turned_on_when_it_is_built(code: str):
    waiting = [entry["subject"] for entry in ENTRIES for row in entry.get("later", ()) if row["code"] == code]
    assert code not in {pitfall.code for pitfall in load().pitfalls}, (
        f"{code} exists now: move its rows in corpora.toml from `later` to `expect`: {', '.join(waiting)}"
    )


@pytest.mark.parametrize("entry", _each(LIST["out-of-scope"], "path"))
def test_what_is_passed_over_waits_for_nothing_and_names_who_judges_it(entry: Mapping[str, str]):
    assert "later" not in entry["reason"], "built since? then say which test judges these files"
    for name in re.findall(r"test_\w+\.py", entry["reason"]):
        assert (Path(__file__).parent / name).is_file(), f"there is no {name}"


@needs_corpora
def test_every_file_is_in_one_row_of_the_list():
    there = set(files_under(CORPORA))
    datasets = [path for entry in DATASETS for path in entry["files"]]
    crossed = [path for entry in CONFIGURED for split in SPLITS for path in entry.get(split, ())]
    refused = [path for entry in REFUSED for path in files_under(CORPORA / entry["path"])]
    passed = [path for entry in LIST["out-of-scope"] for path in files_of_glob(entry)]
    templates = [path for path in there if template_of(path)]
    taken = set(datasets) | set(crossed) | set(refused) | set(templates)
    assert there - taken - set(passed) == set(), "files that corpora.toml does not list"
    assert taken - there == set(), "rows of corpora.toml whose file is not there"
    assert [path for path, count in Counter([*datasets, *passed]).items() if count > 1] == [], "in two rows"
    assert set(passed) & taken == set(), "both judged and out of scope"
    assert set(refused) & set(datasets) == set(), "both judged and refused"
    assert [path for path in templates if len(template_of(path)) > 1] == [], "in two rows"
    held = [row["files"] for path in templates for row in template_of(path)]
    assert [row["files"] for row in TEMPLATES if row["files"] not in held] == [], "rows that hold no file"


@pytest.mark.parametrize("name", [pytest.param(n, marks=judges) for n in ("plain", "configured", "templates")])
def test_findings_of_severity_error_exit_with_1(runs: Mapping[str, Run], name: str):
    assert runs[name].status == 1
    assert runs[name].errors == ""


@pytest.mark.parametrize("name", [pytest.param(n, marks=judges) for n in ("plain", "configured")])
def test_every_subject_is_listed(request: pytest.FixtureRequest, name: str):
    listed = {entry["subject"] for entry in (DATASETS if name == "plain" else CONFIGURED)}
    assert set(request.getfixturevalue(name).subjects) == listed


@needs_corpora
@pytest.mark.slow
def test_every_template_is_judged_and_nothing_else_is_found(templates: Report):
    listed = {path for path in files_under(CORPORA) if template_of(path)}
    assert set(templates.subjects) == listed
    found = {subject: {f"{f['code']}.{f['kind']}" for f in templates.of(subject)} for subject in listed}
    expected = {subject: set(template_of(subject)[0].get("expect", ())) for subject in listed}
    assert {s: kinds for s, kinds in found.items() if kinds != expected[s]} == {
        s: kinds for s, kinds in expected.items() if kinds != found[s]
    }


@needs_corpora
@pytest.mark.slow
def test_sound_templates_are_judged_and_pass(templates: Report):
    wanted = [(s, token) for s in templates.subjects for token in template_of(s)[0].get("clean", ())]
    assert len(wanted) > len(templates.subjects)
    for subject, token in wanted:
        (row,) = templates.kinds(subject, token)
        assert row["examined"], f"{subject}: {token} was not examined"
        assert not row["unexpected"], f"{subject}: {token}"


@needs_corpora
@pytest.mark.slow
def test_only_what_is_refused_is_passed_over(plain: Report):
    refused = {path for entry in REFUSED for path in files_under(CORPORA / entry["path"])}
    assert set(plain.passed_over) == refused


@needs_corpora
@pytest.mark.slow
@pytest.mark.parametrize("entry", _each(DATASETS, "subject"))
def test_every_row_is_read(plain: Report, entry: Mapping[str, Any]):
    files = plain.subjects[entry["subject"]]["files"]
    assert {relative(file["path"]): file["rows"] for file in files} == entry["files"]
    unreadable = [f for f in plain.of(entry["subject"]) if f["kind"] == "unreadable"]
    assert sum(file["unread"] for file in files) == len(unreadable)


@needs_corpora
@pytest.mark.slow
@pytest.mark.parametrize(("entry", "row"), _rows("expect"))
def test_truth_is_found(report: Report, entry: Mapping[str, Any], row: Mapping[str, Any]):
    found = [
        finding
        for finding in report.of(entry["subject"])
        if (finding["code"], finding["kind"]) == (row["code"], row["kind"])
        and row.get("path", finding["path"]) == finding["path"]
        and ("related" not in row or row["related"] in finding["related"])
    ]
    if "count" in row:
        assert len(found) == row["count"]
    if "groups" in row:
        assert len({str(finding["places"]) for finding in found}) == row["groups"]
    if "min" in row:
        assert len(found) >= row["min"]
    if "max" in row:
        assert len(found) <= row["max"]
    if "lines" in row:
        assert sorted(finding["line"] for finding in found) == numbers(row["lines"])
    if "rows" in row:
        assert sorted(finding["row"] for finding in found) == numbers(row["rows"])
    if "includes" in row:
        assert set(numbers(row["includes"])) - {finding["row"] for finding in found} == set()


@needs_corpora
@pytest.mark.slow
@pytest.mark.parametrize(("entry", "token"), _rows("clean"))
def test_clean_data_is_judged_and_passes(report: Report, entry: Mapping[str, Any], token: str):
    rows = report.kinds(entry["subject"], token)
    assert rows, f"{token} was not judged"
    assert all(row["examined"] for row in rows)
    warned = set() if "." in token else _expected_kinds(entry)
    assert [row["kind"] for row in rows if row["unexpected"] and row["kind"] not in warned] == []


def _expected_kinds(entry: Mapping[str, Any]) -> set[str]:
    return {row["kind"] for row in entry.get("expect", ())}


@needs_corpora
@pytest.mark.slow
@pytest.mark.parametrize("entry", _each(ENTRIES, "subject"))
def test_nothing_else_is_found(report: Report, entry: Mapping[str, Any]):
    fired = {(f["code"], f["kind"]) for f in report.of(entry["subject"]) if not f["kind"].startswith(SIMILARITY)}
    assert fired - {(row["code"], row["kind"]) for row in entry.get("expect", ())} == set()


@needs_corpora
@pytest.mark.slow
@pytest.mark.parametrize("entry", _each(PAIRS, "after"))
def test_the_repaired_side_has_less(plain: Report, entry: Mapping[str, Any]):
    before, after = (plain.share(entry[side], entry["code"], entry["kind"]) for side in ("before", "after"))
    assert before > 0
    assert after <= entry["at-most"] * before


@needs_corpora
@pytest.mark.slow
@pytest.mark.parametrize("entry", _each(REFUSED, "path"))
def test_what_cannot_be_judged_says_why(runs: Mapping[str, Run], entry: Mapping[str, Any]):
    run = runs[entry["path"]]
    assert run.status == 2
    assert run.output == ""
    assert entry["says"] in run.errors
    assert "Traceback" not in run.errors
