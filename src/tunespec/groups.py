"""The groups of facts that are computed together: to which table each belongs, which facts it has, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from tunespec.cases.kinds import KINDS
from tunespec.errors import CannotJudgeError
from tunespec.sources import SETTINGS

if TYPE_CHECKING:
    from tunespec.facts import Fact
    from tunespec.sources import RecordSource


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

    limit, kept = int(source.setting("D001", "max_length")), source.dataset.length
    tokenizer, said = source.tokenizer, ""
    if limit and tokenizer is None:
        raise CannotJudgeError("missing-end-marker: max_length counts tokens: set tokenizer to a tokenizer.json, too")
    if not limit and kept is not None:
        limit, said = kept.tokens, f" ({kept.said})"
        tokenizer = tokenizer or (kept.tokenizer.path if kept.tokenizer is not None else None)
    return [truncation_fact(source.records, source.passages, tokenizer, limit, said)]


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
    from tunespec.facts.held_out import ByTrainer, Limits, held_out_facts
    from tunespec.facts.languages import record_languages

    splits = source.splits
    if len(splits) > 1 and not any(split.languages for split in splits):
        spoken = record_languages(source.spoken)
        splits = [split.in_languages(spoken) for split in splits]
    limits = Limits(*(source.setting("E001", name) for name in Limits._fields))
    by_trainer = ByTrainer(source.dataset.held_out, source.dataset.held_out_share)
    return held_out_facts(splits, limits, by_trainer, alone=source.dataset.alone)


def _cases(source: RecordSource) -> list[Fact]:
    from tunespec.cases.coverage import Limits
    from tunespec.cases.facts import case_facts

    return case_facts(source, Limits(*(source.setting("E003", name) for name in Limits._fields)))


def _artifacts(source: RecordSource) -> list[Fact]:
    from tunespec.facts.artifacts import artifact_facts

    return artifact_facts(source.passages, source.records)


def _delimiters(source: RecordSource) -> list[Fact]:
    from tunespec.facts.delimiters import delimiter_facts

    return delimiter_facts(source.passages, source.records)


def _ambiguity(source: RecordSource) -> list[Fact]:
    from tunespec.facts.ambiguity import ambiguity_facts

    return ambiguity_facts(source.records, source.profile, source.passages)


def _languages(source: RecordSource) -> list[Fact]:
    from tunespec.facts.languages import language_facts
    from tunespec.languages import code_of

    languages = source.setting("D009", "languages")
    for language in languages:
        if code_of(language) is None:
            raise CannotJudgeError(f"mixed-languages: languages: {language!r} is no language code such as en or de")
    second = source.setting("D009", "second_language"), source.setting("D009", "second_domain")
    return language_facts(source.records, source.passages, source.spoken, languages, second)


def _code_blocks(source: RecordSource) -> list[Fact]:
    from tunespec.facts.code_blocks import code_block_facts

    return code_block_facts(source.records, source.passages)


def _injection(source: RecordSource) -> list[Fact]:
    from tunespec.facts.injection import injection_facts

    return injection_facts(source.passages, source.records)


def _open_prompts(source: RecordSource) -> list[Fact]:
    from tunespec.facts.open_prompts import open_prompt_facts

    return open_prompt_facts(source.records, source.passages, source.setting("T002", "form"))


def _empty_context(source: RecordSource) -> list[Fact]:
    from tunespec.facts.empty_context import empty_context_fact

    return [empty_context_fact(source.records, source.passages)]


class Group(NamedTuple):
    """Facts that are computed together: the table they belong to, their names, and how.

    ``of_texts`` tells groups that look into the texts turn by turn, for which tables of them are made.
    """

    table: str
    facts: frozenset[str]
    compute: Callable[[RecordSource], list[Fact]]
    of_texts: bool = False


def _records(facts: str, compute: Callable[[RecordSource], list[Fact]], *, of_texts: bool = True) -> Group:
    return Group("records", frozenset(facts.split()), compute, of_texts)


COMPARING = frozenset({"leakage", "duplicates"})  # groups computed from the same comparison of records
GROUPS: Mapping[str, Group] = {
    "format": _records(
        "unreadable record_shape key_set empty_prompt empty_answer unknown_role role_order tool_call think_block "
        "think_only_in_some system_only_in_some template_header preference",
        _format,
        of_texts=False,
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
    "open_prompts": _records("no_request boundless_request mostly_open", _open_prompts),
    "context": _records("empty_context", _empty_context),
    "leakage": _records(
        "leaked_record leaked_prompt near_leaked_record near_leaked_prompt benchmark_prompt near_benchmark_prompt",
        _leakage,
        of_texts=False,
    ),
    "duplicates": _records("duplicate_of near_duplicate_of", _duplicates, of_texts=False),
    "held_out": Group(
        "splits", frozenset(("missing_validation", "small_validation", "different_validation")), _held_out
    ),
    "cases": Group("cases", frozenset(kind.fact for kind in KINDS), _cases, of_texts=True),
    "ambiguity": _records(
        "conflicting_answer contradicting_label several_questions missing_reference hedged_answer choices_missing",
        _ambiguity,
    ),
    "languages": _records(
        "answer_language undeclared_language mixed_languages script_mixture mixed_domains",
        _languages,
    ),
}
