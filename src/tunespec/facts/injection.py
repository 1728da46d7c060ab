"""T004's facts about records: text that hides, turns that are forged, prompts that hijack, answers that leak."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

from tunespec.facts import Fact, not_applicable
from tunespec.facts import forged_turns as forging
from tunespec.facts import hidden_text as hiding
from tunespec.facts.hijacking import TABLES, hijacking_order
from tunespec.facts.injection_words import gate
from tunespec.facts.obedience import obeys, refuses
from tunespec.facts.prompt_leak import prompt_leaks
from tunespec.facts.think import after_thinking
from tunespec.findings import Mark
from tunespec.languages import TRANSLATES
from tunespec.passages import Passages, turn_note
from tunespec.records import Records

_ASKING = ("prompt", "tool")
_ORDERS = {
    "drops": "orders the model to drop its instructions",
    "tells": "orders the model to tell its instructions",
    "persona": "puts the model into a persona without rules",
    "task": "gives the model another task in the middle of a text",
}
Row = Mapping[str, Any]


class _Obedience(NamedTuple):
    """A turn with a hijacking order: its record and number, what it wants, and how the next answer surely obeys."""

    row: int
    turn: int
    wants: str
    obeyed: str | None


def injection_facts(passages: Passages, records: Records) -> list[Fact]:
    """Every fact of T004 that records can tell."""
    readable = passages.frame["row"].n_unique()
    hidden = Fact("hidden_text", _hidden_text(passages, records), readable, None if readable else "no readable record")
    asked = passages.records_with(*_ASKING)
    if not asked:
        names = ("forged_turn", "obeyed_injection", "hijacking_instruction", "prompt_leak")
        return [hidden, *(not_applicable(name, "no record has a prompt of its own") for name in names)]
    obeyed, unrefused = _order_marks(_orders(passages, records), records)
    leaks = {row: mark for row, mark in prompt_leaks(passages, records).items() if row not in obeyed}
    return [
        hidden,
        Fact("forged_turn", _forged_turns(passages, records), asked),
        Fact("obeyed_injection", obeyed, asked),
        Fact("hijacking_instruction", unrefused, asked),
        Fact("prompt_leak", leaks, asked),
    ]


def _hidden_text(passages: Passages, records: Records) -> Mapping[int, Mark]:
    other_than_ascii = pl.col("text").str.len_bytes() != pl.col("text").str.len_chars()
    found = passages.frame.filter(other_than_ascii).filter(pl.col("text").str.contains(hiding.GATE))
    return _marks(found, records, lambda row: hiding.hidden_text(row["text"]))


def _forged_turns(passages: Passages, records: Records) -> Mapping[int, Mark]:
    def check(row: Row) -> str | None:
        conversation = records.conversations[row["row"]]
        rendered = conversation is not None and conversation.shape not in forging.TEMPLATED
        return forging.forged_turn(row["prose"], rendered=rendered)

    found = passages.of(*_ASKING).filter(pl.col("prose").str.contains_any(forging.GATE))
    return _marks(found, records, check)


def _marks(found: pl.DataFrame, records: Records, check: Callable[[Row], str | None]) -> dict[int, Mark]:
    """The first turn of each record that the check says something of."""
    marks: dict[int, Mark] = {}
    for row in found.iter_rows(named=True):
        if row["row"] not in marks and (value := check(row)) is not None:
            marks[row["row"]] = Mark(value + turn_note(records, row["row"], row["turn"]))
    return marks


def _orders(passages: Passages, records: Records) -> Iterator[_Obedience]:
    """The orders that the answer after them does not refuse. A losing answer, or one with label False, may obey."""
    asked = suspected_orders(passages.of(*_ASKING))
    for row in asked.iter_rows(named=True):
        tables = [table for table in TABLES if row[table]]
        order = hijacking_order(row["text"], tables, from_tool=row["role"] == "tool")
        conversation = records.conversations[row["row"]]
        if order is None or conversation is None or conversation.label is False:
            continue
        answer = _answer_after(passages.frame, row["index"], len(conversation.turns))
        if answer and not refuses(answer, order) and not _is_translated(row["text"], answer):
            obeyed = obeys(row["text"], order, answer, conversation.system or "")
            yield _Obedience(row["row"], row["turn"], order.wants, obeyed)


def suspected_orders(texts: pl.DataFrame) -> pl.DataFrame:
    """The texts that may hold a hijacking order, with a column for each table of ``TABLES``: whether it may find one.

    Args:
        texts: a table with the column ``text``.
    """
    rare = [word for table in TABLES for first, _ in gate(table) for word in first]
    # So many words are sought three times as fast by a regular expression.
    suspects = texts.filter(pl.col("text").str.contains(f"(?i){'|'.join(map(re.escape, rare))}"))
    return suspects.with_columns(_may_hold(table).alias(table) for table in TABLES).filter(
        pl.any_horizontal(list(TABLES))
    )


def _may_hold(table: str) -> pl.Expr:
    """Whether a text holds words without which a table of orders finds nothing in it."""
    return pl.any_horizontal(
        *(_holds(first) & _holds(second) if second else _holds(first) for first, second in gate(table))
    )


def _holds(words: list[str]) -> pl.Expr:
    return pl.col("text").str.contains_any(words, ascii_case_insensitive=True)


def _is_translated(text: str, answer: str) -> bool:
    """Whether a prompt asks for a translation and the answer is long enough to be that of the order, too."""
    return TRANSLATES.search(text) is not None and 2 * len(answer.encode()) >= len(text.encode())


def _answer_after(frame: pl.DataFrame, index: int, turns: int) -> str:
    """The next answer of the same record; empty if it has none, or only a losing one."""
    row = frame["row"][index]
    for later in range(index + 1, frame.height):
        if frame["row"][later] != row or frame["turn"][later] >= max(turns, 2):
            return ""
        if frame["role"][later] == "answer":
            return after_thinking(str(frame["text"][later]))
    return ""


def _order_marks(orders: Iterable[_Obedience], records: Records) -> tuple[dict[int, Mark], dict[int, Mark]]:
    """Marks of the records whose answers obey for certain, and of the others."""
    obeyed: dict[int, Mark] = {}
    unrefused: dict[int, Mark] = {}
    for one in orders:
        place = turn_note(records, one.row, one.turn)
        if one.obeyed is not None:
            obeyed.setdefault(one.row, Mark(f"{one.obeyed}, after a prompt that {_ORDERS[one.wants]}{place}"))
        else:
            unrefused.setdefault(one.row, Mark(f"{_ORDERS[one.wants]}, and the answer does not refuse{place}"))
    return obeyed, {row: mark for row, mark in unrefused.items() if row not in obeyed}
