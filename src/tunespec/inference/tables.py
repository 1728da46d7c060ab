"""The table of answers: which facts it has, and what finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from tunespec.catalogue import closest
from tunespec.errors import CannotJudgeError
from tunespec.templates.rows import Rows

if TYPE_CHECKING:
    from tunespec.inference.source import AnswerSource
    from tunespec.tables import Table


def _limits(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.limit_facts import limit_facts

    limit_facts(source, rows)


def _trimming(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.trim_facts import trim_facts

    trim_facts(source, rows)


def _ends(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.end_facts import end_facts

    end_facts(source, rows)


def _texts(group: str, source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.text_facts import text_facts

    text_facts(group, source, rows)


def _cut_off(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.text_facts import cut_off_answers

    cut_off_answers(source, rows)


def _long(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.text_facts import long_answers

    long_answers(source, rows)


def _template(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.served_template import served_template_facts

    served_template_facts(source, rows)


def _modelfile(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.served_modelfile import served_modelfile_facts

    served_modelfile_facts(source, rows)


def _context(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.context_facts import context_facts

    context_facts(source, rows)


def _unrelated(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.unrelated import unrelated_facts

    unrelated_facts(source, rows)


def _secrets(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.secret_facts import secret_facts

    secret_facts(source, rows)


def _unread(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.unread_facts import unread_facts

    unread_facts(source, rows)


def _open_probes(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.open_probes import open_probe_facts

    open_probe_facts(source, rows)


# Facts that are found together -> what finds them. Row n of the table is the n-th answer; lines that hold none follow.
GROUPS: Mapping[str, Callable[[AnswerSource, Rows], None]] = {
    "endless_answer unended_answer limit_not_kept cut_at_limit aborted_answer": _limits,
    "bos_doubled whitespace_differs no_value system_lost system_moved system_injected history_differs "
    "generation_prompt_differs tools_differ date_differs turn_header_differs content_differs unforeseen_rendering "
    "generate_differs": _template,
    "other_modelfile": _modelfile,
    "end_marker_shown text_after_end header_shown special_token_shown stream_differs trim_differs": _trimming,
    "unheard_end unheard_stop": _ends,
    "unreadable": _unread,
    "cut_off": _cut_off,
    "longer_than_trained": _long,
    "empty_answer think_block": partial(_texts, "format"),
    "repetition": partial(_texts, "lengths"),
    "code_fence syntax_error lost_indentation suspect_syntax": partial(_texts, "code_blocks"),
    "answer_language": partial(_texts, "languages"),
    "html_tag html_entity literal_escape mojibake control_character placeholder unfilled_slot": partial(
        _texts, "artifacts"
    ),
    "unbalanced_bracket unbalanced_quote unclosed_emphasis unclosed_code broken_link ragged_table docstring_quote": (
        partial(_texts, "delimiters")
    ),
    "lost_context truncated_context small_context ignored_fact mostly_ignored missed_expectation unexpected_answer": (
        _context
    ),
    "unrelated_answer": _unrelated,
    "secret_shown": _secrets,
    "no_request boundless_request mostly_open": _open_probes,
}


def build(columns: Iterable[str], source: AnswerSource) -> tuple[Table, dict[str, Any]]:
    """The table of answers with these columns, and the subject's description.

    Raises:
        CannotJudgeError: for a column that the table does not have, and answers that could not be had.
    """
    from tunespec.tables import Table

    wanted = set(columns)
    known = frozenset(fact for facts in GROUPS for fact in facts.split())
    if unknown := sorted(wanted - known):
        raise CannotJudgeError(f"the table answers has no fact {unknown[0]!r}{closest(unknown[0], known)}")
    groups = {facts: fill for facts, fill in GROUPS.items() if wanted & set(facts.split())}
    rows = Rows(frozenset(fact for facts in groups for fact in facts.split()))
    for answered in source.answered:
        rows.add_place(answered.place)
    for fill in groups.values():
        fill(source, rows)
    facts = rows.found()
    table = Table(
        rows.places,
        {fact.name: fact.marks for fact in facts},
        {},
        {fact.name: fact.examined for fact in facts},
        {fact.name: fact.reason for fact in facts if fact.reason},
    )
    return table, source.described()
