"""The report document, version 1, from the verdicts that a run left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import tunespec
from tunespec.config import Config
from tunespec.expect import Declaration
from tunespec.findings import fingerprints
from tunespec.pitfall import SEVERITIES, Pitfall
from tunespec.selection import Selection


def build_report(
    config: Config, selection: Selection, entries: Sequence[Mapping[str, Any]], seconds: float
) -> dict[str, Any]:
    """The report of a run. ``entries`` are what its tests wrote; their order does not matter."""
    judged = [entry for entry in entries if "verdict" in entry]
    findings = _numbered(sorted((f for entry in judged for f in entry["verdict"]["findings"]), key=_finding_order))
    unjudged = [*_absent_rows(config, selection, entries), *_off_rows(config, selection)]
    pitfalls = sorted([*_kind_rows(judged), *unjudged], key=_pitfall_order)
    described = (entry["verdict"]["description"] for entry in judged)
    subjects = {(one["name"], one["family"]): one for one in described}  # a model may be called as a dataset is
    data = [subject for subject in subjects.values() if subject["family"] == "data"]
    return {
        "version": 1,
        "tool": {"name": "tunespec", "version": tunespec.__version__},
        "summary": {
            "rows": sum(file["rows"] for subject in data for file in subject["files"]),
            "errors": sum(finding["severity"] == "error" for finding in findings),
            "warnings": sum(finding["severity"] == "warning" for finding in findings),
            "baselined": 0,
            "skipped": sum(row["status"] == "skipped" for row in pitfalls),
            "seconds": round(seconds, 3),
        },
        "subjects": [subjects[key] for key in sorted(subjects)],
        "pitfalls": pitfalls,
        "findings": findings,
        "passed_over": _passed_over(entries),
        "errors": sorted({entry["error"] for entry in entries if "error" in entry}),
    }


def exit_code(report: Mapping[str, Any], fail_on: str) -> int:
    """0 clean, 1 findings at or above ``fail_on``, 2 could not judge; 2 beats 1."""
    statuses = {row["status"] for row in report["pitfalls"] if row["status"] != "off"}
    if report["errors"] or not statuses - {"skipped"}:
        return 2
    gate = SEVERITIES.index(fail_on)
    return int(any(SEVERITIES.index(finding["severity"]) >= gate for finding in report["findings"]))


def _numbered(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The findings with their fingerprints: equal records in two files are two findings."""
    keys = [(f["code"], f["kind"], f["key"], f["related_key"]) for f in findings]
    return [
        {name: value for name, value in finding.items() if name not in {"key", "related_key"}}
        | {"fingerprint": fingerprint}
        for finding, fingerprint in zip(findings, fingerprints(keys), strict=True)
    ]


def _kind_rows(judged: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    empty = dict.fromkeys(("reason", "subject", "examined", "unexpected", "value", "limit"))
    for entry in judged:
        for kind in entry["verdict"]["kinds"]:
            identity = {key: entry[key] for key in ("code", "name", "table", "subject")}
            yield {**empty, **identity, **kind}


def _absent_rows(
    config: Config, selection: Selection, entries: Iterable[Mapping[str, Any]]
) -> Iterable[dict[str, Any]]:
    """The kinds that are on, of pitfalls of which no subject is there."""
    absent = {(entry["code"], entry["table"]): entry["absent"] for entry in entries if "absent" in entry}
    for pitfall in config.catalogue.pitfalls:
        reason = absent.get((pitfall.code, pitfall.table))
        for declared in pitfall.expectations() if reason is not None else ():
            if selection.reason(pitfall, declared.kind) is None:
                yield _unjudged_row(config, pitfall, declared, "skipped", str(reason))


def _off_rows(config: Config, selection: Selection) -> Iterable[dict[str, Any]]:
    for pitfall in config.catalogue.pitfalls:
        for declared in pitfall.expectations():
            reason = selection.reason(pitfall, declared.kind)
            if reason is not None:
                yield _unjudged_row(config, pitfall, declared, "off", reason)


def _unjudged_row(config: Config, pitfall: Pitfall, declared: Declaration, status: str, reason: str) -> dict[str, Any]:
    return {
        **dict.fromkeys(("subject", "examined", "unexpected", "value", "limit", "why")),
        "code": pitfall.code,
        "name": pitfall.name,
        "table": pitfall.table,
        "kind": declared.kind,
        "severity": config.severity(pitfall, declared.kind, declared.severity),
        "status": status,
        "reason": reason,
    }


def _passed_over(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    passed_over: dict[str, str] = {}
    for entry in entries:
        passed_over |= entry.get("passed_over", {})
    return [{"path": path, "reason": reason} for path, reason in sorted(passed_over.items())]


def _finding_order(finding: Mapping[str, Any]) -> tuple[Any, ...]:
    rank = -SEVERITIES.index(finding["severity"])
    row = finding["row"] if finding["row"] is not None else -1
    return rank, finding["code"], finding["kind"], finding["table"], finding["subject"], finding["path"], row


def _pitfall_order(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["code"], row["table"], row["subject"] or "", row["kind"]
