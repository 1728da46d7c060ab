"""Facts and where rows stand, computed once per content and stored.

A group of facts is stored as Arrow IPC, one row for each mark (the row, the fact's value, the related place, the
measure), and how many rows each fact examined in a JSON file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tunespec.findings import Mark, Place
from tunespec.groups import COMPARING, GROUPS
from tunespec.split_statistics import overlaps

if TYPE_CHECKING:
    import polars as pl

    from tunespec.cache import Cache
    from tunespec.facts import Fact
    from tunespec.sources import RecordSource

_THREADS = 3  # one more than compares records: Polars mostly releases Python's lock
_TURN = 0.0005  # seconds that a thread keeps Python's lock while another waits for it
_PLACE = ("path", "line", "row", "key")


def description_name(key: str) -> str:
    """The cache's entry that describes a dataset."""
    return f"facts/{key}/description.json"


def places_of(source: RecordSource, cache: Cache, key: str) -> list[Place]:
    """Where each of a dataset's rows stands; the records are only read if that is not stored."""
    frame = _stored(cache.folder / f"facts/{key}/places.arrow")
    return source.records.places if frame is None else [Place(*row) for row in frame.iter_rows()]


def _described(source: RecordSource, cache: Cache, key: str) -> tuple[dict[str, Any], list[Place]]:
    """The dataset's description (files, profile) and where each of its rows stands, stored or computed."""
    import polars as pl

    description = cache.read(description_name(key))
    path = cache.folder / f"facts/{key}/places.arrow"
    frame = _stored(path)
    if description is None or frame is None:
        places = source.records.places
        schema = {"path": pl.Categorical, "line": pl.Int64, "row": pl.Int64, "key": pl.String}
        frame = pl.DataFrame({name: [p[i] for p in places] for i, name in enumerate(_PLACE)}, schema=schema)
        cache.place(f"facts/{key}/places.arrow", frame.write_ipc)
        description = _describe(source)
        cache.write(description_name(key), description)
        return description, places
    return description, [Place(*row) for row in frame.iter_rows()]


def _describe(source: RecordSource) -> dict[str, Any]:
    """The dataset as the report's `subjects` shows it."""
    records = source.records
    rows: dict[tuple[str, str | None], list[int]] = {}
    for place, split, defect, keys in zip(records.places, records.splits, records.defects, records.keys, strict=True):
        count = rows.setdefault((place.path, split), [0, 0])
        count[0] += 1
        count[1] += bool(defect and not keys)
    formats = {file.shown: file.format for file in source.dataset.files}
    named_by = {file.shown: {"named_by": file.named_by} for file in source.dataset.files if file.named_by}
    total = sum(len(split.rows) for split in source.splits)
    return {
        "name": source.dataset.name,
        "family": source.dataset.family,
        "files": [
            {"path": path, "split": split, "format": formats[path], "rows": count, "unread": unread}
            | named_by.get(path, {})
            for (path, split), (count, unread) in rows.items()
        ],
        "profile": source.profile.shown(),
        "splits": [split.shown(total) for split in source.splits],
        "overlaps": list(overlaps(source.splits, records, source.alike.prompts)) if len(source.splits) > 1 else [],
    }


def described_facts(
    groups: Sequence[str], source: RecordSource, cache: Cache, key: str
) -> tuple[dict[str, Any], list[Place], list[Fact]]:
    """The dataset's description, where its rows stand, and the facts of all groups; each stored or computed.

    Facts that compare records are computed one after the other in a thread, since they share the comparison; the others
    take turns in the rest.
    """
    found = {group: _stored_facts(group, cache, key) for group in groups}
    missing = [group for group in groups if found[group] is None]
    others = [group for group in missing if group not in COMPARING]
    of_texts = any(GROUPS[group].of_texts for group in others)

    def computed(group: str) -> list[Fact]:
        return _computed_facts(group, source, cache, key)

    with _short_turns(), ThreadPoolExecutor(_THREADS) as pool:
        # Where calls are nested deeply, as they are under pytest, each further one may take memory from the system and
        # give it back (CPython's stack of frames grows by pieces): reading took 3 s or 12 s. A thread begins anew.
        if missing:
            pool.submit(lambda: source.alike).result()  # what several threads need is made before they ask for it
        compared = pool.submit(lambda: {group: computed(group) for group in missing if group in COMPARING})
        if others:
            pool.submit(source.prepare, texts=of_texts).result()
        results = pool.map(computed, others)
        description, places = _described(source, cache, key)  # meanwhile
        if of_texts:  # which a model's answers are compared with, when the records are not at hand
            from tunespec.taught import store_taught, taught_by

            store_taught(taught_by(source), cache, key)
        found |= {**dict(zip(others, results, strict=True)), **compared.result()}
    return description, places, [fact for group in groups for fact in found[group] or ()]


@contextmanager
def _short_turns() -> Iterator[None]:
    """Polars and NumPy give Python's lock back and want it again hundreds of times.

    A thread that runs Python only keeps it for an interval of 5 ms, so that a core waits for that long each time.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


def _computed_facts(group: str, source: RecordSource, cache: Cache, key: str) -> list[Fact]:
    facts = GROUPS[group].compute(source)
    cache.place(f"facts/{key}/{group}.arrow", _frame(facts).write_ipc)
    cache.write(f"facts/{key}/{group}.json", [[fact.name, fact.examined, fact.reason] for fact in facts])
    return facts


def _stored_facts(group: str, cache: Cache, key: str) -> list[Fact] | None:
    from tunespec.facts import Fact

    counts = cache.read(f"facts/{key}/{group}.json")
    cache.touch(f"facts/{key}/{group}.arrow")
    frame = _stored(cache.folder / f"facts/{key}/{group}.arrow")
    if counts is None or frame is None:
        return None
    marks: dict[str, dict[int, Mark]] = {name: {} for name, _, _ in counts}
    for name, row, text, path, line, number, row_key, value, limit in frame.iter_rows():
        related = Place(path, line, number, row_key) if path is not None else None
        marks[name][row] = Mark(text, related, value, limit)
    return [Fact(name, marks[name], examined, reason) for name, examined, reason in counts]


def _stored(path: Any) -> pl.DataFrame | None:
    import polars as pl

    try:
        return pl.read_ipc(path)
    except (OSError, pl.exceptions.PolarsError):
        return None  # absent, or cut off by a full disk: compute it again


def _frame(facts: Sequence[Fact]) -> pl.DataFrame:
    """Marks as rows: most facts hold for few records."""
    import polars as pl

    schema = {"fact": pl.Categorical, "row": pl.Int64, "text": pl.String, "path": pl.Categorical, "line": pl.Int64}
    schema |= {"number": pl.Int64, "key": pl.String, "value": pl.Float64, "limit": pl.Float64}
    rows = [
        (fact.name, row, mark.text, *(mark.related or (None,) * 4), mark.value, mark.limit)
        for fact in facts
        for row, mark in fact.marks.items()
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")
