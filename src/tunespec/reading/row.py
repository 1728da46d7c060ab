"""One record as it stands in its file."""

from __future__ import annotations

from typing import Any, NamedTuple


class Row(NamedTuple):
    """One record, or what stands where a record should.

    ``line`` counts physical lines from 1 (None where the format has no lines), ``data`` is the parsed object or None,
    ``defect`` says why a loader would stumble here, ``raw`` is the text itself if it could not be parsed.
    """

    line: int | None
    data: dict[str, Any] | None
    defect: str | None = None
    raw: bytes = b""
