"""What ``tunespec render`` is asked to render: a probe's name, a record's place, a file with messages or a request."""

from __future__ import annotations

import re
from pathlib import Path

from tunespec.catalogue import closest
from tunespec.config import Config
from tunespec.errors import CannotJudgeError
from tunespec.reading import Row, format_of, read
from tunespec.shapes import Shapes
from tunespec.templates.message_files import file_target, holds_one
from tunespec.templates.probes import conversation_of
from tunespec.templates.target import Target, probe_targets

_AT = re.compile(r"(.+):(\d+)")


def target_of(asked: str, config: Config) -> Target:
    """The conversation that ``TARGET`` names.

    Raises:
        CannotJudgeError: if it names none, or what it names cannot be read.
    """
    known = probe_targets()
    if asked in known:
        return known[asked]
    at = _AT.fullmatch(asked)
    if at and not Path(asked).exists():
        return record_target(Path(at[1]), int(at[2]), config)
    path = Path(asked)
    if not path.is_file():
        hint = closest(asked, known)
        raise CannotJudgeError(f"{asked}: no file, no record (FILE:LINE) and no probe (tunespec render --list){hint}")
    if path.suffix.lower() == ".json" and holds_one(path):
        return file_target(path)
    raise CannotJudgeError(f"{asked}: which record of it? Name its line: tunespec render {asked}:1")


def record_target(path: Path, number: int, config: Config) -> Target:
    """A record by its physical line, from 1; of a Parquet file by its row, from 0, as findings name it.

    Raises:
        CannotJudgeError: if there is no such record, or it is no conversation that a trainer could read.
    """
    if not path.is_file():
        raise CannotJudgeError(f"{path}: no such file")
    place = f"{path}:{number}"
    row = _row(path, number)
    if row is None:
        raise CannotJudgeError(f"{place}: no record is there")
    if row.data is None:
        raise CannotJudgeError(f"{place}: {row.defect}")
    conversation = Shapes(config.columns, config.roles).convert(row.data)
    if conversation is None:
        columns = ", ".join(list(row.data)[:12])
        raise CannotJudgeError(f"{place}: its columns ({columns}) are of no known shape")
    if conversation.defect:
        raise CannotJudgeError(f"{place}: {conversation.defect}")
    messages, tools = conversation_of(conversation, asked=False)
    if not messages:
        raise CannotJudgeError(f"{place}: it holds a text that is rendered already, not a conversation")
    return Target(f"record {place}", messages, tools, file=path)


def _row(path: Path, number: int) -> Row | None:
    """The row that starts at a line; in an array and in CSV, where records have several lines, the one around it."""
    format_ = format_of(path)
    found = None
    for index, row in enumerate(read(path, format_)):
        if row.line is None:
            if index == number:
                return row
        elif row.line == number:
            return row
        elif row.line > number:
            break
        elif format_ != "jsonl":
            found = row
    return found
