"""Reports: one document, printed as text or JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tunespec.errors import CannotJudgeError

Report = dict[str, Any]


def render(report: Report, format_: str, *, rows: Mapping[tuple[str, int | None], str] | None = None) -> str:
    """The report in a format: ``text`` or ``json``."""
    return _formats()[format_](report, rows or {})


def parse_target(target: str) -> tuple[str, Path]:
    """``FORMAT=FILE`` as format and path.

    Raises:
        CannotJudgeError: for a format that does not exist.
    """
    format_, separator, file = target.partition("=")
    if not separator or format_ not in _formats() or not file:
        raise CannotJudgeError(f"--report {target!r} is not FORMAT=FILE with a FORMAT of {', '.join(_formats())}")
    return format_, Path(file)


def _formats() -> dict[str, Callable[[Report, Mapping[tuple[str, int | None], str]], str]]:
    from tunespec.report.json_report import render_json
    from tunespec.report.text import render_text

    return {"text": render_text, "json": render_json}
