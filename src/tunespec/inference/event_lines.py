"""Server-sent events that were saved as they came: what stands behind each `data:` is a row, the rest says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tunespec.reading import Row
from tunespec.reading.lines import parse_line

DONE = b"[DONE]"  # what OpenAI's servers send behind the last event; SDKs leave it out
_DATA = b"data:"
_OTHERS = (b"event:", b"id:", b"retry:", b":")  # the standard's other fields, and comments, which keep a connection


def without_events(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, of which the data of events are rows as any; a row whose text is ``DONE`` ends a stream.

    Only what is no JSON can be an event: all other rows stay as they are, and so does each in a file without events.
    """
    every = list(rows)
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


def _of_data(row: Row) -> Row:
    value = row.raw.removeprefix(_DATA).strip()
    if value == DONE:
        return _done(row)
    parsed = parse_line(value, row.line or 0, 0)
    return Row(row.line, parsed.data, None if parsed.data is not None else "the data of the event are no JSON object")


def _done(row: Row) -> Row:
    return row._replace(defect=None, raw=DONE)
