"""CSV and TSV tables with a header. A broken row spares the rest."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from tunespec.reading.lines import IS_UTF16, UTF16
from tunespec.reading.row import Row

_FIELD_LIMIT = 1 << 27  # characters; the module's own 131,072 refuses long answers
_READ_AGAIN = 5  # times that a file's length may be read in vain, behind quotes that are never closed
_UNDECODED = re.compile(r"[\udc80-\udcff]")  # what `surrogateescape` makes of a byte that is not UTF-8
_UNCLOSED = "a quotation mark that is never closed"


class _Record(NamedTuple):
    """One record: the line that it starts at, its text, and its cells or what is wrong with it."""

    line: int
    text: str
    cells: list[str]
    error: str = ""


def read_csv(data: bytes) -> Iterator[Row]:
    """Rows of a table; an empty cell is an empty string."""
    text, defect = _decoded(data)
    records = _records(text)
    header = next(records, None)
    if header is None or header.error:
        yield from [] if header is None else [_broken(header)]
        return
    undecoded = None if defect or _is_utf8(data) else _Undecoded(data)
    if undecoded and (place := undecoded.place(header.text)):
        defect = f"the header is not valid UTF-8 ({place})"
    names = _legible(header.cells)
    defect = defect or _repeated(names)
    for record in records:
        place = undecoded.place(record.text) if undecoded else None
        if record.error:
            yield _broken(record)
        elif record.cells:
            yield _row(names, record, defect or (f"not valid UTF-8 ({place})" if place else None))
            defect = None


def _decoded(data: bytes) -> tuple[str, str | None]:
    """The text, in which surrogates stand for bytes that are not UTF-8, and what is wrong with it as a whole."""
    if data.startswith(UTF16):
        return data.decode("utf-16", errors="replace"), IS_UTF16
    return data.decode("utf-8-sig", errors="surrogateescape"), None


def _records(text: str) -> Iterator[_Record]:
    """Every record; behind a broken one it goes on in the next line."""
    csv.field_size_limit(_FIELD_LIMIT)
    delimiter, budget = _delimiter(text), _READ_AGAIN * len(text)
    # A stream over the text, as a list of all lines would take the file's memory a second time.
    stream, line, start = io.StringIO(text, newline=""), 1, 0
    while start < len(text):
        reader, before = csv.reader(stream, delimiter=delimiter, strict=True), line
        try:
            for cells in reader:
                yield _Record(line, text[start : stream.tell()], cells)
                line, start = before + reader.line_num, stream.tell()
        except csv.Error as error:
            reason = _UNCLOSED if "unexpected end" in str(error) else str(error)
            budget -= stream.tell() - start
            if budget < 0:
                yield _Record(line, text[start:], [], f"not valid CSV from here on: {reason}")
                return
            stream.seek(start)
            yield _Record(line, stream.readline(), [], f"not valid CSV: {reason}")
            line, start = line + 1, stream.tell()


class _Undecoded:
    """Where in a file bytes are that are not UTF-8; asked for its records one after the other."""

    def __init__(self, data: bytes) -> None:
        self._offset = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0

    def place(self, text: str) -> str | None:
        """The first such byte of the next record."""
        start = self._offset
        self._offset += len(text.encode(errors="surrogateescape"))
        bad = _UNDECODED.search(text)
        return bad and f"byte {start + len(text[: bad.start()].encode())}"


def _row(header: list[str], record: _Record, defect: str | None) -> Row:
    if len(record.cells) != len(header):
        reason = f"{len(record.cells)} cells where the header has {len(header)}"
        return Row(record.line, None, reason, "\0".join(record.cells).encode(errors="replace"))
    cells = _legible(record.cells) if defect else record.cells
    return Row(record.line, dict(zip(header, cells, strict=True)), defect)


def _legible(cells: list[str]) -> list[str]:
    return [_UNDECODED.sub("\N{REPLACEMENT CHARACTER}", cell) for cell in cells]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _broken(record: _Record) -> Row:
    return Row(record.line, None, record.error, record.text.encode(errors="surrogateescape"))


def _repeated(header: list[str]) -> str | None:
    names = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    return f"the header names the column `{names[0]}` twice, and loaders keep only one of them" if names else None


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)
