"""Files into rows: JSONL, JSON arrays, CSV and Parquet, plain, gz or zst. Nothing is lost: a bad line is a row too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tunespec.reading.lines import read_jsonl
from tunespec.reading.row import Row
from tunespec.reading.source import format_of, read_bytes

__all__ = ["Row", "format_of", "read"]


def read(path: Path, format_: str) -> Iterator[Row]:
    """Every record of a file, in order.

    Args:
        path: the file.
        format_: as :func:`format_of` says it: ``jsonl``, ``json``, ``csv``, ``tsv`` or ``parquet``.

    Raises:
        CannotJudgeError: if the file as a whole cannot be read.
    """
    if format_ == "parquet":
        from tunespec.reading.parquet import read_parquet

        return read_parquet(path)
    data = read_bytes(path)
    if format_ in {"csv", "tsv"}:
        from tunespec.reading.csv_table import read_csv

        return read_csv(data)
    if format_ == "json":
        from tunespec.reading.json_array import read_json

        return read_json(data)
    return read_jsonl(data)
