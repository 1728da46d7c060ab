"""JSON lines, one by one: a bulk reader loses or refuses a whole file for one bad line."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import Any

import orjson

from tunespec.reading.repeated_keys import repeated_key
from tunespec.reading.row import Row

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
IS_UTF16 = "the file is UTF-16, loaders expect UTF-8 (byte 0)"


def read_jsonl(data: bytes) -> Iterator[Row]:
    r"""Rows of JSON lines. Only ``\n`` ends a line: JSON strings may hold every other separator."""
    defect_of_first = None
    if data.startswith(codecs.BOM_UTF8):
        defect_of_first = "the file starts with a byte order mark (byte 0)"
        data = data[len(codecs.BOM_UTF8) :]
    elif data.startswith(UTF16):
        defect_of_first = IS_UTF16
        data = data.decode("utf-16", errors="replace").encode()
    offset = 0
    # A stream over the same bytes, as a list of all lines would take the file's memory a second time.
    for number, ended in enumerate(io.BytesIO(data), start=1):
        line = ended.removesuffix(b"\n")
        if line and not line.isspace():
            yield parse_line(line, number, offset, defect_of_first)
            defect_of_first = None
        offset += len(ended)


def parse_line(line: bytes, number: int, offset: int, defect: str | None = None) -> Row:
    """One line's row; ``offset`` is the byte at which the line starts."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Row(number, None, _why(line, error, offset), line)
    record = as_record(value)
    if record is None:
        return Row(number, None, f"not a JSON object but {kind_of(value)} (byte {offset})", line)
    return Row(number, record, defect or _repetition(value, line, offset))


def _repetition(value: Any, line: bytes, offset: int) -> str | None:
    repeated = repeated_key(value, line)
    return f"{repeated} (byte {offset})" if repeated else None


def as_record(value: Any) -> dict[str, Any] | None:
    """The value as a record: an object, or a bare list of messages under the key that it lacks."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return {"messages": value}
    return None


def kind_of(value: object) -> str:
    """What a JSON value is, with its article."""
    if value is None:
        return "null"
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), f"a {type(value).__name__}")


def _why(line: bytes, error: orjson.JSONDecodeError, offset: int) -> str:
    if b"\0" in line:
        return f"NUL byte (byte {offset + line.index(0)})"
    try:
        line.decode()
    except UnicodeDecodeError as bad:
        return f"not valid UTF-8 (byte {offset + bad.start})"
    reason = error.msg.partition(": line")[0]
    position = len(line.decode()[: error.pos].encode())
    return f"not valid JSON: {reason} (byte {offset + position})"
