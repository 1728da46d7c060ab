"""Review logs made by hand, and what the facts of the table ``reviews`` find in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tests.conftest import write_jsonl
from tunespec.catalogue import load
from tunespec.config import Config
from tunespec.findings import Place
from tunespec.review.judgement import ASPECTS
from tunespec.review.material import Material, looked_for, material
from tunespec.review.source import ReviewSource
from tunespec.review.tables import build
from tunespec.review.targets import Target
from tunespec.subjects import DataFile, ReviewLog

TODAY = date(2026, 11, 26)
SETTINGS: Mapping[str, Any] = load().find("E002").thresholds


def named(number: int) -> str:
    """The hash of the n-th answer."""
    return hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest()


def said(number: int, *wrong: str, of: str = "output", who: str = "Ada", day: str = "2026-11-20", **more: Any) -> Any:
    """A line: all is right but for what is ``wrong``."""
    aspects = {name: name not in wrong for name in ASPECTS}
    return {of: named(number), "reviewer": who, "date": day, **aspects, **more}


def outputs(count: int, **more: Any) -> Target:
    """A recording of so many outputs."""
    places = {named(n): Place("outputs.jsonl", n + 1, n, f"outputs.jsonl:{n}") for n in range(count)}
    return Target("outputs.jsonl", "output", places, **more)


def records(count: int) -> Target:
    """A dataset of so many records, in two files."""
    places = {named(n): Place(("train.jsonl", "test.jsonl")[n % 2], n + 1, n, named(n)) for n in range(count)}
    return Target("data", "record", places)


def source_of(folder: Path, lines: Sequence[Any], *targets: Target, **settings: Any) -> ReviewSource:
    """The source of one log with these lines, and of what they may be of."""
    path = write_jsonl(folder / "reviews.jsonl", lines)
    log = ReviewLog("reviews.jsonl", (DataFile(path, "reviews.jsonl", None, "jsonl"),))
    return ReviewSource(log, TODAY, {**SETTINGS, **settings}, lambda: targets)


def material_of(config: Config, paths: Sequence[str]) -> Material:
    """What is reviewed of what lies under some paths."""
    return material(config, looked_for(config, paths))


def marked(source: ReviewSource, *kinds: str) -> dict[str, dict[str, str]]:
    """``kind -> place -> text`` of what is found."""
    table, _ = build(kinds, source)
    return {
        kind: {str(table.places[row]): mark.text for row, mark in table.facts[kind].items()}
        for kind in kinds
        if table.facts[kind]
    }


def reasons(source: ReviewSource, *kinds: str) -> dict[str, str]:
    """Why kinds looked at nothing."""
    table, _ = build(kinds, source)
    return {kind: table.reasons[kind] for kind in kinds if kind in table.reasons}
