"""The labelled configurations and logs: complete, private, and counted as promised."""

import ast
import json
import re

import pytest
from benchmarks.configs.labels import KINDS, Label, labels
from benchmarks.configs.records import write_records
from benchmarks.configs.scoring import Scores

EVERY = [label for kind in KINDS for label in labels(kind)]
CODES = {"H001", "H002", "H003", "H004", "H005", "T001", "D001"}
# What only the machine of whoever trained would have: a home folder, a temporary one.
PRIVATE = re.compile(rb"/(?:home|root|tmp|Users|private)/")


@pytest.mark.parametrize(("kind", "least"), [("configs", 60), ("logs", 40)])
def test_enough_are_labelled_and_a_third_of_them_are_clean(kind, least):
    found = labels(kind)
    assert len(found) >= least
    assert sum(label.is_clean for label in found) * 3 >= len(found)


@pytest.mark.parametrize("label", EVERY, ids=lambda label: label.name)
def test_a_label_names_known_codes_and_says_why(label):
    named = {one for code in label.codes for one in code.split("|")}
    assert named <= CODES
    assert label.why.endswith(".")
    assert not (label.is_clean and named)


def test_every_rule_of_the_family_is_planted():
    assert {one for label in EVERY for code in label.codes for one in code.split("|")} == CODES


def test_no_file_tells_where_it_was_made_and_all_of_them_are_small():
    files = [path for label in EVERY for path in label.source.rglob("*") if path.is_file()]
    assert not [str(path) for path in files if PRIVATE.search(path.read_bytes())]
    assert sum(path.stat().st_size for path in files) < 1_500_000


def test_scripts_are_python_and_states_are_json():
    for label in EVERY:
        for path in label.source.rglob("*.py"):
            ast.parse(path.read_text(encoding="utf-8"))
        for path in label.source.rglob("*.json"):
            json.loads(path.read_text(encoding="utf-8"))


def test_records_are_the_same_for_a_seed_and_other_ones_for_another():
    assert write_records("chat", 30, 1) == write_records("chat", 30, 1)
    assert not set(write_records("chat", 30, 1).splitlines()) & set(write_records("chat", 30, 2).splitlines())
    assert len(json.loads(write_records("alpaca", 12, 1))) == 12


def test_a_label_is_laid_out_with_its_data(tmp_path):
    label = next(label for label in EVERY if label.name == "factory-lora")
    label.lay_out(tmp_path / "run")
    assert len(json.loads((tmp_path / "run" / "data" / "orders.json").read_text(encoding="utf-8"))) == 600
    assert (tmp_path / "run" / "train.yaml").is_file()


def scored(label, said):
    scores = Scores("configs", [label], [])
    scores.add(label, said)
    return scores


def test_one_of_two_codes_is_enough():
    label = Label("configs", "one", ["H004|H001"], "why.")
    assert scored(label, {"H001": "warning"}).found.value == 1
    assert [code for _, code in scored(label, {"H002": "info"}).missed] == ["H004|H001"]


def test_an_arguable_code_may_warn_and_may_not_fail():
    label = Label("configs", "one", [], "why.", may=["H001"])
    assert not scored(label, {"H001": "warning"}).false
    assert [severity for *_, severity in scored(label, {"H001": "error"}).false] == ["error"]
    assert not scored(label, {"H002": "info"}).false
    assert scored(Label("configs", "one", ["H002"], "why."), {"H002": "info"}).missed
    assert scored(label, {"H002": "warning"}).warnings.count == 1


def test_a_limit_that_is_not_kept_is_a_sentence():
    label = Label("configs", "one", ["H001"], "why.")
    assert list(scored(label, {"H003": "error"}).breaches()) == [
        "configs: found 0 of 1 of what must be found, less than 95%",
        "configs: 1 of 1 get a false error, more than 2%",
    ]
