"""Tables of facts: which groups of facts a table has, what each is built from, and their cache.

A group is computed once per content and stored as Arrow IPC: one column per fact, null where nothing was found, with
the related place and the measure beside it, and how many rows were examined in a JSON file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    "duplicates": (frozenset({"duplicate_of", "near_duplicate_of"}), _duplicates),
    "leakage": (
        frozenset(
            "leaked_record leaked_prompt near_leaked_record near_leaked_prompt benchmark_prompt "
            "near_benchmark_prompt".split()
        ),
        _leakage,
    ),
}
TEXTS = ("prompt", "answer", "system", "split")  # columns for house rules: never stored, they are the user's text


@dataclass(frozen=True)
class Table:
    """Columns of facts over the rows of one dataset, and where each row stands."""

    frame: pl.DataFrame
    places: Sequence[Place]
    examined: Mapping[str, int]
    reasons: Mapping[str, str]

    def marks(self, kind: str, rows: Iterable[int]) -> Iterable[tuple[Place, Mark]]:
        """Where each of ``rows`` stands, and its value of the fact."""
        known = f"{kind}.value" in self.frame.columns
        for row in rows:
            text = self.frame[kind][row]
            if not known:
                yield self.places[row], Mark("" if kind in TEXTS else str(text))
                continue
            related = self.frame[f"{kind}.related"][row]
            value, limit = self.frame[f"{kind}.value"][row], self.frame[f"{kind}.limit"][row]
            yield self.places[row], Mark(text, Place(**related) if related else None, value, limit)


def build_table(columns: Iterable[str], source: RecordSource, cache: Cache, key: str) -> tuple[Table, dict[str, Any]]:
    """The table ``records`` with these fact columns, and the dataset's description (files, profile).

    Raises:
        CannotJudgeError: for a column that no group computes, or input that cannot be read.
    """
    import polars as pl

    wanted = set(columns)
    groups = [name for name, (facts, _) in GROUPS.items() if facts & wanted]
    unknown = wanted - set(TEXTS) - {fact for facts, _ in GROUPS.values() for fact in facts}
    if unknown:
        known = [*TEXTS, *(fact for facts, _ in GROUPS.values() for fact in facts)]
        name = min(unknown)
        raise CannotJudgeError(f"the table records has no fact {name!r}{closest(name, known)}")
    description, places = _places(source, cache, key)
    frames: list[pl.DataFrame] = []
    examined: dict[str, int] = {}
    reasons: dict[str, str] = {}
    for group in groups:
        frame, counts = _group(group, source, cache, key, len(places))
        frames.append(frame)
        examined |= counts["examined"]
        reasons |= counts["reasons"]
    if wanted & set(TEXTS):
        frames.append(_texts(source))
    frame = pl.concat(frames, how="horizontal") if frames else pl.DataFrame()
    return Table(frame, places, examined, reasons), description


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


def _group(
    group: str, source: RecordSource, cache: Cache, key: str, height: int
) -> tuple[pl.DataFrame, dict[str, dict[str, Any]]]:
    counts = cache.read(f"facts/{key}/{group}.json")
    frame = _stored(cache.folder / f"facts/{key}/{group}.arrow")
    if counts is not None and frame is not None:
        return frame, counts
    facts = GROUPS[group][1](source)
    frame = _frame(facts, height)
    counts = {
        "examined": {fact.name: fact.examined for fact in facts},
        "reasons": {fact.name: fact.reason for fact in facts if fact.reason},
    }
    cache.place(f"facts/{key}/{group}.arrow", frame.write_ipc)
    cache.write(f"facts/{key}/{group}.json", counts)
    return frame, counts


def _stored(path: Any) -> pl.DataFrame | None:
    import polars as pl

    try:
        return pl.read_ipc(path)
    except (OSError, pl.exceptions.PolarsError):
        return None  # absent, or cut off by a full disk: compute it again


def _frame(facts: Sequence[Fact], height: int) -> pl.DataFrame:
    import polars as pl

    place = pl.Struct({"path": pl.String, "line": pl.Int64, "row": pl.Int64, "key": pl.String})
    columns: dict[str, pl.Series] = {}
    for fact in facts:
        marks = [fact.marks.get(row) for row in range(height)]
        columns[fact.name] = pl.Series([m and m.text for m in marks], dtype=pl.String)
        related = [m.related._asdict() if m and m.related else None for m in marks]
        columns[f"{fact.name}.related"] = pl.Series(related, dtype=place)
        columns[f"{fact.name}.value"] = pl.Series([m and m.value for m in marks], dtype=pl.Float64)
        columns[f"{fact.name}.limit"] = pl.Series([m and m.limit for m in marks], dtype=pl.Float64)
    return pl.DataFrame(columns)


def _texts(source: RecordSource) -> pl.DataFrame:
    import polars as pl

    records = source.records
    readable = [c is not None and not c.defect for c in records.conversations]
    columns = {
        "prompt": [text if ok else None for text, ok in zip(records.prompts, readable, strict=True)],
        "answer": [text if ok else None for text, ok in zip(records.answers, readable, strict=True)],
        "system": [c.system if c else None for c in records.conversations],
        "split": records.splits,
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(TEXTS, pl.String))
