"""What the facts of a dataset are computed from, each part read or computed when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from tunespec.config import Config
    from tunespec.facts.alike import Alike
    from tunespec.passages import Passages
    from tunespec.profile import Profile
    from tunespec.progress import Progress
    from tunespec.records import Records
    from tunespec.split_statistics import Split
    from tunespec.subjects import Dataset


class RecordSource:
    """What the facts of one dataset are computed from; each part is read or computed when first asked for."""

    def __init__(
        self,
        dataset: Dataset,
        benchmarks: Dataset | None,
        config: Config,
        progress: Progress,
        records: Records | None = None,
    ) -> None:
        """``benchmarks`` holds the files that D004 compares the dataset ``against``, if any.

        ``records`` stand in for the dataset's files: a model's answers, which are judged as if they were data, with
        what they reply to as context.
        """
        self.dataset, self.benchmarks = dataset, benchmarks
        self._config, self._progress, self._given = config, progress, records

    @cached_property
    def records(self) -> Records:
        """The dataset's records."""
        return self._given if self._given is not None else self._read(self.dataset)

    @cached_property
    def profile(self) -> Profile:
        """What is usual among them."""
        from tunespec.profile import make_profile

        return make_profile(self.records, self.setting("D001", "marker"))

    @cached_property
    def passages(self) -> Passages:
        """Their texts, turn by turn."""
        from tunespec.passages import ROLES, make_passages

        judged = ("answer",) if self._given is not None else ROLES
        return make_passages(self.records, self.profile.end_marker, judged)

    @cached_property
    def splits(self) -> list[Split]:
        """Their splits."""
        from tunespec.split_statistics import splits_of

        return splits_of(self.records)

    @cached_property
    def answers(self) -> pl.DataFrame:
        """The answers among them that training imitates."""
        from tunespec.answers import taught_answers

        return taught_answers(self.passages, self.records)

    @cached_property
    def spoken(self) -> pl.DataFrame:
        """Their prompts and answers with their languages."""
        from tunespec.facts.languages import spoken_passages

        return spoken_passages(self.records, self.passages)

    @cached_property
    def alike(self) -> Alike:
        """Similar pairs among them and the benchmarks' records."""
        from tunespec.facts.alike import BENCHMARK, Alike

        records = self.records
        if self.benchmarks is not None:
            records = records.followed_by(self._read(self.benchmarks), split=BENCHMARK)
        return Alike(records, self._progress)

    def prepare(self, *, texts: bool) -> None:
        """Make the profile, and the tables of texts, before several threads ask: each would make its own."""
        _ = self.profile
        if texts:
            _ = self.passages, self.answers

    @property
    def tokenizer(self) -> Path | None:
        """The tokenizer.json that the configuration names.

        Raises:
            CannotJudgeError: if it is not there.
        """
        from tunespec.errors import CannotJudgeError

        named = self.setting("D001", "tokenizer")
        path = self._config.root / named
        if named and not path.is_file():
            raise CannotJudgeError(f"{named}: no such file (tokenizer of missing-end-marker)")
        return path if named else None

    def setting(self, code: str, key: str) -> Any:
        """What the configuration says for one of ``SETTINGS``."""
        return setting(self._config, code, key)

    def _read(self, dataset: Dataset) -> Records:
        from tunespec.records import read_records

        return read_records(dataset, self._config.columns, self._config.roles, self._progress)


# Thresholds that facts are computed from, by pitfall: a change makes the facts anew. (Others only judge the facts.)
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "E001": ("least", "share", "distance"),
    "E003": ("least", "share"),
    "D001": ("marker", "tokenizer", "max_length"),
    "D003": ("filler",),
    "D006": ("topics", "labels", "refusals", "prompts", "distinct", "least"),
    "D009": ("languages", "second_language", "second_domain"),
    "T002": ("form",),
    "I003": ("ignored",),
}


_FILES = frozenset({"tokenizer"})  # settings that name a file, whose content counts


def setting(config: Config, code: str, key: str) -> Any:
    """The value of a threshold of a pitfall."""
    return next(own[key] for one in config.catalogue.by_code[code] if key in (own := config.thresholds(one)))


def settings_key(config: Config) -> list[tuple[str, str, Any, str]]:
    """The settings of all facts, for a cache key; with the content of a file that one names."""
    from tunespec.subjects import content_hash

    found = []
    for code, keys in SETTINGS.items():
        for key in keys:
            value = setting(config, code, key)
            path = config.root / value if key in _FILES and value else None
            found.append((code, key, value, content_hash(path) if path and path.is_file() else ""))
    return found
