"""E003's facts: which kinds an evaluation set lacks, and when a kind is asked for."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import chat, write_jsonl
from tests.edge_cases import OF_KIND, in_split, usual
from tests.facts_of import facts_of, source_of
from tunespec.cases import coverage as covering
from tunespec.cases.candidates import candidates
from tunespec.cases.coverage import Limits, coverage
from tunespec.cases.kinds import KINDS, Kind
from tunespec.cases.sorting import sample
from tunespec.config import find
from tunespec.discover import discover
from tunespec.findings import Place
from tunespec.progress import Progress
from tunespec.report import render
from tunespec.sources import RecordSource
from tunespec.subject_sources import Sources
from tunespec.suite_paths import fixture_path

NUMERIC = [chat(f"I had {n} nails and lost {n - 9}. How many are left?", "There are 9 left.") for n in range(12, 90)]
ASKING = [
    chat(f"The {name} is broken today.", f"Could you tell me which {name} it is?") for name in ("saw", "rasp", "awl")
]
ASKING += [
    chat(f"My {name} fails when it rains.", f"Do you mean the {name} by the door?")
    for name in ("vice", "file", "level")
]


def findings(source: RecordSource) -> dict[str, str]:
    """``case -> text`` of what is found."""
    return {
        name.removeprefix("untested_"): mark.text
        for name, fact in facts_of(source, "cases").items()
        for mark in fact.marks.values()
    }


def proposed(source: RecordSource) -> dict[Kind, list[Place]]:
    """The places of the candidates for each kind that is lacking."""
    found = candidates(coverage(source, Limits(), {}), source.records)
    return {kind: [source.records.places[row] for row in rows] for kind, rows in found.items()}


def reasons(source: RecordSource) -> set[str | None]:
    facts = facts_of(source, "cases").values()
    assert not any(fact.marks or fact.examined for fact in facts)
    return {fact.reason for fact in facts}


def test_a_kind_that_is_trained_and_not_evaluated(tmp_path):
    records = [*usual(40, "train"), *in_split(NUMERIC[:6], "train"), *usual(60, "validation")[40:]]
    facts = facts_of(source_of(tmp_path, records), "cases")
    mark = facts["untested_numeric"].marks[[kind.case for kind in KINDS].index("numeric")]
    assert mark.text == (
        "0 of 20 evaluation records reckon with several numbers; at least 1 should, "
        "as 6 of 46 training records (13.0%) do, such as data/data.jsonl:46 and data/data.jsonl:44"
    )
    assert (mark.value, mark.limit) == (0, 1)
    assert mark.related is not None
    assert mark.related.line == 46
    assert facts["untested_code"].reason == "no training records hold code"
    assert {fact.examined for fact in facts.values() if fact.reason is None} == {1}


@pytest.mark.parametrize("split", ["validation", "test"])
def test_one_evaluation_record_is_enough(tmp_path, split):
    records = [*usual(40, "train"), *in_split(NUMERIC[:6], "train"), *usual(60, "validation")[40:]]
    covered = [*records, *in_split(NUMERIC[6:7], split)]
    assert not findings(source_of(tmp_path, covered))
    more = findings(source_of(tmp_path, covered, "[pitfalls.untested-edge-cases]\nleast = 2\n"))
    counted = " (20 of `validation`, 1 of `test`)" if split == "test" else ""
    found = f"1 of 21 evaluation records{counted} reckon with several numbers; at least 2 should"
    assert more["numeric"].startswith(found)


@pytest.mark.parametrize(
    ("trained", "others", "evaluated", "found"),
    [
        (4, 36, 20, False),  # too few to be one of the dataset's kinds
        (5, 35, 20, True),
        (5, 60, 12, False),  # twelve training records would not hold one
        (5, 60, 13, True),
    ],
)
def test_when_a_kind_is_asked_for(tmp_path, trained, others, evaluated, found):
    records = [*usual(others, "train"), *in_split(NUMERIC[:trained], "train"), *usual(100, "test")[-evaluated:]]
    assert bool(findings(source_of(tmp_path, records)).get("numeric")) is found


def test_what_is_counted_in_several_files_is_told_by_split(tmp_path):
    """The finding stands in the test split's file."""
    records = [*usual(40, "train"), *in_split(NUMERIC[:6], "train"), *in_split(usual(52)[40:], "validation")]
    told = findings(source_of(tmp_path, [*records, *in_split(usual(62)[52:], "test")]))["numeric"]
    assert told.startswith("0 of 22 evaluation records (12 of `validation`, 10 of `test`) reckon with several numbers")


