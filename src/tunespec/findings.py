"""Places in the user's files, and what is reported about them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple


class Place(NamedTuple):
    """Where a row stands: file, physical line from 1 (None if the format has none), row from 0, and the row's key."""

    path: str
    line: int | None
    row: int | None
    key: str

    def __str__(self) -> str:
        if self.line is not None:
            return f"{self.path}:{self.line}"
        return f"{self.path} row {self.row}" if self.row is not None else self.path


class Mark(NamedTuple):
    """The value of a fact on one row: its text, the place that it relates to, and a measure (a similarity)."""

    text: str
    related: Place | None = None
    value: float | None = None
    limit: float | None = None


Finding = dict[str, Any]


def fingerprints(findings: Iterable[tuple[str, str, str, str]]) -> list[str]:
    """Stable ids of ``(code, kind, row key, related key)``; equal ones are told apart by their number.

    Which of two rows points at the other does not count: of two that are alike it is the one that stands later.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    ids = []
    for code, kind, row, related in findings:
        finding = (code, kind, *(sorted((row, related)) if related else (row, related)))
        text = "\0".join((*finding, str(seen[finding])))
        seen[finding] += 1
        ids.append(hashlib.blake2b(text.encode(), digest_size=8).hexdigest())
    return ids
