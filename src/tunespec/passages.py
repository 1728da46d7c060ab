"""Every turn's text, one row for each, in file order: what the facts about texts are computed from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from tunespec.fences import Block, blocks, prose
from tunespec.findings import Mark

if TYPE_CHECKING:
    import polars as pl

    from tunespec.conversation import Conversation
    from tunespec.end_marker import EndMarker
    from tunespec.records import Records

ROLES = ("system", "prompt", "answer", "tool")
_PART = {"user": "prompt", "assistant": "answer", "system": "system", "tool": "tool", "call": "tool"}


class Passage(NamedTuple):
    """One turn's text: the record's row, the turn's number in it (from 0; -1 for a system prompt), and its role."""

    row: int
    turn: int
    role: str
    text: str


@dataclass(frozen=True)
class Passages:
    """The texts of a dataset as a table.

    ``frame`` has the columns ``row`` (of the record), ``turn`` (number in the record, -1 for a system prompt beside
    the turns), ``role`` (one of ``ROLES``), ``text`` (an answer's without the end marker) and ``prose`` (the text
    without fenced and inline code). ``blocks`` maps a row number of the frame to the fenced blocks of its text.
    """

    frame: pl.DataFrame
    blocks: Mapping[int, list[Block]]

    def of(self, *roles: str) -> pl.DataFrame:
        """The passages of some roles, with their number in ``frame`` as the column ``index``."""
        import polars as pl

        return self.frame.with_row_index().filter(pl.col("role").cast(pl.String).is_in(list(roles)))

    def records_with(self, *roles: str) -> int:
        """How many records have a passage of one of these roles: what a fact about them examined."""
        return int(self.of(*roles)["row"].n_unique())


def make_passages(records: Records, end_marker: EndMarker | None) -> Passages:
    """The passages of every readable record.

    Args:
        records: the dataset's records.
        end_marker: taken off every answer, since no other fact should see it.
    """
    import polars as pl

    passages = list(_passages(records))
    columns: dict[str, list[Any]] = {
        name: [passage[i] for passage in passages] for i, name in enumerate(Passage._fields)
    }
    if end_marker is not None:
        columns["text"] = [end_marker.strip(p.text) if p.role == "answer" else p.text for p in passages]
    columns["prose"], fenced = _without_code(columns["text"])
    schema = {"row": pl.UInt32(), "turn": pl.Int32(), "role": pl.Enum(ROLES), "text": pl.String(), "prose": pl.String()}
    return Passages(pl.DataFrame(columns, schema=schema), fenced)


def _without_code(texts: Sequence[str]) -> tuple[list[str], dict[int, list[Block]]]:
    """The prose of each text, and the fenced blocks of those that have some."""
    proses = list(texts)
    fenced: dict[int, list[Block]] = {}
    for index, text in enumerate(texts):
        if "`" in text or "~~~" in text:
            if found := blocks(text):
                fenced[index] = found
            proses[index] = prose(text, found)
    return proses, fenced


def _passages(records: Records) -> Iterator[Passage]:
    for row, conversation in enumerate(records.conversations):
        if conversation is None or conversation.defect:
            continue
        if conversation.shape == "text":
            if prompt := records.prompts[row]:
                yield Passage(row, 0, "prompt", prompt)
            yield Passage(row, 1, "answer", records.answers[row])
            continue
        yield from _of_turns(row, conversation)


def _of_turns(row: int, conversation: Conversation) -> Iterator[Passage]:
    if conversation.system:
        yield Passage(row, -1, "system", conversation.system)
    turns = conversation.turns
    if conversation.rejected:  # its prompt is told once
        turns = (*turns, *(turn for turn in conversation.rejected if turn.role == "assistant"))
    for number, turn in enumerate(turns):
        part = _PART.get(turn.role)
        if part is not None and turn.text:
            yield Passage(row, number, part, turn.text)


def first_marks(found: pl.DataFrame, *columns: str) -> dict[int, Mark]:
    """One mark for each record from rows ``row`` and ``value`` (a sentence), the first of each record.

    Args:
        found: what a fact found, in the order of the passages.
        columns: names of the columns that hold a measure and its limit, if there are any.
    """
    marks: dict[int, Mark] = {}
    for row, value, *measures in found.select("row", "value", *columns).iter_rows():
        marks.setdefault(row, Mark(value, None, *measures))
    return marks