def test_the_share_from_which_on_a_kind_is_asked_for(tmp_path):
    records = [*usual(40, "train"), *in_split(NUMERIC[:6], "train"), *usual(60, "validation")[40:]]
    lower, higher = (
        source_of(tmp_path / str(share), records, f"[pitfalls.untested-edge-cases]\nshare = {share}\n")
        for share in (0.13, 0.14)
    )
    assert set(findings(lower)) == {"numeric"}
    assert reasons(higher) == {"too few of 46 training records are edge cases of any kind"}


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        (usual(60), "there is no validation or test split, and no probe file"),
        (usual(60, "train"), "there is no validation or test split, and no probe file"),
        (usual(60, "test"), "the dataset has no training records (test)"),
        ([*usual(29, "train"), *usual(60, "test")[29:]], "fewer than 30 training records"),
        ([*usual(40, "train"), *usual(49, "test")[40:]], "fewer than 10 records and probes to evaluate on"),
        (
            [*usual(40, "train"), *usual(60, "test")[40:]],
            "too few of 40 training records are edge cases of any kind",
        ),
    ],
)
def test_what_cannot_be_judged(tmp_path, records, reason):
    assert reasons(source_of(tmp_path, records)) == {reason}


def test_a_single_file_says_nothing_about_what_lies_beside_it(tmp_path):
    path = write_jsonl(tmp_path / "train.jsonl", usual(60))
    config = find(tmp_path)
    (dataset,) = discover(config, [str(path)]).datasets
    (reason,) = reasons(RecordSource(dataset, None, config, Progress()))
    assert reason is not None
    assert reason.startswith("a single file was given")


def test_nothing_is_computed_without_an_evaluation_set(tmp_path):
    source = source_of(tmp_path, usual(60, "train"))
    facts_of(source, "cases")
    assert not {"passages", "answers", "spoken", "profile"} & set(vars(source))


