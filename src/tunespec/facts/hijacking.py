"""Orders to drop one's instructions or to tell them, as prompts and tool results smuggle them in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from tunespec.facts.injection_words import pattern

# What an order wants, by the table of patterns that finds it.
TABLES = {
    "drops": "drops", "tells": "tells", "persona": "persona", "new_system": "drops",
    "foreign_drops": "drops", "foreign_tells": "tells", "intrudes": "task",
}  # fmt: skip
_IMPERATIVE = {"drops", "tells", "intrudes"}  # English has one form for order and statement: where it stands decides
_REACH = 40  # characters in front of an order that tell whether one begins there
_OPENS, _CLOSES = "\"'“‘«`„「『", "\"'”’»`“」』"
_LONGEST_QUOTATION = 160  # characters after the order's last word
_JSON_VALUE = re.compile(r"[\"']\s*:\s*[\"']$")
_BREAK = re.compile(r"[.!?:。！？：]\s*(?=\S)|\n\s*(?=\S)|[。！？：]|[.!?:\n]+\s*$")
_ENDS = "\n.!?。！？"


class Order(NamedTuple):
    """An order found in a text: what it wants (``drops``, ``tells``, ``persona``, ``task``), and where it stands."""

    wants: str
    start: int
    end: int


def hijacking_order(text: str, tables: Iterable[str] = TABLES, *, from_tool: bool = False) -> Order | None:
    """The first order in a prompt's or a tool's text, unless the text speaks about such orders.

    Args:
        text: the text.
        tables: the tables of patterns that may find something, as the gate says.
        from_tool: whether a tool returned it: nobody asks a tool about orders.
    """
    for table in tables:
        wants = TABLES[table]
        for match in pattern(table).finditer(text):
            order = Order(wants, match.start(), match.end())
            if table in _IMPERATIVE and not _begins(text, order.start):
                continue
            if table == "intrudes" and (from_tool or not _intrudes(text, order.start)):
                continue
            if from_tool or not _is_spoken_of(text, order):
                return order
    return None


def _begins(text: str, start: int) -> bool:
    before = text[max(0, start - _REACH) : start]
    return not before or pattern("before_an_order").search(before) is not None


def _intrudes(text: str, start: int) -> bool:
    """Whether a question comes before, or a text to be worked on: a paragraph, or two sentences, after the request."""
    asked = pattern("text_given").search(text, 0, start)
    if asked is not None and ("\n\n" in text[asked.end() : start] or len(_BREAK.findall(text, asked.end(), start)) > 1):
        return True
    return "?" in text[:start]


def _is_spoken_of(text: str, order: Order) -> bool:
    """Quoted, or named in the sentences around it; what its own sentence says is the order's."""
    if _is_quoted(text, order):
        return True
    begin = max(text.rfind(mark, 0, order.start) for mark in (*_ENDS, ":")) + 1
    ends = [place for mark in _ENDS if (place := text.find(mark, order.end)) >= 0]
    around = text[:begin], text[min(ends, default=len(text)) :]
    return any(pattern("spoken_of").search(part) for part in around)


def _is_quoted(text: str, order: Order) -> bool:
    """In quotation marks from its first word on; a JSON value's marks do not count."""
    before = text[max(0, order.start - 4) : order.start]
    if not before or before[-1] not in _OPENS or _JSON_VALUE.search(before):
        return False
    return any(mark in text[order.end : order.end + _LONGEST_QUOTATION] for mark in _CLOSES)
