"""The text of records, probes and recorded outputs, read again from the user's files for ``--show-rows``."""

from __future__ import annotations

import orjson

from tunespec.discover import Discovery
from tunespec.reading import read
from tunespec.text import shorten

_LIMIT = 240  # characters of a record


def record_texts(discovery: Discovery, wanted: set[tuple[str, int | None]]) -> dict[tuple[str, int | None], str]:
    """``(path, row)`` -> the record's text, shortened to one line."""
    texts: dict[tuple[str, int | None], str] = {}
    subjects = (*discovery.datasets, *discovery.answering, *discovery.reviews)
    for file in dict.fromkeys(file for subject in subjects for file in subject.files):
        rows = {row for path, row in wanted if path == file.shown and row is not None}
        if not rows:
            continue
        for number, row in enumerate(read(file.path, file.format)):
            if number in rows:
                raw = row.raw if row.data is None else orjson.dumps(row.data, default=str)
                texts[file.shown, number] = shorten(raw.decode(errors="replace"), _LIMIT)
    return texts
