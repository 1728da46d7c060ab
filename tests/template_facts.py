"""Facts of a template pair's files, without a run: what the tests of facts call."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tunespec.config import Config, find
from tunespec.discover import discover
from tunespec.facts import Fact
from tunespec.progress import Progress
from tunespec.sources import RecordSource
from tunespec.subjects import TemplatePair
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource
from tunespec.templates.tables import TABLES


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A project folder with these files; `tunespec.toml` is empty unless it is one of them."""
    for name, content in {"tunespec.toml": "", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def sources_of(folder: Path) -> dict[str, TemplateSource]:
    """The sources that a run over the folder would have, by the pair's name."""
    config = find(folder)
    found = discover(config, [str(folder)]).templates
    return {pair.name: TemplateSource(pair, config, _records(pair, config)) for pair in found}


def _records(pair: TemplatePair, config: Config) -> RecordSource | None:
    return RecordSource(pair.dataset, None, config, Progress()) if pair.dataset is not None else None


def facts_of(source: TemplateSource, table: str = "stops") -> dict[str, Fact]:
    """A table's facts, by name."""
    made = TABLES[table]
    rows = Rows(made.facts)
    made.fill(source, rows)
    return {fact.name: fact for fact in rows.found()}


def marked(source: TemplateSource, table: str = "stops") -> dict[str, list[str]]:
    """``kind -> texts`` of what is found."""
    found = facts_of(source, table)
    return {name: [mark.text for mark in fact.marks.values()] for name, fact in found.items() if fact.marks}
