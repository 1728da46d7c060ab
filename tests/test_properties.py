"""Laws: what must not change a verdict does not, and one planted defect is one finding."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import chat, judge_folder, write_jsonl

few = settings(max_examples=8)  # each example is a whole check, of a second and more

SUBJECTS = ["badger", "canal", "dynamo", "estuary", "furnace", "glacier", "harbour", "isotope", "jetty", "kestrel"]
PLACES = ["Norway", "the Alps", "a quiet museum", "northern Chile", "an old factory", "the tidal flats"]
ACTS = ["was first described", "is still repaired by hand", "attracts visitors", "changed its course", "was measured"]


def record(number: int) -> dict[str, object]:
    """A record unlike every other: no two numbers share more than a few words."""
    subject, place = SUBJECTS[number % 10], PLACES[number // 10 % 6]
    act = ACTS[number // 60 % 5]
    words = " ".join(f"{subject[:3]}{place[-3:]}{number}{letter}" for letter in "abcdefg")
    return chat(f"Tell me about {subject} number {number} {words}.", f"It {act} in {place}, as {words} shows.")


ASKED = "Why does the tide in the old harbour basin turn an hour later than outside the mole?"
ANSWER = "The narrow gate holds the water back, so that the basin fills and empties late"
NEARLY_ALIKE = [chat(ASKED, f"{ANSWER}."), chat(ASKED, f"{ANSWER} indeed.")]
ALIKE_BUT_FOR_SPACES = [chat("How old is the dyke?", "Six centuries."), chat("How old is the  dyke?", "Six centuries.")]

numbers = st.lists(st.integers(0, 299), min_size=4, max_size=12, unique=True)


def judged(records, raw: str | None = None):
    """Findings as ``(code, kind, text of the record)``, without places."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = write_jsonl(folder / "data.jsonl", records)
        if raw is not None:
            path.write_text(raw, encoding="utf-8")
        _, report = judge_folder(folder)
    return sorted((f["code"], f["kind"], f["row"]) for f in report["findings"]), report


@few
@given(numbers)
def test_clean_records_are_clean(chosen):
    assert judged([record(n) for n in chosen])[0] == []


@few
@given(numbers, st.randoms(use_true_random=False))
def test_shuffling_changes_no_finding(chosen, random):
    records = [record(n) for n in chosen]
    records += [records[0], chat("Who?", ""), {"messages": "none"}, *NEARLY_ALIKE, *ALIKE_BUT_FOR_SPACES]
    before, one = judged(records)
    assert {f[1] for f in before} >= {"near_duplicate_of", "duplicate_of"}
    random.shuffle(records)
    after, other = judged(records)
    assert [f[:2] for f in after] == [f[:2] for f in before]
    assert sorted(f["fingerprint"] for f in one["findings"]) == sorted(f["fingerprint"] for f in other["findings"])


@few
@given(numbers, st.sampled_from([None, 1]), st.booleans(), st.booleans())
def test_serialisation_does_not_matter(chosen, indent, ascii_only, sort_keys):
    records = [record(n) for n in chosen]
    records.append(records[1])
    array = json.dumps(records, indent=indent, ensure_ascii=ascii_only, sort_keys=sort_keys)
    findings, report = judged(records, raw=array)
    expected, original = judged(records)
    assert findings == expected == [("D005", "duplicate_of", len(chosen))]
    assert [f["fingerprint"] for f in report["findings"]] == [f["fingerprint"] for f in original["findings"]]


@few
@given(numbers, st.integers(300, 399))
def test_adding_a_clean_record_changes_nothing_else(chosen, extra):
    records = [record(n) for n in chosen]
    records += [records[0], chat("Who is it?", "")]
    before, one = judged(records)
    after, other = judged([*records, record(extra)])
    assert after == before
    assert [f["fingerprint"] for f in one["findings"]] == [f["fingerprint"] for f in other["findings"]]


def turns(*pairs):
    return {"messages": [{"role": role, "content": content} for role, content in pairs]}


DEFECTS = {
    ("D002", "record_shape"): {"messages": [{"role": "user"}]},
    ("D002", "empty_answer"): chat("What is a sluice?", " \n"),
    ("D002", "empty_prompt"): chat("", "A gate that holds back water."),
    ("D002", "role_order"): turns(("user", "What is a weir?"), ("user", "Hello?"), ("assistant", "A low dam.")),
    ("D002", "unknown_role"): turns(("usr", "What is a weir?"), ("assistant", "A low dam.")),
    ("D002", "think_block"): chat("What is a quay?", "<think>A place for ships."),
    ("D002", "key_set"): {**chat("What is a mole?", "A stone breakwater."), "colour": "red"},
}


@pytest.mark.parametrize("kind", DEFECTS, ids=lambda kind: kind[1])
@few
@given(chosen=numbers, data=st.data())
def test_one_planted_defect_is_one_finding(kind, chosen, data):
    records = [record(n) for n in chosen]
    position = data.draw(st.integers(0, len(records)))
    records.insert(position, DEFECTS[kind])
    findings, _ = judged(records)
    only_some = [f for f in findings if f[1] != "think_only_in_some"]  # an open think block is a think block too
    assert only_some == [(*kind, position)]


@few
@given(numbers, st.data())
def test_a_planted_duplicate_names_its_original(chosen, data):
    records = [record(n) for n in chosen]
    original = data.draw(st.integers(0, len(records) - 1))
    records.append(records[original])
    findings, report = judged(records)
    assert findings == [("D005", "duplicate_of", len(chosen))]
    assert report["findings"][0]["related"] == [{"path": "data.jsonl", "line": original + 1, "row": original}]
