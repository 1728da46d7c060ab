"""Reviews from end to end: sheets, configuration, what is found where, and the report."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import chat, run_tunespec, write_jsonl
from tests.reviews import material_of, named
from tunespec.config import find
from tunespec.discover import discover
from tunespec.errors import CannotJudgeError
from tunespec.report import render
from tunespec.review.judgement import ASPECTS
from tunespec.review.sheet import read_sheet
from tunespec.subjects import Absent

E002 = "E002"


def judge_line(key, *wrong, of="record", who="Ada", day="2026-11-20", **more):
    return {of: key, "reviewer": who, "date": day, **{name: name not in wrong for name in ASPECTS}, **more}


@pytest.fixture
def project(tmp_path):
    write_jsonl(tmp_path / "data.jsonl", [chat(f"Is {n} even?", f"It is {n}.") for n in range(40)])
    (tmp_path / "tunespec.toml").write_text("[review]\ntoday = 2026-11-26\n", encoding="utf-8")
    return tmp_path


def keys(folder):
    return list(material_of(find(folder), [str(folder / "data.jsonl")]).rows)


def kinds(report):
    return {finding["kind"] for finding in report["findings"] if finding["code"] == E002}


def test_a_sheet_is_drawn_filled_in_and_judged(project, judge):
    """Without the terminal: a line of the sheet becomes a judgement by what a person adds to it."""
    done = run_tunespec("review", "sample", "data.jsonl", "--texts", "-o", "sheet.jsonl", cwd=project)
    assert done.stdout == "wrote sheet.jsonl: 30 records; next: tunespec review --sheet sheet.jsonl data.jsonl\n"
    sheet = [json.loads(line) for line in (project / "sheet.jsonl").read_text("utf-8").splitlines()]
    assert sheet[0]["texts"][1]["answer"].startswith("It is ")
    write_jsonl(project / "reviews.jsonl", [judge_line(line["record"], "correct") | line for line in sheet[:1]])
    printed = run_tunespec("review", "sample", cwd=project)
    assert printed.stdout.count("\n") == 30
    assert printed.stderr == "30 records drawn; -o FILE keeps the sheet; next: tunespec review --new\n"
    assert sheet[0]["record"] not in run_tunespec("review", "sample", cwd=project).stdout
    write_jsonl(project / "reviews.jsonl", [line | judge_line(line["record"]) for line in sheet])
    code, report = judge(project, select=[E002])
    assert (code, kinds(report)) == (0, set())
    passed_over = {one["path"]: one["reason"] for one in report["passed_over"]}
    assert passed_over["sheet.jsonl"] == "a sheet of what is to be reviewed (tunespec review --sheet)"
    refused = run_tunespec("review", "sample", "-o", "sheet.jsonl", "data.jsonl", cwd=project)
    assert refused.returncode == 2
    assert "sheet.jsonl is there already; name another file, or remove it" in refused.stderr


def test_nothing_is_left_to_draw(project):
    write_jsonl(project / "reviews.jsonl", [judge_line(key) for key in keys(project)])
    done = run_tunespec("review", "sample", cwd=project)
    assert (done.returncode, done.stderr) == (2, "tunespec: data.jsonl: everything in it is judged\n")


def test_a_sheet_that_is_older_than_the_data(project):
    own = material_of(find(project), [str(project / "data.jsonl")])
    path = write_jsonl(
        project / "sheet.jsonl",
        [{"record": keys(project)[3], "why": "longest"}, {"record": named(1), "why": "longest"}],
    )
    drawn, lost = read_sheet(path, own)
    assert ([(one.row, one.why) for one in drawn], lost) == ([(3, "longest")], 1)
    write_jsonl(path, [{"record": "The longest one."}])
    with pytest.raises(CannotJudgeError, match=r"sheet.jsonl:1: no line of a sheet"):
        read_sheet(path, own)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('fiel = "x"', "review: unknown key 'fiel'; did you mean 'file'?"),
        ("count = 0", "review.count must be a whole number above 0"),
        ("count = true", "review.count must be a whole number above 0"),
        ('seed = "x"', "review.seed must be a whole number"),
        ('file = " "', "review.file must be a file"),
        ('today = "20261126"', "review.today must be a day such as 2026-11-26"),
        ("today = 2026-11-26T10:00:00", "review.today must be a day such as 2026-11-26"),
        ('today = "soon"', "review.today must be a day such as 2026-11-26"),
    ],
)
def test_settings_are_strict(tmp_path, settings, said):
    (tmp_path / "tunespec.toml").write_text(f"[review]\n{settings}\n", encoding="utf-8")
    with pytest.raises(CannotJudgeError) as refused:
        find(tmp_path)
    assert str(refused.value).endswith(said)


def test_the_sample_has_the_configured_size_and_seed(project):
    (project / "tunespec.toml").write_text("[review]\ncount = 3\nseed = 5\n", encoding="utf-8")
    configured = run_tunespec("review", "sample", cwd=project).stdout
    assert configured.count("\n") == 3
    assert configured == run_tunespec("review", "sample", "--count", "3", "--seed", "5", cwd=project).stdout


def test_a_configured_log_is_found_wherever_it_is(project):
    (project / "tunespec.toml").write_text('[review]\nfile = "people/log.jsonl"\n', encoding="utf-8")
    assert discover(find(project), [str(project / "data.jsonl")]).reviews == ()
    write_jsonl(project / "people" / "log.jsonl", [judge_line(named(0))])
    (log,) = discover(find(project), [str(project / "data.jsonl")]).reviews
    assert (log.name, [one.name for one in log.datasets]) == ("people/log.jsonl", ["data.jsonl"])


def test_two_logs_are_one_review(project, judge):
    """Each has a file of their own; agreement is told across them."""
    own = keys(project)[:30]
    wrong = {own[n]: ["correct"] for n in (0, 1, 2)}
    write_jsonl(project / "people" / "ada.jsonl", [judge_line(key) for key in own])
    write_jsonl(project / "people" / "grace.jsonl", [judge_line(k, *wrong.get(k, []), who="Grace") for k in own])
    _, report = judge(project, select=[E002])
    (finding,) = report["findings"]
    assert (finding["kind"], finding["subject"], finding["path"]) == ("disagreement", "people", "people/grace.jsonl")
    assert finding["related"] == [{"path": "people/ada.jsonl", "line": 1, "row": 0}]


def test_what_another_log_judges_is_not_drawn_again(project):
    own = keys(project)
    write_jsonl(project / "people" / "ada.jsonl", [judge_line(key) for key in own[:39]])
    drawn = run_tunespec("review", "sample", "--log", "people/grace.jsonl", cwd=project).stdout
    assert [json.loads(line)["record"] for line in drawn.splitlines()] == own[39:]


def test_days_may_be_any(project, judge):
    """No threshold and no day is too far away to be compared."""
    own = keys(project)
    days = "[review]\ntoday = 9999-12-31\n[pitfalls.unreviewed-outputs]\ndays = 99999999999\n"
    (project / "tunespec.toml").write_text(days, encoding="utf-8")
    lines = [judge_line(key, day=("0001-01-01", "9999-12-31")[n % 2]) for n, key in enumerate(own)]
    write_jsonl(project / "reviews.jsonl", lines)
    assert kinds(judge(project, select=[E002])[1]) == set()


def test_no_key_of_a_log_drives_the_terminal(project, judge):
    own = keys(project)
    write_jsonl(project / "reviews.jsonl", [*map(judge_line, own), {**judge_line(named(1)), "date": "\x9b\u202e"}])
    _, report = judge(project, select=[E002])
    (message,) = (finding["message"] for finding in report["findings"])
    assert message == '`date` is "\\u009b\\u202e", not a day such as 2026-11-26'


def test_without_a_review_the_reason_names_the_command(project, judge):
    _, report = judge(project, select=[E002, "D005"])
    why = {row["reason"] for row in report["pitfalls"] if row["code"] == E002}
    assert why == {"nobody reviewed anything yet (begin with `tunespec review sample`)"}
    (absent,) = discover(find(project), [str(project)]).of("evaluation")
    assert isinstance(absent, Absent)


def test_a_record_that_was_mended_is_reviewed_no_more(project, judge):
    """Its hash is another one: what was rejected does not count against what it became."""
    own = keys(project)
    write_jsonl(project / "reviews.jsonl", [judge_line(key, "correct") for key in own[:10]])
    assert kinds(judge(project, select=[E002])[1]) == {"too_few_reviewed", "rejected_share"}
    write_jsonl(
        project / "data.jsonl", [chat(f"Is {n} even?", f"It's {n}." if n < 10 else f"It is {n}.") for n in range(40)]
    )
    assert kinds(judge(project, select=[E002])[1]) == {"too_few_reviewed", "foreign_review"}


def test_a_recording_says_which_model_and_when(tmp_path, judge):
    """As `--record` writes it: its digest and its day are compared with those of the judgements."""
    served = {"name": "tuned", "server": "Ollama 0.34.2", "digest": "sha256:b", "asked": "2026-11-10T12:00:00+00:00"}
    lines = [
        {
            "id": str(n),
            "model": "tuned",
            "digest": "sha256:b",
            "messages": [{"role": "user", "content": f"Is {n} even?"}],
            "reply": f"The number {n} is what you ask about.",
            "done_reason": "stop",
            "tunespec": {"ended": "stop", "served": served},
        }
        for n in range(4)
    ]
    write_jsonl(tmp_path / "outputs.jsonl", lines)
    (tmp_path / "tunespec.toml").write_text("[review]\ntoday = 2026-11-26\n", encoding="utf-8")
    own = material_of(find(tmp_path), [str(tmp_path / "outputs.jsonl")])
    first, second, third, fourth = own.rows
    assert own.model == "sha256:b"
    write_jsonl(
        tmp_path / "reviews.jsonl",
        [
            judge_line(first, of="output", model="sha256:b"),
            judge_line(second, of="output", model="sha256:a"),
            judge_line(third, of="output", day="2026-11-01"),
            judge_line(fourth, of="output", model="sha256:b"),
        ],
    )
    _, report = judge(tmp_path, select=[E002])
    said = {finding["kind"]: finding["message"] for finding in report["findings"]}
    assert said == {
        "too_few_reviewed": "3 of 4 outputs are judged, where 4 must be",
        "misdated_review": "the judgement is of 2026-11-01, and outputs.jsonl was recorded later, on 2026-11-10",
        "foreign_review": "1 of 4 judgements is of nothing that is here: 1 of another model (sha256:a)",
    }


def test_the_verdict_of_a_day_is_kept_for_that_day(project, judge):
    """Age counts from today: the same files get another verdict when the judgements are too old."""
    (project / "tunespec.toml").write_text("", encoding="utf-8")
    today = datetime.now(UTC).date()
    write_jsonl(project / "reviews.jsonl", [judge_line(k, day=str(today - timedelta(days=300))) for k in keys(project)])
    assert kinds(judge(project, select=[E002])[1]) == set()
    (project / "tunespec.toml").write_text(f"[review]\ntoday = {today + timedelta(days=100)}\n", encoding="utf-8")
    assert kinds(judge(project, select=[E002])[1]) == {"outdated_review"}


def test_the_report_of_every_kind(project, judge, snapshot):
    own = keys(project)
    votes = [judge_line(key, *(["complete", "correct"] if n < 7 else [])) for n, key in enumerate(own[:29])]
    lines = [
        *votes,
        *(judge_line(key, who="Grace", day="2024-01-31") for key in own[:12]),
        judge_line(named(0), day="2062-01-01"),
        {**judge_line(own[30]), "date": "last week"},
    ]
    write_jsonl(project / "reviews.jsonl", lines)
    with (project / "reviews.jsonl").open("a", encoding="utf-8") as log:
        log.write(">>>>>>> theirs\n")
    code, report = judge(project, select=[E002])
    assert code == 1
    assert render(report, "text").partition("\n\noff: ")[0] == snapshot
    write_jsonl(project / "reviews.jsonl", [judge_line(key, day="2024-01-31") for key in own[:30]])
    _, report = judge(project, select=["E002.outdated_review"])
    assert [finding["message"] for finding in report["findings"]] == snapshot(name="outdated")
