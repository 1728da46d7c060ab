"""The tables of a template pair: its stops, its limits, its files, and conversations rendered by both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tunespec.templates.cells import Cells
from tunespec.templates.description import described
from tunespec.templates.rows import Rows

if TYPE_CHECKING:
    from tunespec.tables import Table
    from tunespec.templates.source import TemplateSource


def _stops(source: TemplateSource, rows: Rows) -> None:
    from tunespec.templates.stop_facts import stop_facts

    stop_facts(source, rows)


def _renders(source: TemplateSource, rows: Rows) -> None:
    from tunespec.templates.render_facts import render_facts

    render_facts(source, rows)


def _files(source: TemplateSource, rows: Rows) -> None:
    from tunespec.templates.file_facts import file_facts

    file_facts(source, rows)


def _limits(source: TemplateSource, rows: Rows) -> None:
    from tunespec.templates.limit_facts import limit_facts

    limit_facts(source, rows)


class Made(NamedTuple):
    """A table's facts, and what finds its rows."""

    facts: frozenset[str]
    fill: Callable[[TemplateSource, Rows], None]


TABLES: Mapping[str, Made] = {
    "stops": Made(
        frozenset(
            "unstopped_turn_end unlisted_turn_end endless_token misspelt_stop misspelt_token misspelt_header "
            "empty_stop prefix_stop unreachable_stop lost_stop stop_in_answers cutting_token stop_in_header "
            "missing_turn_end untrained_turn_end unstable_prefix untrained_prompt doubled_reasoning".split()
        ),
        _stops,
    ),
    "renders": Made(
        frozenset(
            "broken_template refused_record "
            "bos_doubled whitespace_differs no_value system_lost system_moved system_injected system_differs "
            "history_injected tools_unseen history_differs generation_prompt_differs tools_differ date_differs "
            "turn_header_differs content_differs refused_conversation trimmed_content unprotected_turn "
            "evaluated_content".split()
        ),
        _renders,
    ),
    "files": Made(
        frozenset(
            "refused_by_server unreadable_file altered_template swallowed_instruction ignored_text ignored_key "
            "bypassed_template outranked_template tool_calls_unread "
            "newline_around_template replaced_instruction empty_value substituted_template altered_text odd_parameter "
            "altered_stop unread_stop repeated_stop hostile_template foreign_template "
            "foreign_serving_template".split()
        ),
        _files,
    ),
    "limits": Made(
        frozenset("no_limit limit_off limit_beyond_context ignored_limit short_limit default_limit".split()),
        _limits,
    ),
}


def build(name: str, columns: Iterable[str], source: TemplateSource) -> tuple[Table, dict[str, Any]]:
    """The table ``name``, and the pair's description.

    Raises:
        CannotJudgeError: for a column that the table does not have.
    """
    from tunespec.tables import Table, require_facts

    made = TABLES[name]
    require_facts(name, columns, made.facts)
    rows = Rows(made.facts)
    made.fill(source, rows)
    rows.add_where(Cells(source.pair.of("script")).where)
    return Table.of(rows.places, rows.found()), described(source)
