"""The table of answers: which facts it has, and what finds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, NamedTuple

from tunespec.templates.rows import Rows, facts_of, rows_for

if TYPE_CHECKING:
    from tunespec.inference.source import AnswerSource
    from tunespec.tables import Table


class Finder(NamedTuple):
    """What finds facts that are found together: a function of this package, imported when it is first called.

    Args:
        function: its module and name.
        group: the group of the data family whose facts it finds in the answers, which it takes first; empty: none.
    """

    function: str
    group: str = ""

    def __call__(self, source: AnswerSource, rows: Rows) -> None:
        """Fill the rows; row n is the n-th answer."""
        find = resolve_name(f"tunespec.inference.{self.function}")
        find(*([self.group] if self.group else []), source, rows)


# Facts about a text by itself, by their group in the data family. Facts that are relative to a dataset, such as its
# usual length, would judge a handful of answers against each other.
TEXT_FACTS: Mapping[str, str] = {
    "format": "empty_answer tool_call think_block",
    "lengths": "repetition",
    "code_blocks": "code_fence syntax_error lost_indentation suspect_syntax",
    "languages": "answer_language",
    "artifacts": "html_tag html_entity literal_escape mojibake control_character placeholder unfilled_slot",
    "delimiters": "unbalanced_bracket unbalanced_quote unclosed_emphasis unclosed_code broken_link ragged_table "
    "docstring_quote",
}
# Facts that are found together -> what finds them. Row n is the n-th answer; lines that hold none follow.
GROUPS: Mapping[str, Finder] = {
    "endless_answer unended_answer limit_not_kept cut_at_limit mostly_cut aborted_answer": Finder(
        "limit_facts:limit_facts"
    ),
    "no_limit limit_off limit_beyond_context": Finder("served_limits:served_limit_facts"),
    "bos_doubled whitespace_differs no_value system_lost system_moved system_injected history_differs "
    "generation_prompt_differs tools_differ date_differs turn_header_differs content_differs unforeseen_rendering "
    "generate_differs": Finder("served_template:served_template_facts"),
    "tokens_differ": Finder("served_tokens:served_token_facts"),
    "tools_unseen": Finder("served_tools:served_tool_facts"),
    "other_modelfile": Finder("served_modelfile:served_modelfile_facts"),
    "end_marker_shown text_after_end header_shown special_token_shown stream_differs trim_differs": Finder(
        "trim_facts:trim_facts"
    ),
    "unheard_end unheard_stop": Finder("end_facts:end_facts"),
    "unreadable": Finder("unread_facts:unread_facts"),
    "cut_off": Finder("text_facts:cut_off_answers"),
    "longer_than_trained": Finder("text_facts:long_answers"),
    **{facts: Finder("text_facts:text_facts", group) for group, facts in TEXT_FACTS.items()},
    "lost_context truncated_context small_context ignored_fact mostly_ignored missed_expectation unexpected_answer": (
        Finder("context_facts:context_facts")
    ),
    "unrelated_answer": Finder("unrelated:unrelated_facts"),
    "secret_shown": Finder("secret_facts:secret_facts"),
    "no_request boundless_request mostly_open": Finder("open_probes:open_probe_facts"),
}


def build(columns: Iterable[str], source: AnswerSource) -> tuple[Table, dict[str, Any]]:
    """The table of answers with these columns, and the subject's description.

    Raises:
        CannotJudgeError: for a column that the table does not have, and answers that could not be had.
    """
    from tunespec.tables import Table, require_facts

    wanted = set(columns)
    require_facts("answers", wanted, facts_of(GROUPS))
    rows, finders = rows_for(GROUPS, wanted)
    for answered in source.answered:
        rows.add_place(answered.place)
    for find in finders:
        find(source, rows)
    return Table.of(rows.places, rows.found()), source.described()
