"""What the facts of a dataset are computed from, and the groups of facts that are computed together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from tunespec.config import Config
    from tunespec.facts import Fact
    from tunespec.facts.alike import Alike
    from tunespec.passages import Passages
    from tunespec.profile import Profile
    from tunespec.progress import Progress
    from tunespec.records import Records
    from tunespec.split_statistics import Split
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
    def alike(self) -> Alike:
        """Similar pairs among them and the benchmarks' records."""
        from tunespec.facts.alike import BENCHMARK, Alike

        records = self.records
        if self.benchmarks is not None:
            records = records.followed_by(self._read(self.benchmarks), split=BENCHMARK)
        return Alike(records, self._progress)

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
    "D001": ("marker", "tokenizer", "max_length"),
    "D003": ("filler",),
    "D006": ("topics", "labels", "refusals", "prompts", "distinct", "least"),
    "D009": ("languages", "second_language", "second_domain"),
}


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

    return end_marker_facts(source.records, source.passages, source.profile)


def _cut_off(source: RecordSource) -> list[Fact]:
    from tunespec.facts.cut_off import cut_off_facts

    return cut_off_facts(source.records, source.passages)


def _truncation(source: RecordSource) -> list[Fact]:
    from tunespec.facts.truncation import truncation_fact

    limit = int(source.setting("D001", "max_length"))
    return [truncation_fact(source.records, source.passages, source.tokenizer, limit)]


def _special_tokens(source: RecordSource) -> list[Fact]:
    from tunespec.facts.special_tokens import special_token_facts
    from tunespec.special_tokens import listed_tokens

    listed = listed_tokens(source.tokenizer) if source.tokenizer else ()
    return special_token_facts(source.records, source.passages, source.profile, listed)


def _role_marks(source: RecordSource) -> list[Fact]:
    from tunespec.facts.role_marks import role_mark_fact

    return [role_mark_fact(source.records, source.passages, source.profile)]


def _lengths(source: RecordSource) -> list[Fact]:
    from tunespec.facts.lengths import length_facts

    return length_facts(source.answers, source.records, source.setting("D003", "filler"))


def _balance(source: RecordSource) -> list[Fact]:
    from tunespec.facts.balance import balance_facts

    limits = {key: source.setting("D006", key) for key in SETTINGS["D006"]}
    return balance_facts(source.answers, source.records, limits)


def _duplicates(source: RecordSource) -> list[Fact]:
    from tunespec.facts.duplicates import duplicate_facts

    return duplicate_facts(source.alike)


def _leakage(source: RecordSource) -> list[Fact]:
    from tunespec.facts.leakage import leakage_facts

    return leakage_facts(source.alike, [file.shown for file in source.benchmarks.files] if source.benchmarks else [])


def _held_out(source: RecordSource) -> list[Fact]:
    from tunespec.facts.held_out import Limits, held_out_facts

    limits = Limits(*(source.setting("E001", name) for name in Limits._fields))
    return held_out_facts(source.splits, limits, alone=source.dataset.alone)


def _artifacts(source: RecordSource) -> list[Fact]:
    from tunespec.facts.artifacts import artifact_facts

    return artifact_facts(source.passages)


def _delimiters(source: RecordSource) -> list[Fact]:
    from tunespec.facts.delimiters import delimiter_facts

    return delimiter_facts(source.passages)


def _ambiguity(source: RecordSource) -> list[Fact]:
    from tunespec.facts.ambiguity import ambiguity_facts

    return ambiguity_facts(source.records, source.profile, source.passages)


def _languages(source: RecordSource) -> list[Fact]:
    from tunespec.facts.languages import language_facts

    languages = source.setting("D009", "languages")
    second = source.setting("D009", "second_language"), source.setting("D009", "second_domain")
    return language_facts(source.records, source.passages, languages, second)


def _code_blocks(source: RecordSource) -> list[Fact]:
    from tunespec.facts.code_blocks import code_block_facts

    return code_block_facts(source.records, source.passages)


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
    "end_markers": _records(
        "missing_end_marker doubled_end_marker text_after_end_marker misspelt_end_marker end_marker_in_prompt "
        "redundant_end_marker",
        _end_markers,
    ),
    "cut_off": _records("cut_off length_spike", _cut_off),
    "truncation": _records("truncated_end", _truncation),
    "special_tokens": _records("special_token mixed_families token_only_in_some", _special_tokens),
    "role_marks": _records("role_mark", _role_marks),
    "artifacts": _records(
        "html_tag html_entity literal_escape mojibake control_character placeholder unfilled_slot",
        _artifacts,
    ),
    "delimiters": _records(
        "unbalanced_bracket unbalanced_quote unclosed_emphasis unclosed_code broken_link ragged_table docstring_quote",
        _delimiters,
    ),
    "lengths": _records("too_short too_long unstructured repetition filler_opening", _lengths),
    "balance": _records("topic_share label_share refusal_share prompt_share subject_share", _balance),
    "code_blocks": _records(
        "code_fence syntax_error lost_indentation suspect_syntax unfenced_code",
        _code_blocks,
    ),
    "injection": _records(
        "hidden_text forged_turn obeyed_injection hijacking_instruction prompt_leak",
        _injection,
    ),
    "leakage": _records(
        "leaked_record leaked_prompt near_leaked_record near_leaked_prompt benchmark_prompt near_benchmark_prompt",
        _leakage,
    ),
    "duplicates": _records("duplicate_of near_duplicate_of", _duplicates),
    "held_out": Group(
        "splits", frozenset(("missing_validation", "small_validation", "different_validation")), _held_out
    ),
    "ambiguity": _records(
        "conflicting_answer contradicting_label several_questions missing_reference hedged_answer choices_missing",
        _ambiguity,
    ),
    "languages": _records(
        "answer_language undeclared_language mixed_languages script_mixture mixed_domains",
        _languages,
    ),
}
