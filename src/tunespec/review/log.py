"""Review logs: read line by line, what counts of them, and a judgement put behind them."""

from __future__ import annotations

import codecs
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from tunespec.canonical import canonical
from tunespec.errors import CannotJudgeError
from tunespec.findings import Place
from tunespec.reading import Row, read
from tunespec.reading.lines import read_jsonl
from tunespec.reading.source import read_bytes
from tunespec.review.judgement import Judgement, judgement_of
from tunespec.subjects import DataFile


class Line(NamedTuple):
    """A line of a review log: its judgement, or ``why`` it holds none."""

    place: Place
    judgement: Judgement | None
    why: str = ""


def read_logs(files: Iterable[DataFile]) -> list[Line]:
    """Every line of review logs, in order.

    Raises:
        CannotJudgeError: for a file that cannot be read as a whole.
    """
    return [_line(file, number, row) for file in files for number, row in enumerate(_rows(file))]


def _rows(file: DataFile) -> Iterator[Row]:
    """The rows of a log; a byte order mark, which Windows' editors write, is no part of its first line."""
    if file.format != "jsonl":
        return read(file.path, file.format)
    return read_jsonl(read_bytes(file.path).removeprefix(codecs.BOM_UTF8))


def _line(file: DataFile, number: int, row: Row) -> Line:
    raw = row.raw if row.data is None else canonical(row.data)
    place = Place(file.shown, row.line, number, f"{file.shown}:{hashlib.blake2b(raw, digest_size=16).hexdigest()}")
    if row.data is None or row.defect:
        return Line(place, None, row.defect or "not a JSON object")
    try:
        judgement = judgement_of(row.data)
    except ValueError as error:
        return Line(place, None, str(error))
    key = f"{judgement.kind}:{judgement.hash}:{judgement.model}:{judgement.who}"
    return Line(place._replace(key=key), judgement)


def standing(lines: Sequence[Line]) -> list[tuple[int, Judgement]]:
    """``(line, judgement)`` of what counts: of what a reviewer said of an answer, the last, unless it is taken back.

    Later days count as later, and within a day what stands further down: logs that git merged are not in order.
    """
    last: dict[tuple[str, ...], tuple[int, Judgement]] = {}
    dated = sorted((one.day, number, one) for number, (_, one, _) in enumerate(lines) if one is not None)
    for _, number, one in dated:
        last[one.kind, one.hash, one.model, one.who] = number, one
    return sorted(((number, one) for number, one in last.values() if not one.undone), key=lambda pair: pair[0])


def append(path: Path, judgement: Judgement) -> None:
    """Put a judgement behind a log, in one write that is on the disk when this returns.

    A file opened for appending takes each write whole at its end, whoever else appends (POSIX, write(2)); on Windows
    the C library seeks before it writes, so there only one at a time may.

    Raises:
        CannotJudgeError: if it could not be written.
    """
    line = judgement.line()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        with _alone(path):
            handle = os.open(path, flags, 0o666)
            try:
                if _ends_within_a_line(handle):
                    line = b"\n" + line
                if os.write(handle, line) != len(line):
                    raise OSError("the disk is full")
                os.fsync(handle)
            finally:
                os.close(handle)
    except OSError as error:
        raise CannotJudgeError(f"{path}: the judgement is not written: {error.strerror or error}") from error


def _alone(path: Path) -> AbstractContextManager[object]:
    if os.name != "nt":
        return nullcontext()
    name = hashlib.blake2b(str(path.resolve()).encode(), digest_size=8).hexdigest()
    return FileLock(Path(tempfile.gettempdir()) / f"tunespec_review_{name}.lock")


def _ends_within_a_line(handle: int) -> bool:
    """Whether the last line lacks its end: a write that was cut off, or an editor that puts none."""
    if os.lseek(handle, 0, os.SEEK_END) == 0:
        return False
    os.lseek(handle, -1, os.SEEK_END)
    return os.read(handle, 1) != b"\n"
