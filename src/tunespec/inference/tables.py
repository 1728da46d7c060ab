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


def _texts(group: str, source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.text_facts import text_facts

    text_facts(group, source, rows)


def _cut_off(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.text_facts import cut_off_answers

    cut_off_answers(source, rows)


def _long(source: AnswerSource, rows: Rows) -> None:
    from tunespec.inference.text_facts import long_answers

    long_answers(source, rows)


# Facts that are found together -> what finds them. Row n of the table is the n-th answer.
GROUPS: Mapping[str, Callable[[AnswerSource, Rows], None]] = {
    "endless_answer limit_not_kept cut_at_limit aborted_answer": _limits,
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
