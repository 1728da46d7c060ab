"""What the facts of a dataset are computed from, and the groups of facts that are computed together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tunespec.config import Config
    from tunespec.facts import Fact
    from tunespec.facts.alike import Alike
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

    return leakage_facts(source.alike, [file.shown for file in source.benchmarks.files] if source.benchmarks else [])


COMPARING = frozenset({"leakage", "duplicates"})  # groups computed from the same comparison of records
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
