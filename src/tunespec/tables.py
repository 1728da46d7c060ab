"""Tables of facts: which groups of facts a table has, what each is built from, and their cache.

A group is computed once per content and stored as Arrow IPC, one row for each mark (the row, the fact's value, the
related place, the measure), and how many rows each fact examined in a JSON file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tunespec.catalogue import closest
from tunespec.errors import CannotJudgeError
from tunespec.findings import Mark, Place

if TYPE_CHECKING:
    import polars as pl

    from tunespec.cache import Cache
    from tunespec.config import Config
    from tunespec.facts import Fact
    from tunespec.facts.alike import Alike
    from tunespec.profile import Profile
    from tunespec.progress import Progress
    from tunespec.records import Records
    from tunespec.subjects import Dataset

_PLACE = ("path", "line", "row", "key")


class RecordSource:
    """What the facts of one dataset are computed from; each part is read or computed when first asked for."""

    def __init__(self, dataset: Dataset, benchmarks: Dataset | None, config: Config, progress: Progress) -> None:
        """``benchmarks`` holds the files that D004 compares the dataset ``against``, if any."""
        self.dataset, self.benchmarks = dataset, benchmarks
        self._config, self._progress = config, progress

    @cached_property
    def records(self) -> Records:
        """The dataset's records."""
        return self._read(self.dataset)

    @cached_property
    def profile(self) -> Profile:
        """What is usual among them."""
        from tunespec.profile import make_profile

        return make_profile(self.records)

    @cached_property
    def alike(self) -> Alike:
        """Similar pairs among them and the benchmarks' records."""
        from tunespec.facts.alike import BENCHMARK, Alike

        records = self.records
        if self.benchmarks is not None:
            records = records.followed_by(self._read(self.benchmarks), split=BENCHMARK)
        return Alike(records, self._progress)

    def _read(self, dataset: Dataset) -> Records:
        from tunespec.records import read_records

        return read_records(dataset, self._config.columns, self._config.roles, self._progress)


def _format(source: RecordSource) -> list[Fact]:
    from tunespec.facts.format import format_facts

    return format_facts(source.records, source.profile)


def _duplicates(source: RecordSource) -> list[Fact]:
    from tunespec.facts.duplicates import duplicate_facts

    return duplicate_facts(source.alike)


def _leakage(source: RecordSource) -> list[Fact]:
    from tunespec.facts.leakage import leakage_facts

    return leakage_facts(source.alike, against=source.benchmarks is not None)


# The groups of the table `records`: which facts each computes, and how.
GROUPS: Mapping[str, tuple[frozenset[str], Callable[[RecordSource], list[Fact]]]] = {
    "format": (
        frozenset(
            "unreadable record_shape key_set empty_prompt empty_answer unknown_role role_order tool_call think_block "
            "think_only_in_some system_only_in_some template_header preference".split()
        ),
        _format,
    ),
    "leakage": (
        frozenset(
            "leaked_record leaked_prompt near_leaked_record near_leaked_prompt benchmark_prompt "
            "near_benchmark_prompt".split()
        ),
        _leakage,
    ),
    "duplicates": (frozenset({"duplicate_of", "near_duplicate_of"}), _duplicates),
}
TEXTS = ("prompt", "answer", "system", "split")  # columns for house rules: never stored, they are the user's text


@dataclass(frozen=True)
class Table:
    """Facts over the rows of one dataset, and where each row stands.

    ``facts`` maps a fact to its marks by row; ``texts`` maps a text column, if asked for, to its values.
    """

    places: Sequence[Place]
    facts: Mapping[str, Mapping[int, Mark]]
    texts: Mapping[str, Sequence[str | None]]
    examined: Mapping[str, int]
    reasons: Mapping[str, str]

    def column(self, name: str) -> list[str | None]:
        """The values of a fact or text column, one for each row."""
        if name in self.texts:
            return list(self.texts[name])
        values: list[str | None] = [None] * len(self.places)
        for row, mark in self.facts[name].items():
            values[row] = mark.text
        return values

    def mark(self, kind: str, row: int) -> Mark:
        """The value of a fact on a row; a text column's value stays in the user's file."""
        return self.facts[kind][row] if kind in self.facts else Mark("")


