"""Splits in the names of files."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tunespec.splits import group, parse_name


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("a/train data.jsonl", ("a/data", "train")),
        ("a/valid data.jsonl", ("a/data", "validation")),
        ("Übung – 数据 (1)/train ä.jsonl", ("Übung – 数据 (1)/ä", "train")),
        ("my test.csv.gz", ("my", "test")),
        ("My Data - Train.json", ("My Data", "train")),
        ("train - my data.json", ("my data", "train")),
        ("qa_test-00000-of-00002.parquet", ("qa", "test")),
        ("train.jsonl", (".", "train")),
        ("a/training data/part-0.jsonl", ("a/training data/part-0.jsonl", None)),
        ("trainers.jsonl", ("trainers.jsonl", None)),
        ("latest results.jsonl", ("latest results.jsonl", None)),
    ],
)
def test_the_split_of_a_name(path, named):
    assert parse_name(PurePosixPath(path)) == named


def test_files_with_blanks_are_the_splits_of_one_dataset():
    assert group(["h/valid data.jsonl", "h/train data.jsonl"]) == {
        "h/data": [("h/train data.jsonl", "train"), ("h/valid data.jsonl", "validation")]
    }
