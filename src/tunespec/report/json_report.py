"""The JSON report; its schema is report/schema.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson


def render_json(report: dict[str, Any], rows: Mapping[tuple[str, int | None], str]) -> str:
    """The report as indented JSON; with ``rows``, findings carry the record's text."""
    if rows:
        findings = [
            f | {"text": rows[f["path"], f["row"]]} if (f["path"], f["row"]) in rows else f for f in report["findings"]
        ]
        report = report | {"findings": findings}
    return orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
