"""Every turn's text, one row for each, in file order: what the facts about texts are computed from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tunespec.fences import Block, blocks, prose

if TYPE_CHECKING:
    import polars as pl

    from tunespec.conversation import Conversation
    from tunespec.end_marker import EndMarker
    from tunespec.records import Records

ROLES = ("system", "prompt", "answer", "tool")
NAMES = {"system": "the system prompt", "prompt": "a prompt", "answer": "an answer", "tool": "a tool's turn"}
_PART = {"user": "prompt", "assistant": "answer", "system": "system", "tool": "tool", "call": "tool"}
_ONE_EXCHANGE = 2  # turns; the role tells which of them is meant


@dataclass(frozen=True)
class Passages:
    """The texts of a dataset as a table.

    It has the columns ``row`` (of the record), ``turn`` (number in the record, -1 for a system prompt beside the
    turns), ``role`` (one of ``ROLES``), ``text`` (an answer's without the end marker) and ``prose`` (the text without
    fenced and inline code). ``blocks`` maps a row number of the table to the fenced blocks of its text. ``judged`` are
    the roles whose texts are judged; what others say is context.
    """

    columns: Mapping[str, Sequence[Any]]
    blocks: Mapping[int, list[Block]]
    judged: tuple[str, ...] = ROLES

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The table as Polars has it."""
        import polars as pl

        texts, proses = self.columns["text"], self.columns["prose"]
        own = [index for index, prose in enumerate(proses) if prose is not texts[index]]
        schema = {"row": pl.UInt32(), "turn": pl.Int32(), "role": pl.Enum(ROLES), "text": pl.String()}
        frame = pl.DataFrame({name: self.columns[name] for name in schema}, schema=schema)
        # Most texts are their own prose: both columns share their memory.
        prose = frame["text"].alias("prose").scatter(own, pl.Series([proses[index] for index in own], dtype=pl.String))
        return frame.with_columns(prose)

    def of(self, *roles: str) -> pl.DataFrame:
        """The passages of some roles, with their number in ``frame`` as the column ``index``."""
        import polars as pl

        return self.frame.with_row_index().filter(pl.col("role").is_in(list(roles)))

    def judged_of(self, *roles: str) -> pl.DataFrame:
        """The same of those roles that are judged."""
        return self.of(*(role for role in roles if role in self.judged))

    def records_with(self, *roles: str) -> int:
        """How many records have a passage of one of these roles: what a fact about them examined."""
        return int(self.frame["row"].filter(self.frame["role"].is_in(list(roles))).n_unique())


def make_passages(records: Records, end_marker: EndMarker | None, judged: tuple[str, ...] = ROLES) -> Passages:
    """The passages of every readable record.

    Args:
        records: the dataset's records.
        end_marker: taken off every answer, since no other fact should see it.
        judged: see ``Passages``.
    """
    columns = _columns(records)
    if end_marker is not None:
        parts = zip(columns["role"], columns["text"], strict=True)
        columns["text"] = [end_marker.strip(text) if role == "answer" else text for role, text in parts]
    columns["prose"], fenced = _without_code(columns["text"])
    return Passages(columns, fenced, judged)


def _without_code(texts: Sequence[str]) -> tuple[list[str], dict[int, list[Block]]]:
    """The prose of each text, and the fenced blocks of those that have some."""
    proses = list(texts)
    fenced: dict[int, list[Block]] = {}
    for index, text in enumerate(texts):
        if "`" in text or ("~" in text and "~~~" in text):  # one character is found six times as fast as three
            if found := blocks(text):
                fenced[index] = found
            proses[index] = prose(text, found)
    return proses, fenced


def _columns(records: Records) -> dict[str, list[Any]]:
    """The columns ``row``, ``turn``, ``role`` and ``text`` of every readable record's texts.

    Built in one loop, without an object for each text: there are several for each record.
    """
    columns: dict[str, list[Any]] = {"row": [], "turn": [], "role": [], "text": []}
    add_row, add_turn, add_role, add_text = (column.append for column in columns.values())
    for row, conversation in enumerate(records.conversations):
        if conversation is None or conversation.defect:
            continue
        for number, role, text in _texts(records, row, conversation):
            add_row(row)
            add_turn(number)
            add_role(role)
            add_text(text)
    return columns


def _texts(records: Records, row: int, conversation: Conversation) -> list[tuple[int, str, str]]:
    """``(turn, role, text)`` of a record, with the prompt of a templated text divided from its answer."""
    if conversation.shape == "text":
        prompt = records.prompts[row]
        return [*([(0, "prompt", prompt)] if prompt else []), (1, "answer", records.answers[row])]
    turns = conversation.turns
    if conversation.rejected:  # its prompt is told once
        turns = (*turns, *(turn for turn in conversation.rejected if turn.role == "assistant"))
    found = [
        (number, _PART[turn.role], turn.text) for number, turn in enumerate(turns) if turn.text and turn.role in _PART
    ]
    return [(-1, "system", conversation.system), *found] if conversation.system else found


def is_rejected(conversation: Conversation, turn: int) -> bool:
    """Whether a turn is the losing answer of a preference pair: those are numbered on behind the record's turns."""
    return conversation.rejected is not None and turn >= len(conversation.turns)


def loses(conversation: Conversation, turn: int) -> bool:
    """Whether a record itself calls a turn bad: the losing answer of a pair, any of a KTO record labelled false."""
    return conversation.label is False or is_rejected(conversation, turn)


def without_rejected(records: Records, answers: pl.DataFrame) -> pl.DataFrame:
    """Answers without those that their record calls bad (see ``loses``).

    Training turns the model away from them, so their content and style may be as bad as they like (D003, D007, D008,
    D009, D012, T004's answers). What a pipeline did to a text is judged on both sides (D001, D002, D010, D011): where
    only one side has it, the model learns to tell the sides by it instead of by what they say.
    """
    import polars as pl

    bad = [
        (row, len(c.turns) if c.rejected is not None else 0)
        for row, c in enumerate(records.conversations)
        if c is not None and (c.rejected is not None or c.label is False)
    ]
    if not bad:
        return answers
    limits = pl.DataFrame(bad, schema={"row": pl.UInt32(), "limit": pl.Int32()}, orient="row")
    joined = answers.join(limits, on="row", how="left", maintain_order="left")
    kept = pl.col("limit").is_null() | (pl.col("turn") < pl.col("limit")) | (pl.col("role").cast(pl.String) != "answer")
    return joined.filter(kept).drop("limit")


def turn_note(records: Records, row: int, turn: int) -> str:
    """Where in its record a passage stands, as an appendix to what was found there."""
    conversation = records.conversations[row]
    return turn_note_of(conversation, turn) if conversation is not None else ""


def turn_note_of(conversation: Conversation, turn: int) -> str:
    """`` (turn 4 of 6)``, `` (the rejected answer)``, or nothing where no other turn can be meant.

    Args:
        conversation: the record.
        turn: its number, as in ``Passages.frame``: rejected answers are numbered on behind the record's turns.
    """
    count = len(conversation.turns)
    if is_rejected(conversation, turn):
        return " (the rejected answer)"
    return f" (turn {turn + 1} of {count})" if count > _ONE_EXCHANGE and turn >= 0 else ""
