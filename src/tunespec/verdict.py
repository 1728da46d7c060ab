"""A verdict: what a pitfall's expectations say of a subject, as the report shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tunespec.engine import Answer, Asked
from tunespec.errors import CannotJudgeError
from tunespec.expect import NULL
from tunespec.findings import Finding, Place
from tunespec.pitfall import Pitfall
from tunespec.subjects import Subject
from tunespec.tables import Table

Verdict = dict[str, Any]
_ROUNDING = 1e-6  # rows; 0.29 * 100 is 28.999...
Results = Mapping[tuple[str, str], Answer]


def assemble(pitfall: Pitfall, asked: Sequence[Asked], subject: Subject, table: Table, results: Results) -> Verdict:
    """The verdict of one pitfall from the results of the suite run, keyed by ``(code, kind)``.

    Raises:
        CannotJudgeError: if an expectation looked at nothing.
    """
    kinds: list[dict[str, Any]] = []
    findings: list[Finding] = []
    for one in asked:
        kind = one.declaration.kind
        row = {"kind": kind, "severity": one.severity, "status": "skipped", "reason": table.reasons.get(kind)}
        row["why"] = pitfall.documentation.kind(kind).why
        if (answer := results.get((pitfall.code, kind))) is not None:
            row |= _status(one, answer, table)
            if row["status"] == "failed":
                findings += _findings(pitfall, one, subject, table, answer)
        kinds.append(row)
    return {"kinds": kinds, "findings": findings}


def columns_of(one: Asked) -> list[str]:
    """The fact columns that an expectation reads."""
    kwargs = one.declaration.kwargs
    return [str(v) for k, v in kwargs.items() if k in {"column", "column_A", "column_B"}] + list(
        kwargs.get("column_list", ())
    )


def _status(one: Asked, answer: Answer, table: Table) -> dict[str, Any]:
    """Tolerances are compared as counts: GX rounds ``mostly``, and counts rows to which the fact does not apply."""
    declaration = one.declaration
    if answer.looked_at is None:
        kwargs = declaration.kwargs
        limit = kwargs.get("max_value", kwargs.get("min_value", kwargs.get("value_set")))
        examined, unexpected, failed = len(table.places), int(not answer.success), not answer.success
        value = answer.observed
    else:
        # An expectation of null was asked of the marked rows only, and speaks of all.
        rows = len(table.places) if declaration.type == NULL else answer.looked_at
        examined = table.examined.get(declaration.kind, rows)
        if not examined:
            raise CannotJudgeError(f"{one.pitfall}: {declaration.kind} examined no row")
        unexpected = len(answer.rows)
        limit = round(1 - declaration.mostly, 6)
        failed = unexpected > (1 - declaration.mostly) * examined + _ROUNDING
        value = round(unexpected / examined, 6)
    return {
        "status": "failed" if failed else "passed",
        "examined": examined,
        "unexpected": unexpected,
        "value": value,
        "limit": limit,
    }


def _findings(pitfall: Pitfall, one: Asked, subject: Subject, table: Table, answer: Answer) -> list[Finding]:
    kind = one.declaration.kind
    common = {
        "code": pitfall.code,
        "name": pitfall.name,
        "kind": kind,
        "severity": one.severity,
        "table": pitfall.table,
        "subject": subject.name,
        "fix": f"tunespec explain {pitfall.code}",
    }
    if answer.looked_at is None:
        place = Place(subject.files[0].shown if len(subject.files) == 1 else subject.name, None, None, subject.name)
        message = pitfall.documentation.kind(kind).says(str(answer.observed))
        return [common | _located(place, message, answer.observed, None, None)]
    return [
        common | _located(table.places[row], _message(pitfall, kind, mark.text), mark.value, mark.limit, mark.related)
        for row in answer.rows
        for mark in [table.mark(kind, row)]
    ]


def _message(pitfall: Pitfall, kind: str, text: str) -> str:
    return pitfall.documentation.kind(kind).says(text) or pitfall.documentation.summary


def _located(place: Place, message: str, value: Any, limit: Any, related: Place | None) -> Finding:
    return {
        "path": place.path,
        "line": place.line,
        "row": place.row,
        "message": message,
        "value": value,
        "limit": limit,
        "related": [{"path": related.path, "line": related.line, "row": related.row}] if related else [],
        "key": place.key,
        "related_key": related.key if related else "",
    }
