"""E001's facts: too small and too different, and what is neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import chat, write_jsonl
from tunespec.facts import Fact
from tunespec.facts.held_out import ByTrainer, Limits, held_out_facts
from tunespec.split_statistics import Split

USUAL = [120, 300, 80, 450, 200, 160, 95, 510, 230, 330]


def split(
    name: str | None,
    count: int,
    lengths: Sequence[int] = USUAL,
    topics: Mapping[str, int] | None = None,
) -> Split:
    repeated = [lengths[i % len(lengths)] for i in range(count)]
    return Split(name, range(count), repeated, 0, topics or {}, {})


def facts(*splits: Split, alone: bool = False) -> dict[str, Fact]:
    return {fact.name: fact for fact in held_out_facts(splits, Limits(), alone=alone)}


def test_a_training_split_alone():
    found = facts(split("train", 100))
    assert found["missing_validation"].marks[0].text.startswith("100 training records, and no validation")
    assert "no validation or test split" in (found["small_validation"].reason or "")


@pytest.mark.parametrize(
    ("splits", "alone", "reason"),
    [
        ([split("train", 100)], True, "a single file was given"),
        ([split(None, 100)], False, "nothing names a split"),
        ([split("test", 100)], False, "only the split test"),
        ([split("train", 0), split("validation", 5)], False, "only the split validation"),
    ],
)
def test_what_cannot_be_judged(splits, alone, reason):
    found = facts(*splits, alone=alone)
    assert {fact.examined for fact in found.values()} == {0}
    assert all(reason in (fact.reason or "") for fact in found.values())


@pytest.mark.parametrize(
    ("train", "held_out", "small"),
    [
        (8, 1, False), (40, 1, True), (40, 2, False), (200, 9, True), (200, 10, False), (5_000, 40, True),
        (5_000, 50, False), (100_000, 199, True), (100_000, 200, False),
    ],
)  # fmt: skip
def test_how_small_is_too_small(train, held_out, small):
    assert bool(facts(split("train", train), split("validation", held_out))["small_validation"].marks) is small


def test_a_test_split_is_held_out_data_too():
    found = facts(split("train", 500), split("test", 100))
    assert not found["missing_validation"].marks
    assert found["different_validation"].examined == 1


def test_lengths_of_another_kind():
    found = facts(split("train", 500), split("validation", 60, [2_000, 3_000, 2_500]))
    (mark,) = found["different_validation"].marks.values()
    assert "answers of 2,500 characters (median), in train of 230" in mark.text
    assert mark.value is not None
    assert mark.limit is not None
    assert mark.value > mark.limit


def test_topics_of_another_kind():
    train = split("train", 400, topics={"billing": 200, "delivery": 200})
    found = facts(train, split("validation", 60, topics={"billing": 58, "delivery": 2}))
    assert "97% billing, in train 50%" in found["different_validation"].marks[1].text
    same = split("validation", 60, topics={"billing": 36, "delivery": 24})
    assert not facts(train, same)["different_validation"].marks


def test_languages_of_another_kind(judge, tmp_path):
    rivers = ("Seine", "Loire", "Rhine", "Danube", "Elbe", "Oder", "Po", "Tiber", "Ebro", "Tagus", "Thames", "Severn")
    english = [chat(f"What is the length of the {r}?", f"The {r} is one of the rivers that are long.") for r in rivers]
    german = [
        chat(f"Wie lang ist der Fluss {r}?", f"Der Fluss {r} ist einer von denen, die lang sind.") for r in rivers
    ]
    write_jsonl(tmp_path / "data/train.jsonl", english * 3)
    write_jsonl(tmp_path / "data/validation.jsonl", german * 3)
    _, report = judge(tmp_path, select=["E001"])
    (finding,) = report["findings"]
    assert "languages: 100% German, in train 0%" in finding["message"]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("topics", [2, 10, 50, 200])
def test_random_topics_are_not_different(topics, seed):
    random = Random(seed)
    drawn = [f"topic {random.randrange(topics)}" for _ in range(1_040)]
    counts = [{topic: part.count(topic) for topic in set(part)} for part in (drawn[:1_000], drawn[1_000:])]
    found = facts(split("train", 1_000, topics=counts[0]), split("validation", 40, topics=counts[1]))
    assert not found["different_validation"].marks


@given(st.lists(st.integers(1, 5_000), min_size=40, max_size=120), st.randoms(use_true_random=False))
def test_a_random_half_is_not_different(lengths, random):
    random.shuffle(lengths)
    half = len(lengths) // 2
    found = facts(split("train", half, lengths[:half]), split("test", half, lengths[half : 2 * half]))
    assert not found["different_validation"].marks


def test_the_report_shows_what_is_in_the_splits(judge, tmp_path):
    seine = chat("What is the Seine?", "A river.")
    candide = chat("Who wrote Candide?", "Voltaire.")
    write_jsonl(tmp_path / "data/train.jsonl", [{**seine, "topic": "rivers"}, {**candide, "topic": "rivers"}])
    write_jsonl(tmp_path / "data/validation.jsonl", [{**seine, "topic": "rivers"}])
    _, report = judge(tmp_path)
    (subject,) = report["subjects"]
    assert [(one["split"], one["records"], one["answer_characters"]) for one in subject["splits"]] == [
        ("train", 2, 17),
        ("validation", 1, 8),
    ]
    assert subject["splits"][0]["topics"] == {"rivers": 2}
    assert subject["overlaps"] == [{"split": "validation", "with": "train", "records": 1, "prompts": 1}]


@pytest.mark.parametrize(
    ("records", "share", "small"),
    [(1_000, 0.1, ""), (1_000, 0.001, "1 record"), (200, 0.05, ""), (100, 2, "2 records"), (100, 10, ""), (5, 50, "")],
)
def test_the_trainer_holds_records_out(records, share, small):
    by_trainer = ByTrainer(f"`val_size: {share}` (train.yaml:4)", share)
    made = held_out_facts([split("train", records)], Limits(), by_trainer, alone=False)
    found = {fact.name: fact for fact in made}
    assert not found["missing_validation"].marks
    assert found["missing_validation"].examined == 1
    texts = [mark.text for mark in found["small_validation"].marks.values()]
    assert [text.startswith(f"{by_trainer.said} holds {small} out beside") for text in texts] == [True] * bool(small)
    assert by_trainer.said in (found["different_validation"].reason or "")


def test_the_trainer_evaluates_on_other_data():
    by_trainer = ByTrainer("`test_datasets` (train.yaml:7)")
    missing, *others = held_out_facts([split("train", 100)], Limits(), by_trainer, alone=False)
    assert (missing.marks, missing.examined) == ({}, 1)
    assert {fact.reason for fact in others} == {f"the trainer's configuration names other data: {by_trainer.said}"}


def test_files_of_their_own_go_before_what_the_trainer_holds_out():
    made = held_out_facts([split("train", 1_000), split("validation", 1)], Limits(), ByTrainer("x", 0.5), alone=False)
    assert made[1].marks[1].text == "validation has 1 records beside 1,000 training records; 10 is least"


def test_records_that_nothing_names_a_split_of_are_trained_on_where_the_trainer_holds_some_out():
    made = held_out_facts([split(None, 1_000)], Limits(), ByTrainer("x", 0.1), alone=True)
    assert [fact.examined for fact in made] == [1, 1, 0]


def test_a_configuration_of_the_trainer_is_heard(judge, tmp_path):
    write_jsonl(tmp_path / "data/train.jsonl", [chat(f"What is {n} times 7?", f"{7 * n}.") for n in range(40)])
    text = (
        "base_model: x/y\nlearning_rate: 2e-4\ndatasets:\n  - path: data/train.jsonl\n    type: chat_template\n"
        "val_set_size: {}\n"
    )
    _, report = judge(tmp_path, select=["E001"])
    assert [finding["kind"] for finding in report["findings"]] == ["missing_validation"]
    other = "0\ntest_datasets:\n  - path: acme/held-out\n    type: chat_template"
    for share, kinds in (("0.1", []), (other, []), ("1", ["small_validation"])):
        (tmp_path / "train.yaml").write_text(text.format(share), encoding="utf-8")
        _, report = judge(tmp_path, select=["E001"])
        assert [finding["kind"] for finding in report["findings"]] == kinds
    assert "`val_set_size: 1` (train.yaml:6) holds 1 record out" in report["findings"][0]["message"]
