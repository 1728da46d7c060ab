"""Server-sent events that were saved as they came: what stands behind each `data:` is a row, the rest says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path

from tunespec.errors import CannotJudgeError
from tunespec.reading import Row
from tunespec.reading.lines import parse_line
from tunespec.reading.source import extension, read_bytes

DONE = b"[DONE]"  # what OpenAI's servers send behind the last event; SDKs leave it out
_DATA = b"data:"
_OTHERS = (b"event:", b"id:", b"retry:", b":")  # the standard's other fields, and comments, which keep a connection
_STATUS = re.compile(rb"(?:< )?HTTP/[\d.]+ \d{3}\b")  # of `curl -i`, and of `curl -v` with both its outputs in one file
_EVENT = re.compile(rb"(?m)^data:[ \t]*\{")
_HEAD = 1 << 14  # bytes in which the first event stands


def may_hold_events(path: Path) -> bool:
    """Whether a text file of a folder is looked at: it begins as a saved stream does."""
    if extension(path) != ".txt":
        return False
    try:
        return _EVENT.search(read_bytes(path, _HEAD)) is not None
    except CannotJudgeError:
        return False


def without_events(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, of which the data of events are rows as any; a row whose text is ``DONE`` ends a stream.

    Only what is no JSON can be an event: all other rows stay as they are, and so does each in a file without events.
    """
    every = _without_headers(list(rows))
    are_events = any(row.data is None and row.raw.startswith(_DATA) for row in every)
    for row in every:
        if row.data is not None:
            yield row
        elif row.raw.strip() == DONE:
            yield _done(row)
        elif not are_events or not row.raw.startswith((_DATA, *_OTHERS)):
            yield row
        elif row.raw.startswith(_DATA):
            yield _of_data(row)


def is_done(row: Row) -> bool:
    """Whether a row only says that a stream has ended."""
    return row.data is None and row.raw == DONE


def _without_headers(rows: list[Row]) -> list[Row]:
    """The rows without what a client prints before the body: HTTP's status and headers, with its own remarks."""
    head = list(takewhile(lambda row: row.data is None and not row.raw.startswith((_DATA, b"event:")), rows))
    return rows[len(head) :] if any(_STATUS.match(row.raw) for row in head) else rows


def _of_data(row: Row) -> Row:
    value = row.raw.removeprefix(_DATA).strip()
    if value == DONE:
        return _done(row)
    parsed = parse_line(value, row.line or 0, 0)
    return Row(row.line, parsed.data, None if parsed.data is not None else "the data of the event are no JSON object")


def _done(row: Row) -> Row:
    return row._replace(defect=None, raw=DONE)
