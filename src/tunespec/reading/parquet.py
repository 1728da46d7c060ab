"""Parquet tables, through Polars."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from tunespec.errors import CannotJudgeError
from tunespec.reading.row import Row
from tunespec.reading.source import COMPRESSED, read_bytes

_BATCH = 10_000  # rows made into Python objects at a time


def read_parquet(path: Path) -> Iterator[Row]:
    """Rows of a Parquet file, which may be compressed as a whole; they have no line.

    Raises:
        CannotJudgeError: for a damaged file.
    """
    import polars as pl

    try:
        frame = pl.read_parquet(io.BytesIO(read_bytes(path)) if path.suffix.lower() in COMPRESSED else path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise CannotJudgeError(f"{path}: not a readable Parquet file: {error}") from error
    for batch in frame.iter_slices(_BATCH):
        for record in batch.iter_rows(named=True):
            yield Row(None, record)
