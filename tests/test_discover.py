"""Which files form which dataset, whatever their names are."""

from __future__ import annotations

import json
import os
import sys

import pytest

from tests.conftest import chat, run_tunespec, write_jsonl
from tunespec.report import render
from tunespec.splits import group

PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]


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