def build_table(columns: Iterable[str], source: RecordSource, cache: Cache, key: str) -> tuple[Table, dict[str, Any]]:
    """The table ``records`` with these fact columns, and the dataset's description (files, profile).

    Raises:
        CannotJudgeError: for a column that no group computes, or input that cannot be read.
    """
    wanted = set(columns)
    groups = [name for name, (facts, _) in GROUPS.items() if facts & wanted]
    unknown = wanted - set(TEXTS) - {fact for facts, _ in GROUPS.values() for fact in facts}
    if unknown:
        known = [*TEXTS, *(fact for facts, _ in GROUPS.values() for fact in facts)]
        name = min(unknown)
        raise CannotJudgeError(f"the table records has no fact {name!r}{closest(name, known)}")
    description, places = _places(source, cache, key)
    facts = _facts(groups, source, cache, key)
    table = Table(
        places,
        {fact.name: fact.marks for fact in facts},
        _texts(source) if wanted & set(TEXTS) else {},
        {fact.name: fact.examined for fact in facts},
        {fact.name: fact.reason for fact in facts if fact.reason},
    )
    return table, description


def _places(source: RecordSource, cache: Cache, key: str) -> tuple[dict[str, Any], list[Place]]:
    import polars as pl

    description = cache.read(f"facts/{key}/description.json")
    path = cache.folder / f"facts/{key}/places.arrow"
    frame = _stored(path)
    if description is None or frame is None:
        places = source.records.places
        schema = {"path": pl.Categorical, "line": pl.Int64, "row": pl.Int64, "key": pl.String}
        frame = pl.DataFrame({name: [p[i] for p in places] for i, name in enumerate(_PLACE)}, schema=schema)
        cache.place(f"facts/{key}/places.arrow", frame.write_ipc)
        description = _describe(source)
        cache.write(f"facts/{key}/description.json", description)
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
    return {
        "name": source.dataset.name,
        "family": source.dataset.family,
        "files": [
            {"path": path, "split": split, "format": formats[path], "rows": count, "unread": unread}
            for (path, split), (count, unread) in rows.items()
        ],
        "profile": source.profile.shown(),
    }


def _facts(groups: Sequence[str], source: RecordSource, cache: Cache, key: str) -> list[Fact]:
    """The facts of all groups, stored or computed; the first group in this thread, while another does the rest."""
    found = {group: _stored_facts(group, cache, key) for group in groups}
    missing = [group for group in groups if found[group] is None]
    if missing:
        _ = source.profile  # before two threads ask for it
        with ThreadPoolExecutor(1) as pool:
            rest = pool.submit(lambda: [_computed_facts(group, source, cache, key) for group in missing[1:]])
            computed = [_computed_facts(missing[0], source, cache, key), *rest.result()]
        found |= dict(zip(missing, computed, strict=True))
    return [fact for group in groups for fact in found[group] or ()]


def _computed_facts(group: str, source: RecordSource, cache: Cache, key: str) -> list[Fact]:
    facts = GROUPS[group][1](source)
    cache.place(f"facts/{key}/{group}.arrow", _frame(facts).write_ipc)
    cache.write(f"facts/{key}/{group}.json", [[fact.name, fact.examined, fact.reason] for fact in facts])
    return facts


def _stored_facts(group: str, cache: Cache, key: str) -> list[Fact] | None:
    from tunespec.facts import Fact

    counts = cache.read(f"facts/{key}/{group}.json")
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


def _texts(source: RecordSource) -> dict[str, Sequence[str | None]]:
    records = source.records
    readable = [c is not None and not c.defect for c in records.conversations]
    return {
        "prompt": [text if ok else None for text, ok in zip(records.prompts, readable, strict=True)],
        "answer": [text if ok else None for text, ok in zip(records.answers, readable, strict=True)],
        "system": [c.system if c else None for c in records.conversations],
        "split": records.splits,
    }
