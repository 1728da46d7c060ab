"""What to do about records of no known shape: a mapping of their columns that works, or what they are instead."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tunespec.shapes import Shapes
from tunespec.text import shorten

_SHOWN = 12  # columns
_WORDS = 5  # a column's name of so many is rather a cell: the table has no header


def how_to_map(records: Sequence[Mapping[str, Any]], format_: str) -> str:
    """Why these records, the first of a file in ``format_``, are no dataset, and what makes them one."""
    first = records[0]
    if format_ == "json" and len(records) == 1 and (lists := _lists_of_objects(first)):
        held = " and ".join(f"{len(lists[key])}{' objects' * (n == 0)} under `{key}`" for n, key in enumerate(lists))
        return f"one object that holds {held}: if these are your records, write {_UNWRAP[len(lists) > 1]}"
    keys = list(first)
    shown = ", ".join(map(shorten, keys[:_SHOWN])) + (", ..." if len(keys) > _SHOWN else "")
    columns, why_not = _mapping(first)
    if not columns:
        return f"its columns ({shown}) are of no known shape, and none of them holds text{why_not}"
    written = ", ".join(f"{name} = {json.dumps(column, ensure_ascii=False)}" for name, column in columns.items())
    say = f"say which are which in [tool.tunespec]: columns = {{{written}}}"
    if format_ in {"csv", "tsv"} and any(len(key.split()) >= _WORDS for key in keys):
        return (
            f"its first line is taken for the names of its columns ({shown}), which are of no known shape: if it is a "
            f"record, write a header above it, such as prompt,completion; else {say}"
        )
    return f"its columns ({shown}) are of no known shape; {say}"


_UNWRAP = {False: "that list as the file", True: "each list as a file of its own"}


def _lists_of_objects(record: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {key: value for key, value in record.items() if _is_list_of_objects(value)}


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _mapping(record: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """Columns that make a conversation of the record; if there are none, why its lists of objects are not messages."""
    why_not = ""
    for key in _lists_of_objects(record):
        conversation = Shapes({"messages": key}).convert(record)
        if conversation is not None and not conversation.defect:
            return {"messages": key}, ""
        if conversation is not None and not why_not:
            why_not = f", or messages that can be read ({conversation.defect})"
    texts = [key for key, value in record.items() if isinstance(value, str)]
    others = [key for key, value in record.items() if isinstance(value, str | int | float | dict)]
    pair = texts if len(texts) > 1 else others  # a number may be an answer, and objects become their JSON
    if len(pair) > 1 and any(isinstance(record[key], str | dict) for key in pair):
        return {"prompt": pair[0], "answer": pair[-1]}, ""
    return ({"text": texts[0]} if texts else {}), why_not
