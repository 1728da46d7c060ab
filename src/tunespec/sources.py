"""What the facts of a dataset are computed from, and the groups of facts that are computed together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tunespec.config import Config
    from tunespec.facts import Fact
    from tunespec.facts.alike import Alike
    from tunespec.passages import Passages
    from tunespec.profile import Profile
    from tunespec.progress import Progress
    from tunespec.records import Records
    from tunespec.subjects import Dataset


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

        return make_profile(self.records, self.setting("D001", "marker"))

    @cached_property
    def passages(self) -> Passages:
        """Their texts, turn by turn."""
        from tunespec.passages import make_passages

        return make_passages(self.records, self.profile.end_marker)

    @cached_property
    def alike(self) -> Alike:
        """Similar pairs among them and the benchmarks' records."""
        from tunespec.facts.alike import BENCHMARK, Alike

        records = self.records
        if self.benchmarks is not None:
            records = records.followed_by(self._read(self.benchmarks), split=BENCHMARK)
        return Alike(records, self._progress)

    def setting(self, code: str, key: str) -> Any:
        """What the configuration says for one of ``SETTINGS``."""
        return setting(self._config, code, key)

    def _read(self, dataset: Dataset) -> Records:
        from tunespec.records import read_records

        return read_records(dataset, self._config.columns, self._config.roles, self._progress)


# Thresholds that facts are computed from, by pitfall: a change makes the facts anew. (Others only judge the facts.)
SETTINGS: Mapping[str, tuple[str, ...]] = {"D001": ("marker",)}


def setting(config: Config, code: str, key: str) -> Any:
    """The value of a threshold of a pitfall."""
    return config.thresholds(config.catalogue.find(code))[key]


def settings_key(config: Config) -> list[tuple[str, str, Any, str]]:
    """The settings of all facts, for a cache key; where one names a file, with its content's hash."""
    from tunespec.subjects import content_hash

    found = []
    for code, keys in SETTINGS.items():
        for key in keys:
            value = setting(config, code, key)
            path = config.root / value if isinstance(value, str) and value else None
            found.append((code, key, value, content_hash(path) if path and path.is_file() else ""))
    return found


def _format(source: RecordSource) -> list[Fact]:
    from tunespec.facts.format import format_facts

    return format_facts(source.records, source.profile)


def _end_markers(source: RecordSource) -> list[Fact]:
    from tunespec.facts.end_markers import end_marker_facts

    return end_marker_facts(source.records, source.profile)


def _duplicates(source: RecordSource) -> list[Fact]:
    from tunespec.facts.duplicates import duplicate_facts

    return duplicate_facts(source.alike)


def _leakage(source: RecordSource) -> list[Fact]:
    from tunespec.facts.leakage import leakage_facts

    return leakage_facts(source.alike, [file.shown for file in source.benchmarks.files] if source.benchmarks else [])


def _injection(source: RecordSource) -> list[Fact]:
    from tunespec.facts.injection import injection_facts

    return injection_facts(source.passages, source.records)


class Group(NamedTuple):
    """Facts that are computed together: the table they belong to, their names, and how."""

    table: str
    facts: frozenset[str]
    compute: Callable[[RecordSource], list[Fact]]


def _records(facts: str, compute: Callable[[RecordSource], list[Fact]]) -> Group:
    return Group("records", frozenset(facts.split()), compute)


COMPARING = frozenset({"leakage", "duplicates"})  # groups computed from the same comparison of records
GROUPS: Mapping[str, Group] = {
    "format": _records(
        "unreadable record_shape key_set empty_prompt empty_answer unknown_role role_order tool_call think_block "
        "think_only_in_some system_only_in_some template_header preference",
        _format,
    ),
    "injection": _records(
        "hidden_text forged_turn obeyed_injection hijacking_instruction prompt_leak",
        _injection,
    ),
    "end_markers": _records("missing_end_marker", _end_markers),
    "leakage": _records(
        "leaked_record leaked_prompt near_leaked_record near_leaked_prompt benchmark_prompt near_benchmark_prompt",
        _leakage,
    ),
    "duplicates": _records("duplicate_of near_duplicate_of", _duplicates),
}
