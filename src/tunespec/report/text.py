"""The text report: grouped by pitfall, gravest first; where, what, why it hurts, and the next command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

_LOCATIONS = 10  # shown of each group; the JSON report has all
_PASSED_OVER = 5
_INDENTED = "\n      "  # further lines of a message: both sides of a difference
_IDLE = 6  # kinds named that had nothing to look at


def render_text(report: Mapping[str, Any], rows: Mapping[tuple[str, int], str]) -> str:
    """The report for a person: what was judged, the findings in groups, what was not judged, the summary."""
    blocks = [_subjects(report), *_groups(report, rows), _not_judged(report), _summary(report)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _subjects(report: Mapping[str, Any]) -> str:
    lines: list[str] = []
    for subject in report["subjects"]:
        profile = subject["profile"]
        if subject["family"] == "template":
            lines += _template(subject)
            continue
        known = f" ({profile['shape']})" if profile.get("shape") else ""
        lines.append(f"dataset {subject['name']}: {_plural(sum(f['rows'] for f in subject['files']), 'record')}{known}")
        if len(subject["files"]) > 1 or subject["files"][0]["unread"]:
            lines += [f"  {_file(file, subject)}" for file in subject["files"]]
        lines += [f"  {line}" for line in _profile(profile)]
    passed_over = report["passed_over"]
    lines += [f"passed over {item['path']}: {item['reason']}" for item in passed_over[:_PASSED_OVER]]
    if len(passed_over) > _PASSED_OVER:
        lines.append(f"... and {len(passed_over) - _PASSED_OVER} more files passed over")
    return "\n".join(lines)


def _template(subject: Mapping[str, Any]) -> Iterator[str]:
    """What was taken for the two sides of a template pair."""
    yield f"template {subject['name']}"
    profile = subject["profile"]
    if training := profile.get("training"):
        end = f", answers end with `{training['turn_end']}`" if training["turn_end"] else ""
        yield f"  trained with {training['path']} ({training['kind']}{end})"
    if serving := profile.get("serving"):
        stops = ", ".join(f"`{_in_line(stop)}`" for stop in serving["stops"]) or "no stop sequence"
        yield f"  served with {serving['path']} ({serving['template']}; {stops})"
    if dataset := profile.get("dataset"):
        yield f"  trained on {dataset}"


def _in_line(text: str) -> str:
    return text.replace("\r", "␍").replace("\n", "⏎")


def _file(file: Mapping[str, Any], subject: Mapping[str, Any]) -> str:
    split = f" ({file['split']})" if file["split"] else ""
    unread = f", {file['unread']:,} unreadable" if file["unread"] else ""
    whole = [other["split"] for other in subject["files"]].count(file["split"]) == 1
    return f"{file['path']}{split}: {_plural(file['rows'], 'record')}{unread}" + (
        _split(file, subject) if whole else ""
    )


def _split(file: Mapping[str, Any], subject: Mapping[str, Any]) -> str:
    """What is in a split, and what it shares with others, behind the name of its one file."""
    split = next(split for split in subject["splits"] if split["split"] == file["split"])
    length = split.get("answer_length")
    lengths = f", answers of {length['least']:,} to {length['most']:,} characters" if length else ""
    overlaps = [one for one in subject["overlaps"] if one["split"] == file["split"] and one["prompts"]]
    shared = [f", {one['prompts']:,} of its prompts in {one['with'] or 'no split'} too" for one in overlaps]
    return lengths + "".join(shared)


def _profile(profile: Mapping[str, Any]) -> Iterator[str]:
    if headers := profile.get("template_headers"):
        yield f"template headers (inferred): {', '.join(headers)}"
    if marker := profile.get("end_marker"):
        share = f", {marker['share']:.1%} of the answers" if marker["share"] < 1 else ""
        yield f"end marker `{marker['text']}` ({marker['source']}{share})"
    for value, count in profile.get("unknown_splits", {}).items():
        yield f"{_plural(count, 'record')} of the unknown split `{value}`, compared with no other split"
    for key, what in (("system_prompt_share", "a system prompt"), ("think_share", "a <think> block")):
        if 0 < profile.get(key, 0) < 1:
            yield f"{profile[key]:.1%} of the records have {what}"


def _groups(report: Mapping[str, Any], rows: Mapping[tuple[str, int], str]) -> Iterator[str]:
    totals = {(row["code"], row["kind"], row["subject"]): row for row in report["pitfalls"]}
    for key, group in groupby(
        report["findings"], lambda f: (f["severity"], f["code"], f["name"], f["kind"], f["subject"])
    ):
        severity, code, name, kind, subject = key
        findings = list(group)
        total = totals[code, kind, subject]
        lines = [f"{severity} {code} {name} ({kind}) in {subject}: {_counts(total)}"]
        lines += _locations(findings, rows)
        lines.append(f"  why: {total['why']}")
        lines.append(f"  next: {findings[0]['fix']}    or, if it is meant: --ignore {code}.{kind}")
        yield "\n".join(lines)


def _counts(total: Mapping[str, Any]) -> str:
    if total["examined"] is None or isinstance(total["value"], str) or total["value"] is None:
        return "failed"
    # Of renders a kind is found once for a pair, and its message says in how many conversations; a row of files is a
    # file, an instruction, a key or a line.
    if total["table"] in {"renders", "files"}:
        return _plural(total["unexpected"], "finding")
    allowed = f", allowed {total['limit']:.2%}" if isinstance(total["limit"], float) and total["limit"] else ""
    if isinstance(total["limit"], float):
        return f"{total['unexpected']:,} of {_plural(total['examined'], total['table'].removesuffix('s'))}{allowed}"
    return f"{total['value']} (limit {total['limit']})"


def _locations(findings: Sequence[Mapping[str, Any]], rows: Mapping[tuple[str, int], str]) -> Iterator[str]:
    for finding in findings[:_LOCATIONS]:
        yield f"  {place(finding)}: {_INDENTED.join(finding['message'].splitlines())}"
        if (text := rows.get((finding["path"], finding["row"]))) is not None:
            yield f"    | {text}"
    if len(findings) > _LOCATIONS:
        yield f"  ... and {len(findings) - _LOCATIONS:,} more"


def place(finding: Mapping[str, Any]) -> str:
    """Where a finding is, as an editor understands it."""
    if finding["line"] is not None:
        return f"{finding['path']}:{finding['line']}"
    return finding["path"] if finding["row"] is None else f"{finding['path']} row {finding['row']}"


def _not_judged(report: Mapping[str, Any]) -> str:
    """What was off and why, what was skipped as a whole and why, and which kinds had nothing to look at."""
    lines: list[str] = []
    off: dict[str, list[str]] = {}
    for row in report["pitfalls"]:
        if row["status"] == "off":
            off.setdefault(row["reason"], []).append(f"{row['code']}.{row['kind']}")
    lines += [f"off: {_some(kinds)}: {reason}" for reason, kinds in off.items()]
    skipped, idle = _skipped(report)
    lines += [f"skipped: {pitfall} in {_some(subjects)}: {reason}" for (pitfall, reason), subjects in skipped.items()]
    if idle:
        lines.append(f"nothing to look at: {_some(sorted(idle), _IDLE)} (reasons: --format json)")
    return "\n".join([*lines, *(f"could not judge: {error}" for error in report["errors"])])


def _skipped(report: Mapping[str, Any]) -> tuple[dict[tuple[str, str], list[str]], set[str]]:
    """Subjects by ``(pitfall, reason)`` where a pitfall was skipped as a whole, and kinds skipped beside others."""
    whole: dict[tuple[str, str], list[str]] = {}
    idle: set[str] = set()
    rows = [row for row in report["pitfalls"] if row["status"] != "off"]
    for (code, name, subject), group in groupby(rows, lambda r: (r["code"], r["name"], r["subject"])):
        kinds = list(group)
        if all(row["status"] == "skipped" for row in kinds):
            reasons = "; ".join(sorted({row["reason"] for row in kinds}, reverse=True))
            whole.setdefault((f"{code} {name}", reasons), []).append(subject)
        else:
            idle |= {f"{code}.{row['kind']}" for row in kinds if row["status"] == "skipped"}
    return whole, idle - {f"{row['code']}.{row['kind']}" for row in rows if row["status"] != "skipped"}


def _some(names: Sequence[str], limit: int = 4) -> str:
    return ", ".join(names[:limit]) + (f" and {len(names) - limit} more" if len(names) > limit else "")


def _summary(report: Mapping[str, Any]) -> str:
    summary = report["summary"]
    passed = sum(row["status"] == "passed" for row in report["pitfalls"])
    templates = sum(subject["family"] == "template" for subject in report["subjects"])
    judged = [_plural(summary["rows"], "record")] if summary["rows"] or not templates else []
    judged += [_plural(templates, "template")] if templates else []
    return (
        f"{' and '.join(judged)} judged in {summary['seconds']:.1f} s: "
        f"{_plural(summary['errors'], 'error')}, {_plural(summary['warnings'], 'warning')}; "
        f"{_plural(passed, 'check')} passed, {summary['skipped']} had nothing to look at"
    )


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
