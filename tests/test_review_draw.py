"""Drawing what to review: some of each sort, the same again, and most of it the same when the data grow."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.conftest import chat, write_jsonl
from tests.reviews import material_of
from tunespec.config import find
from tunespec.errors import CannotJudgeError
from tunespec.review import draw as drawing
from tunespec.review.draw import draw
from tunespec.review.targets import output_key
from tunespec.subjects import Recording

LOOP = "It is on. It is on. It is on. It is on. It is on. It is on. It is on. It is on."


def record(number, **more):
    words = f"The valve number {number} opens {number % 7} turns"
    return {**chat(f"How does valve {number} open?", words + " and waits" * (number % 11) + "."), **more}


def made(folder, records):
    write_jsonl(folder / "data.jsonl", records)
    return material_of(find(folder), [str(folder / "data.jsonl")])


def why(drawn):
    return Counter(one.why for one in drawn)


def test_some_of_each_sort(tmp_path):
    records = [record(n, topic=f"valves {n % 4}") for n in range(200)]
    records[17] = {**chat("Is it on?", LOOP), "topic": "valves 0"}
    records[23] = {**chat("How does the old valve open?", "So."), "topic": "valves 1"}
    records[42] = {**chat("And then?", "Water flows. " * 3 + "x" * 400), "topic": "valves 2"}
    own = made(tmp_path, records)
    drawn = draw(own, 40, 0)
    assert len({one.hash for one in drawn}) == 40
    assert why(drawn) == {
        "at random": 24,
        "longest": 4,
        "shortest": 4,
        "most repetitive": 4,
        **{f"topic valves {n}": 1 for n in range(4)},
    }
    rows = {one.row: one.why for one in drawn}
    assert (rows[17], rows[23], rows[42]) == ("most repetitive", "shortest", "longest")


def test_the_same_seed_draws_the_same_and_another_one_others(tmp_path):
    own = made(tmp_path, [record(n) for n in range(300)])
    assert draw(own, 30, 0) == draw(own, 30, 0)
    same = {one.hash for one in draw(own, 30, 0)} & {one.hash for one in draw(own, 30, 1)}
    assert len(same) < 15  # the longest and the shortest are among both


def test_a_dataset_that_grows_or_is_shuffled_keeps_its_sample(tmp_path):
    records = [record(n) for n in range(300)]
    before = {one.hash for one in draw(made(tmp_path, records), 30, 0)}
    assert {one.hash for one in draw(made(tmp_path, records[::-1]), 30, 0)} == before
    grown = [record(n) for n in range(1000, 1015)] + records
    assert len(before & {one.hash for one in draw(made(tmp_path, grown), 30, 0)}) >= 27


def test_a_larger_sample_holds_most_of_the_smaller_one(tmp_path):
    own = made(tmp_path, [record(n) for n in range(300)])
    small, large = ({one.hash for one in draw(own, count, 0)} for count in (20, 40))
    assert len(small & large) >= 18


def test_who_stops_half_way_saw_some_of_each_sort(tmp_path):
    own = made(tmp_path, [record(n) for n in range(300)])
    assert set(why(draw(own, 40, 0)[:20])) >= {"at random", "longest", "shortest"}


def test_what_is_left_out_is_not_drawn_and_equal_records_are_one(tmp_path):
    own = made(tmp_path, [record(n % 10) for n in range(50)])
    drawn = draw(own, 30, 0)
    assert sorted(one.row for one in drawn) == list(range(10))
    left = {one.hash for one in drawn[:7]}
    assert {one.hash for one in draw(own, 30, 0, without=left)} == {one.hash for one in drawn[7:]}
    assert draw(own, 30, 0, without={one.hash for one in drawn}) == []


@pytest.mark.parametrize("count", range(1, 12))
def test_a_small_sample_is_as_large_as_asked(tmp_path, count):
    own = made(tmp_path, [record(n, topic=f"t{n % 3}") for n in range(60)])
    assert len(draw(own, count, 0)) == count


def test_edge_cases_alone_in_turns(tmp_path, monkeypatch):
    own = made(tmp_path, [record(n) for n in range(60)])
    cases = {"code": [1, 2, 3, 4, 5, 6, 7], "numeric": [8, 9], "tools": []}
    monkeypatch.setattr(drawing, "edge_cases", lambda *_: {kind: iter(rows) for kind, rows in cases.items()})
    assert why(draw(own, 6, 0, edge_cases_alone=True)) == {"code": 4, "numeric": 2}
    assert why(draw(own, 20, 0))["numeric"] == 1
    cases.clear()
    assert draw(own, 6, 0, edge_cases_alone=True) == []


CODE = "Call `print`:\n\n```python\nprint(%d)\n```"


def test_edge_cases_are_those_of_e003(tmp_path):
    records = [record(n) for n in range(100)]
    records[7] = chat("How do I print 7?", CODE % 7)
    records[8] = {"messages": [*record(8)["messages"], *chat("And then?", "It closes.")["messages"]]}
    own = made(tmp_path, records)
    rows = {one.row: one.why for one in draw(own, 30, 0, edge_cases_alone=True)}
    assert (rows[7], rows[8]) == ("edge case: code", "edge case: multi-turn")
    assert set(rows.items()) & {(one.row, one.why) for one in draw(own, 30, 0)}


def test_edge_cases_that_the_evaluation_set_lacks_come_first(tmp_path):
    """What E003 finds is drawn from the training records: candidates to move there."""
    train = [*(record(n) for n in range(300)), *(chat(f"How do I print {n}?", CODE % n) for n in range(20))]
    write_jsonl(tmp_path / "train.jsonl", train)
    write_jsonl(tmp_path / "validation.jsonl", [record(n) for n in range(400, 440)])
    own = material_of(find(tmp_path), [str(tmp_path)])
    drawn = draw(own, 5, 0, edge_cases_alone=True)
    assert why(drawn) == {"edge case that no evaluation record is: code": 5}
    assert all(own.place(one.row).path.endswith("train.jsonl") and one.row >= 300 for one in drawn)


def test_records_that_nobody_can_read_are_not_drawn(tmp_path):
    own = made(tmp_path, [record(1), {"messages": "none"}, record(2)])
    assert sorted(one.row for one in draw(own, 9, 0)) == [0, 2]


def test_outputs_are_drawn_by_answer_and_prompt(tmp_path):
    lines = [{"prompt": f"What is {n}?", "completion": f"A number: {n % 2}."} for n in range(6)]
    write_jsonl(tmp_path / "outputs.jsonl", [*lines, lines[0]])
    write_jsonl(tmp_path / "data.jsonl", [record(1)])
    (tmp_path / "tunespec.toml").write_text('data = ["data.jsonl"]\n[inference]\noutputs = ["outputs.jsonl"]\n')
    own = material_of(find(tmp_path), [])
    assert (own.kind, own.name, len(own.rows)) == ("output", "outputs.jsonl", 6)
    assert [one.who for one in own.said(0)] == ["user", "answer"]
    assert [one.text for one in own.said(5)] == ["What is 5?", "A number: 1."]
    assert len(draw(own, 4, 0)) == 4


def test_what_is_to_be_reviewed_must_be_one_thing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        write_jsonl(tmp_path / f"{name}.jsonl", [record(1)])
    with pytest.raises(CannotJudgeError) as refused:
        material_of(find(tmp_path), ["."])
    message = "several things may be reviewed (a.jsonl, b.jsonl): name one of them, as in `tunespec review a.jsonl`"
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            {"instruction": "Sum up.", "input": "", "output": "Done.", "context": "A long story."},
            ["context: A long story.", "user: Sum up.", "answer*: Done."],
        ),
        (
            {"prompt": "Which?", "chosen": "This.", "rejected": "That."},
            ["user: Which?", "answer*: This.", "rejected answer: That."],
        ),
        (
            {
                "messages": [
                    {"role": "system", "content": "Be brief."},
                    {"role": "user", "content": "Hot?"},
                    {"role": "assistant", "content": "Warm."},
                    {"role": "user", "content": "Sure?"},
                    {"role": "assistant", "content": "Yes."},
                ]
            },
            ["system: Be brief.", "user: Hot?", "answer: Warm.", "user: Sure?", "answer*: Yes."],
        ),
    ],
)
def test_a_person_reads_all_of_a_record(tmp_path, data, said):
    own = made(tmp_path, [data])
    assert [f"{one.who}{'*' if one.judged else ''}: {one.text}" for one in own.said(0)] == said


def test_equal_answers_have_equal_hashes_whatever_else_is_recorded(tmp_path):
    """A model that is asked again and says the same needs no new review."""
    from tunespec.inference.recorded import read_recorded
    from tunespec.shapes import Shapes
    from tunespec.subjects import DataFile

    ollama = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "done": True, "done_reason": "stop"}
    lines = [
        {
            **ollama,
            "messages": [{"role": "user", "content": "Hi?"}],
            "message": {"role": "assistant", "content": "Yo."},
        },
        {"messages": [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "Yo."}], "id": 7},
        {"messages": [{"role": "user", "content": "Hi?"}, {"role": "assistant", "content": "No."}]},
    ]
    path = write_jsonl(tmp_path / "outputs.jsonl", lines)
    recording = Recording("outputs.jsonl", (DataFile(path, "outputs.jsonl", None, "jsonl"),))
    keys = [output_key(one) for one in read_recorded(recording.files, Shapes({}, {})).answered]
    assert len(keys) == len(lines), json.dumps(keys)
    assert keys[0] == keys[1] != keys[2]