@pytest.mark.parametrize("case", OF_KIND)
def test_each_kind_is_found_and_its_repair_is_one_record(tmp_path, case):
    own = [*OF_KIND[case]] * 5
    records = [*usual(40, "train"), *in_split(own, "train"), *usual(60, "validation")[40:]]
    name = case.replace("-", "_")
    lacking = findings(source_of(tmp_path, records))
    assert name in lacking
    repaired = findings(source_of(tmp_path, [*records, *in_split(OF_KIND[case][:1], "validation")]))
    assert set(lacking) - set(repaired) >= {name}
    assert set(repaired) <= set(lacking)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(random=st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(tmp_path, random):
    records = [*usual(40, "train"), *in_split([*NUMERIC[:6], *ASKING], "train"), *usual(60, "validation")[40:]]
    shuffled = random.sample(records, len(records))
    texts = []
    for own in (records, shuffled):
        source = source_of(tmp_path, own)
        by_line = {place.line: source.records.prompts[row] for row, place in enumerate(source.records.places)}
        best = proposed(source)
        texts.append({kind: [by_line[place.line] for place in places] for kind, places in best.items()})
    assert texts[0] == texts[1]
    assert {kind.case for kind in texts[0]} == {"numeric", "ambiguous"}


def test_the_best_candidates_fill_several_gaps_and_are_short(tmp_path):
    both = chat("I had 12 nails and lost 5 of them in the long yard.", "Could you tell me whether 7 are enough?")
    records = [*usual(40, "train"), *in_split([*NUMERIC[:6], *ASKING, both], "train"), *usual(60, "test")[40:]]
    source = source_of(tmp_path, records)
    best = proposed(source)
    assert {places[0].line for places in best.values()} == {53}
    (asking,) = (places for kind, places in best.items() if kind.case == "ambiguous")
    sizes = [len(str(records[place.line - 1]["messages"])) for place in asking[1:] if place.line]
    assert sizes == sorted(sizes)
    assert len(asking) == 7


def test_what_a_sample_lacks_is_sought_in_the_whole_evaluation_set(tmp_path, monkeypatch):
    monkeypatch.setattr(covering, "sample", lambda source, rows: sample(source, rows, 46))
    records = [*usual(40, "train"), *in_split(NUMERIC[:6], "train"), *usual(160, "test")[40:]]
    assert set(findings(source_of(tmp_path, records))) == {"numeric"}
    for seed in range(5):
        one = Random(seed).choice(NUMERIC[10:])
        assert not findings(source_of(tmp_path, [*records, *in_split([one], "test")]))


class TestProbes:
    """The user's own probe files are a part of the evaluation set."""

    @staticmethod
    def write(folder: Path, cases: list[str], name: str = "probes.jsonl") -> None:
        write_jsonl(
            folder / name,
            [
                {"id": f"p{n}", "case": case, "messages": [{"role": "user", "content": f"What is {n}?"}], "must": ["x"]}
                for n, case in enumerate(cases)
            ],
        )

    @staticmethod
    def source(folder: Path) -> RecordSource:
        config = find(folder)
        (dataset,) = discover(config, [str(folder)]).datasets
        return RecordSource(dataset, None, config, Progress())

    def test_they_count_by_the_case_that_they_name(self, tmp_path):
        write_jsonl(tmp_path / "train.jsonl", [*usual(40), *NUMERIC[:6]])
        self.write(tmp_path, ["plain"] * 12)
        found = findings(self.source(tmp_path))
        assert found["numeric"].startswith("0 of 12 evaluation records and probes reckon with several numbers")
        self.write(tmp_path, ["plain"] * 11 + ["numeric"])
        assert not findings(self.source(tmp_path))

    def test_they_stand_beside_the_splits(self, tmp_path):
        write_jsonl(tmp_path / "train.jsonl", [*usual(40), *NUMERIC[:6]])
        write_jsonl(tmp_path / "validation.jsonl", usual(60)[40:])
        assert set(findings(self.source(tmp_path))) == {"numeric"}
        self.write(tmp_path, ["numeric"])
        assert not findings(self.source(tmp_path))

    def test_two_datasets_may_both_be_meant(self, tmp_path):
        for name in ("a", "b"):
            write_jsonl(tmp_path / name / "train.jsonl", [*usual(40), *NUMERIC[:6]])
        self.write(tmp_path, ["numeric"] * 12)
        assert {dataset.probes for dataset in discover(find(tmp_path), [str(tmp_path)]).datasets} == {()}

    def test_those_that_the_configuration_names_count_too(self, tmp_path):
        write_jsonl(tmp_path / "data/train.jsonl", usual(40))
        self.write(tmp_path, ["numeric"], "asked.jsonl")
        (tmp_path / "tunespec.toml").write_text('[inference]\nprobes = ["asked.jsonl"]\n', encoding="utf-8")
        (dataset,) = discover(find(tmp_path), [str(tmp_path / "data")]).datasets
        assert [file.shown for file in dataset.probes] == ["asked.jsonl"]

    def test_the_finding_stands_in_the_probe_file_if_nothing_else_evaluates(self, tmp_path, judge):
        write_jsonl(tmp_path / "train.jsonl", [*usual(40), *NUMERIC[:6]])
        self.write(tmp_path, ["plain"] * 12)
        _, report = judge(tmp_path, select=["E003"])
        assert [(f["path"], f["kind"]) for f in report["findings"]] == [("probes.jsonl", "untested_numeric")]

    def test_a_changed_probe_is_judged_anew(self, tmp_path):
        write_jsonl(tmp_path / "train.jsonl", usual(40))
        keys = []
        for cases in (["plain"], ["numeric"]):
            self.write(tmp_path, cases)
            config = find(tmp_path)
            discovery = discover(config, [str(tmp_path)])
            keys.append(Sources(config, discovery, Progress(), None).key(discovery.datasets[0]))  # type: ignore[arg-type]
        assert keys[0] != keys[1]


@pytest.mark.parametrize("kind", ["untested_language", "untested_rare", "untested_tools"])
def test_the_text_report(judge, tmp_path, snapshot, kind):
    example = fixture_path("E003-untested-edge-cases") / f"bad-{kind}"
    _, report = judge(Path(shutil.copytree(example, tmp_path / "project")), select=["E003"])
    (block,) = (block for block in render(report, "text").split("\n\n") if block.startswith("warning"))
    assert block == snapshot
