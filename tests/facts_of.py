"""Facts of a few records, without a run: what the tests of facts call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.conftest import write_jsonl
from tunespec.config import find
from tunespec.discover import discover
from tunespec.facts import Fact
from tunespec.groups import GROUPS
from tunespec.progress import Progress
from tunespec.sources import RecordSource


def source_of(folder: Path, records: Iterable[Mapping[str, Any]], settings: str = "") -> RecordSource:
    """The source that a run over these records would have; ``settings`` is the text of tunespec.toml."""
    write_jsonl(folder / "data" / "data.jsonl", list(records))
    (folder / "tunespec.toml").write_text(settings, encoding="utf-8")
    config = find(folder)
    (dataset,) = discover(config, [str(folder / "data")]).datasets
    return RecordSource(dataset, None, config, Progress())


def facts_of(source: RecordSource, group: str) -> dict[str, Fact]:
    """The facts of one group, by name."""
    return {fact.name: fact for fact in GROUPS[group].compute(source)}


def marked(source: RecordSource, group: str) -> dict[str, list[int]]:
    """``kind -> rows`` of what a group finds."""
    return {name: sorted(fact.marks) for name, fact in facts_of(source, group).items() if fact.marks}
