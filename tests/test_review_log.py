"""Review logs: what a line holds, what counts of many, and how one is put behind them."""

from __future__ import annotations

import json
import multiprocessing
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import write_jsonl
from tests.reviews import named, said
from tunespec.errors import CannotJudgeError
from tunespec.review.judgement import ASPECTS, Judgement, day_of, is_review, is_sheet, judgement_of
from tunespec.review.log import append, read_logs, standing
from tunespec.subjects import DataFile

HASH = named(0)
KEYS = ("record", "output", "reviewer", "date", "model", "note", "undone", *ASPECTS)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just(HASH), st.just("2026-11-26")
)


def lines_of(path: Path):
    return read_logs([DataFile(path, path.name, None, "jsonl")])


def counted(path: Path):
    return [(row, one.reviewer, one.accepted) for row, one in standing(lines_of(path))]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"output": None}, "it has neither `record` nor `output`"),
        ({"record": HASH}, "it has both `record` and `output`"),
        ({"output": "abc"}, '`output` is "abc", not a hash of 32 hexadecimal digits'),
        ({"output": 7}, "`output` is 7, not a hash of 32 hexadecimal digits"),
        ({"reviewer": "  "}, "`reviewer` names nobody"),
        ({"reviewer": ["Ada"]}, '`reviewer` is ["Ada"], not a text'),
        ({"date": "yesterday"}, '`date` is "yesterday", not a day such as 2026-11-26'),
        ({"date": None}, "`date` is missing, not a day such as 2026-11-26"),
        ({"date": "0001-01-01T00:00:00+23:59"}, '`date` is "0001-01-01T00:00:00+23:59", not a day such as 2026-11-26'),
        ({"correct": "yes"}, '`correct` is "yes", not true, false or null'),
        ({"corect": False}, "unknown key `corect`; did you mean 'correct'?"),
        (dict.fromkeys(ASPECTS), f"it judges nothing: one of {', '.join(ASPECTS)} must be true or false"),
    ],
)
def test_a_line_that_is_no_judgement_says_why(changed, why):
    with pytest.raises(ValueError, match=r".+") as refused:
        judgement_of({**said(0), **changed})
    assert str(refused.value) == why


def test_a_byte_order_mark_costs_no_judgement(tmp_path):
    """Notepad and PowerShell write one."""
    path = tmp_path / "reviews.jsonl"
    write_jsonl(path, [said(0), said(1)])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [(line.place.line, line.why) for line in lines_of(path)] == [(1, ""), (2, "")]


def test_a_line_keeps_what_it_does_not_need():
    """A sheet's own keys, and those of another tool."""
    line = {**said(0, "concise", note="long-winded"), "why": "longest", "path": "outputs.jsonl", "ticket": 17}
    judgement = judgement_of(line)
    assert (judgement.accepted, judgement.aspects["concise"], judgement.note) == (False, False, "long-winded")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-26", "2026-11-26"),
        ("2026-11-26T01:30:00+02:00", "2026-11-25"),
        ("2026-11-26T23:30:00Z", "2026-11-26"),
        ("2026-11-26 23:30", "2026-11-26"),
    ],
)
def test_days_are_those_of_utc(written, day):
    assert str(day_of(written)) == day


@given(st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(string.ascii_lowercase)), VALUES))
def test_any_object_is_a_judgement_or_is_refused(record):
    try:
        judgement = judgement_of(record)
    except ValueError:
        return
    assert is_review(record)
    assert judgement_of(json.loads(judgement.line())) == judgement


@given(st.lists(st.one_of(st.binary(max_size=40), st.just(json.dumps(said(1)).encode()))))
def test_any_bytes_are_lines_with_a_judgement_or_a_reason(tmp_path_factory, parts):
    path = tmp_path_factory.mktemp("log") / "reviews.jsonl"
    path.write_bytes(b"\n".join(parts))
    for line in lines_of(path):
        assert (line.judgement is None) == bool(line.why)


@given(st.integers(0))
def test_a_log_that_is_cut_off_loses_its_last_line_at_most(tmp_path_factory, at):
    path = tmp_path_factory.mktemp("log") / "reviews.jsonl"
    whole = b"".join(judgement_of(said(number)).line() for number in range(5))
    end = at % (len(whole) + 1)
    path.write_bytes(whole[:end])
    lines = lines_of(path)
    assert all(line.judgement is not None for line in lines[: whole[:end].count(b"\n")])
    append(path, judgement_of(said(9)))
    after = lines_of(path)
    assert after[: whole[:end].count(b"\n")] == lines[: whole[:end].count(b"\n")]
    assert after[-1].judgement == judgement_of(said(9))


def test_the_last_judgement_of_a_reviewer_counts(tmp_path):
    path = write_jsonl(
        tmp_path / "reviews.jsonl",
        [
            said(0, "correct"),
            said(0, who="Grace"),
            said(0, who=" ada "),  # the same person
            said(0, "correct", of="record"),  # something else
            said(0, "correct", model="sha256:1"),  # of another model
        ],
    )
    assert counted(path) == [(1, "Grace", True), (2, "ada", True), (3, "Ada", False), (4, "Ada", False)]


def test_what_is_taken_back_does_not_count(tmp_path):
    undone = {"output": HASH, "reviewer": "Ada", "date": "2026-11-20", "undone": True}
    path = write_jsonl(tmp_path / "reviews.jsonl", [said(0), undone, said(1), undone, said(0, "correct")])
    assert counted(path) == [(2, "Ada", True), (4, "Ada", False)]


def test_a_later_day_counts_wherever_git_merged_it(tmp_path):
    path = write_jsonl(tmp_path / "reviews.jsonl", [said(0, "correct", day="2026-11-22"), said(0, day="2026-11-21")])
    assert counted(path) == [(0, "Ada", False)]


def test_logs_are_told_from_sheets():
    assert is_review(said(0))
    assert not is_sheet(said(0))
    assert is_sheet({"output": HASH, "why": "longest"})
    assert not is_sheet({"output": "The answer.", "why": "a column of somebody's dataset"})
    assert not is_review({"output": "The answer.", "reviewer": "Ada", "date": "2026-11-26"})


def test_a_log_that_cannot_be_written_is_an_error_that_names_it(tmp_path):
    (tmp_path / "reviews.jsonl").mkdir()
    with pytest.raises(CannotJudgeError, match=r"reviews.jsonl: the judgement is not written: "):
        append(tmp_path / "reviews.jsonl", judgement_of(said(0)))


def _judge_many(path: Path, who: str) -> None:
    for number in range(100):
        append(path, Judgement("output", named(number), who, "2026-11-26", {"correct": True}, note=who * 200))


def test_two_who_judge_at_the_same_time_lose_nothing(tmp_path):
    path = tmp_path / "reviews.jsonl"
    workers = [multiprocessing.get_context("spawn").Process(target=_judge_many, args=(path, who)) for who in "AB"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len(counted(path)) == 200
