"""A JSON array of records, element by element, so that each has its line and a broken one spares the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tunespec.reading.lines import as_record, kind_of
from tunespec.reading.repeated_keys import repeated_key
from tunespec.reading.row import Row

_DECODER = json.JSONDecoder(strict=False)
_GAP = re.compile(r"[\s,]*")


def read_json(data: bytes) -> Iterator[Row]:
    """Rows of a JSON document: the elements of an array, or the one object."""
    defect = None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        defect = f"not valid UTF-8 (byte {error.start})"
        text = data.decode("utf-8-sig", errors="replace")
    if data.startswith(b"\xef\xbb\xbf"):
        defect = "the file starts with a byte order mark (byte 0)"
    start = len(text) - len(text.lstrip())
    is_array = text[start : start + 1] == "["
    in_one_line = is_array and "\n" not in text.strip()  # then the line tells no two records apart, their number does
    for found in _elements(text, start + 1 if is_array else start, is_array=is_array):
        row = found._replace(line=None) if in_one_line else found
        yield row if defect is None or row.defect else row._replace(defect=defect)
        defect = None


def _elements(text: str, position: int, *, is_array: bool) -> Iterator[Row]:
    line, counted, first_key, between = 1, 0, None, 0  # between: the commas that must stand before the next element
    while True:
        gap = _GAP.match(text, position)
        assert gap is not None
        position = gap.end()
        line, counted = line + text.count("\n", counted, position), position
        odd = _odd_commas(gap.group().count(","), between, closing=text[position : position + 1] == "]")
        if position >= len(text) or text[position] == "]":
            if is_array and position >= len(text):
                yield Row(line, None, f"the array is not closed (byte {_byte(text, position)})", b"")
            elif rest := text[position + 1 :].strip():
                start = text.index(rest, position + 1)
                line += text.count("\n", counted, start)
                yield Row(
                    line, None, f"text after the array (byte {_byte(text, start)})", rest.encode(errors="replace")
                )
            elif odd and position < len(text):
                yield Row(line, None, f"not valid JSON: {odd} (byte {_byte(text, position)})", b"]")
            return
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (json.JSONDecodeError, RecursionError) as error:
            end = _next_element(text, position, first_key)
            yield _broken(text, position, end, line, error)
            position = end
            continue
        first_key = first_key or _first_key(value)
        row = _row(value, line, text, position, end)
        if odd and not row.defect:
            row = row._replace(defect=f"not valid JSON: {odd} (byte {_byte(text, position)})")
        yield row
        position, between = end, 1


def _odd_commas(found: int, expected: int, *, closing: bool) -> str | None:
    if closing:
        return "a comma after the last element" if found else None
    if found == expected:
        return None
    return f"{found or 'no'} {'commas' if found else 'comma'} before this element"


def _row(value: Any, line: int, text: str, position: int, end: int) -> Row:
    record = as_record(value)
    if record is not None and _has_lone_surrogate(value, text[position:end]):
        reason = f"a lone surrogate, which UTF-8 cannot hold (byte {_byte(text, position)})"
        return Row(line, None, reason, text[position:end].encode(errors="replace"))
    if record is None:
        reason = f"not a JSON object but {kind_of(value)} (byte {_byte(text, position)})"
        return Row(line, None, reason, text[position:end].encode(errors="replace"))
    repeated = repeated_key(value, text[position:end].encode(errors="replace"))
    return Row(line, record, f"{repeated} (byte {_byte(text, position)})" if repeated else None)


def _has_lone_surrogate(value: Any, written: str) -> bool:
    if "\\ud" not in written and "\\uD" not in written:
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _first_key(value: Any) -> str | None:
    return next(iter(value), None) if isinstance(value, dict) else None


def _next_element(text: str, position: int, first_key: str | None) -> int:
    """Where the next element begins: at the next ``{`` before the key that elements begin with."""
    key = re.escape(json.dumps(first_key, ensure_ascii=False)) if first_key else r'"'
    match = re.compile(rf"\{{\s*{key}").search(text, position + 1)
    return match.start() if match else len(text)


def _broken(text: str, position: int, end: int, line: int, error: Exception) -> Row:
    where = getattr(error, "pos", position)
    reason = getattr(error, "msg", "nested too deeply")
    raw = text[position:end].encode(errors="replace")
    return Row(line, None, f"not valid JSON: {reason} (byte {_byte(text, where)})", raw)


def _byte(text: str, position: int) -> int:
    return len(text[:position].encode(errors="replace"))
