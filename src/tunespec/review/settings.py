"""The configuration's table ``[review]``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tunespec.catalogue import closest
from tunespec.config_values import require
from tunespec.errors import CannotJudgeError

_REVIEW: Mapping[str, tuple[tuple[type, ...], str]] = {
    "file": ((str,), "a file"),
    "count": ((int,), "a whole number above 0"),
    "seed": ((int,), "a whole number"),
    "today": ((date, str), "a day such as 2026-11-26"),
}


def read_review(table: dict[str, Any], path: Path) -> dict[str, Any]:
    """``[review]``: where judgements are written, how many are drawn by which seed, and which day counts as today.

    Raises:
        CannotJudgeError: for an unknown key, and a value that it cannot have.
    """
    for key, value in table.items():
        if key not in _REVIEW:
            raise CannotJudgeError(f"{path}: review: unknown key {key!r}{closest(key, _REVIEW)}")
        types, expected = _REVIEW[key]
        require(isinstance(value, types) and not isinstance(value, bool), path, f"review.{key}", expected)
    require(table.get("file", "f").strip() != "", path, "review.file", _REVIEW["file"][1])
    require(table.get("count", 1) > 0, path, "review.count", _REVIEW["count"][1])
    require(_is_day(table.get("today", "2026-11-26")), path, "review.today", _REVIEW["today"][1])
    return table


def _is_day(value: date | str) -> bool:
    try:
        return len(str(date.fromisoformat(str(value)))) == len(str(value))
    except ValueError:
        return False
