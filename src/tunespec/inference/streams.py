"""Streams of Ollama that were saved as they came, one line for each piece of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tunespec.inference.fields import listed, mapping, text
from tunespec.reading import Row


class Numbered(NamedTuple):
    """A row with its number in its file, from 0."""

    number: int
    row: Row


def joined(rows: Iterable[Numbered]) -> Iterator[Numbered]:
    """The rows, of which the pieces of one answer are one row: the last piece's, with all of the text.

    It stands where the first piece does. A stream that was cut off has ``done: false`` still. An unreadable row
    between two pieces ends no answer, since it may be one of them.
    """
    pieces: list[Numbered] = []
    for numbered in rows:
        data = numbered.row.data
        if data is None:
            yield numbered
            continue
        goes_on = bool(pieces) and _is_part(data) and _source(data) == _source(pieces[0].row.data or {})
        if pieces and not goes_on:
            yield _whole(pieces)
            pieces = []
        if not (goes_on or is_piece(data)):
            yield numbered
            continue
        pieces.append(numbered)
        if not is_piece(data):
            yield _whole(pieces)
            pieces = []
    if pieces:
        yield _whole(pieces)


def is_piece(data: Mapping[str, Any]) -> bool:
    """Whether a record is a piece of an answer that goes on."""
    return _is_part(data) and data["done"] is False


def only_loads(data: Mapping[str, Any]) -> bool:
    """Whether a record says that the model was loaded or unloaded, which is no answer."""
    return data.get("done_reason") in ("load", "unload")


def _is_part(data: Mapping[str, Any]) -> bool:
    answers = isinstance(data.get("message"), dict) or isinstance(data.get("response"), str)
    return answers and "created_at" in data and isinstance(data.get("done"), bool) and not only_loads(data)


def _source(data: Mapping[str, Any]) -> tuple[object, bool]:
    return data.get("model"), isinstance(data.get("message"), dict)


def _whole(pieces: Sequence[Numbered]) -> Numbered:
    first = pieces[0]
    parts = [piece.row.data or {} for piece in pieces]
    data = {**parts[0], **parts[-1]}
    if isinstance(data.get("message"), dict):
        messages = [mapping(part.get("message")) for part in parts]
        calls = [call for message in messages for call in listed(message.get("tool_calls"))]
        content = "".join(text(message.get("content")) for message in messages)
        data["message"] = {**data["message"], "content": content, **({"tool_calls": calls} if calls else {})}
    else:
        data["response"] = "".join(text(part.get("response")) for part in parts)
    return Numbered(first.number, first.row._replace(data=data))
