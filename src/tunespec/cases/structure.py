"""Edge cases of structure: several turns, and tools."""

from __future__ import annotations

from tunespec.cases.view import View, rows_of


def multi_turn(view: View) -> set[int]:
    """Records in which the user speaks more than once."""
    import polars as pl

    return rows_of(view.prompts.group_by("row").len().filter(pl.col("len") > 1))


def tools(view: View) -> set[int]:
    """Records with tools, or with a call of one, or its result."""
    from tunespec.facts.tools import uses_tools

    conversations = view.records.conversations
    return {row for row in view.rows if (c := conversations[row]) is not None and (c.tools or uses_tools(c))}
