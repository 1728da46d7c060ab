"""Every pitfall is documented as its users need it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from pkgutil import resolve_name

import pytest

from tunespec.catalogue import load
from tunespec.docs import index, page
from tunespec.groups import GROUPS
from tunespec.inference.tables import GROUPS as GROUPS_OF_ANSWERS
from tunespec.review.tables import GROUPS as GROUPS_OF_REVIEWS
from tunespec.templates.tables import TABLES as TEMPLATE_TABLES
from tunespec.training.tables import SETTING_FACTS, STEP_FACTS

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = load()
PITFALLS = CATALOGUE.pitfalls
IDS = [pitfall.code for pitfall in PITFALLS]


@pytest.mark.parametrize("pitfall", PITFALLS, ids=IDS)
def test_a_pitfall_says_what_why_and_what_to_do(pitfall):
    assert {"Problem", "Prevention", "Fix", "Kinds", "Sources"} <= set(pitfall.documentation.sections)
    assert ("Thresholds" in pitfall.documentation.sections) == bool(pitfall.thresholds)
    assert set(pitfall.documentation.entries("Thresholds")) == set(pitfall.thresholds)
    assert set(pitfall.documentation.entries("Kinds")) == set(pitfall.kinds())


@pytest.mark.parametrize("pitfall", PITFALLS, ids=IDS)
def test_every_message_carries_the_facts_value(pitfall):
    for kind in pitfall.kinds():
        assert "VALUE" in pitfall.documentation.kind(kind).says("VALUE")
        assert pitfall.documentation.kind(kind).what


def test_codes_names_and_facts_have_one_owner():
    assert len({pitfall.name for pitfall in PITFALLS}) == len({pitfall.code for pitfall in PITFALLS})
    judged = [(pitfall.table, kind) for pitfall in PITFALLS for kind in pitfall.kinds()]
    computed = [(group.table, fact) for group in GROUPS.values() for fact in group.facts]
    computed += [(table, fact) for table, made in TEMPLATE_TABLES.items() for fact in made.facts]
    computed += [("answers", fact) for facts in GROUPS_OF_ANSWERS for fact in facts.split()]
    computed += [("settings", fact) for fact in SETTING_FACTS] + [("steps", fact) for fact in STEP_FACTS]
    computed += [("reviews", fact) for facts in GROUPS_OF_REVIEWS for fact in facts.split()]
    assert sorted(judged) == sorted(computed)
    owners = {(kind, pitfall.code) for pitfall in PITFALLS for kind in pitfall.kinds()}
    assert len(owners) == len({kind for kind, _ in owners})


@pytest.mark.parametrize("finder", GROUPS_OF_ANSWERS.values(), ids=lambda finder: finder.function)
def test_what_finds_facts_of_answers_is_there(finder):
    assert callable(resolve_name(f"tunespec.inference.{finder.function}"))


@pytest.mark.parametrize("pitfall", PITFALLS, ids=IDS)
def test_the_docs_page_is_the_docstrings(pitfall):
    committed = ROOT / "docs/pitfalls" / f"{pitfall.code}-{pitfall.name}.md"
    assert committed.read_text(encoding="utf-8") == page(CATALOGUE, pitfall.code), "run: make docs"


def test_a_page_has_every_function_of_its_pitfall_and_begins_with_the_one_of_its_name():
    text = page(CATALOGUE, "T001")
    assert text.index("Table: `stops`") < text.index("## On the table `files`") < text.index("Table: `files`")
    assert all(f"| `{kind}` |" in text for p in PITFALLS if p.code == "T001" for kind in p.kinds())


def test_the_index_names_each_pitfall_once():
    rows = [line.split(" | ")[0] for line in index(CATALOGUE).splitlines() if line.startswith("| ")]
    assert len(rows) == len(set(rows)) + rows.count("| code") - 1


def test_the_docs_index_is_complete():
    assert (ROOT / "docs/pitfalls/README.md").read_text(encoding="utf-8") == index(CATALOGUE), "run: make docs"


def test_no_committed_file_names_a_machines_path():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.splitlines():
        text = (ROOT / name).read_bytes()
        assert b"/work" + b"/main" not in text, name
