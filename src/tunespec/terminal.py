r"""What a terminal may be sent: no file's name, value or text can drive it, break a line or reorder one.

C0 and C1 controls and DEL (ECMA-48: colours, titles, cursor moves), Unicode's line separators, and what overrides the
direction of a line (UAX #9, as in CVE-2021-42574) are written out as Python writes them: `\x1b`, `\n`, `\u202e`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_DRIVES = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_WITH_MARKS = "stops"  # of a model: shown with the signs of `tunespec render`, which leave no control either
_LAID_OUT = frozenset("\n\t")  # by tunespec itself, in texts of several lines


def one_line(text: str) -> str:
    """A name or a value for a line of its own or a part of one: its line ends and tabs are written out, too."""
    return text if text.isprintable() else _DRIVES.sub(_written, text)


def lines(text: str, names: Iterable[str] = ()) -> str:
    """A text that tunespec laid out in lines, which stay; those within one of the ``names`` are written out."""
    for name in names:
        text = text.replace(name, one_line(name))
    return text if text.isprintable() else _DRIVES.sub(_kept_or_written, text)


def report_lines(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report document as the text report may show it; only messages and errors keep their lines.

    The findings' ``path`` is left as it is: it is the key of the records' texts.
    """
    files = [file["path"] for subject in report["subjects"] for file in subject.get("files", ())]
    files += [finding["path"] for finding in report["findings"]]
    broken = {name for name in files if "\n" in name}
    findings = [
        {**_in_one_line(finding), "path": finding["path"], "message": lines(finding["message"], broken)}
        for finding in report["findings"]
    ]
    errors = [lines(error, broken) for error in report["errors"]]
    rest = {key: value for key, value in report.items() if key not in {"findings", "errors"}}
    return {**_in_one_line(rest), "findings": findings, "errors": errors}


def _in_one_line(value: Any) -> Any:
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        shown = ((key, held if key == _WITH_MARKS else _in_one_line(held)) for key, held in value.items())
        return {_in_one_line(key): held for key, held in shown}
    return [_in_one_line(held) for held in value] if isinstance(value, list | tuple) else value


def _kept_or_written(match: re.Match[str]) -> str:
    return match[0] if match[0] in _LAID_OUT else _written(match)


def _written(match: re.Match[str]) -> str:
    return repr(match[0])[1:-1]
