"""CSV and TSV tables with a header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from tunespec.reading.row import Row

_FIELD_LIMIT = 1 << 27  # characters; the module's own 131,072 refuses long answers


def read_csv(data: bytes) -> Iterator[Row]:
    """Rows of a table; an empty cell is an empty string."""
    text = data.decode("utf-8-sig", errors="replace")
    bad = None if _is_utf8(data) else "not valid UTF-8"
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        header = next(reader, None) or []
        bad = bad or _repeated(header)
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                yield _row(header, cells, line, bad)
                bad = None
            line = reader.line_num + 1
    except csv.Error as error:
        yield Row(line, None, f"not valid CSV from here on: {error}", text.encode(errors="replace"))


def _row(header: list[str], cells: list[str], line: int, bad: str | None) -> Row:
    if len(cells) != len(header):
        reason = f"{len(cells)} cells where the header has {len(header)}"
        return Row(line, None, reason, "\0".join(cells).encode(errors="replace"))
    return Row(line, dict(zip(header, cells, strict=True)), bad)


def _repeated(header: list[str]) -> str | None:
    names = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    return f"the header names the column `{names[0]}` twice, and loaders keep only one of them" if names else None


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
