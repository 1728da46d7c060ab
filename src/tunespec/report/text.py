"""The text report: grouped by pitfall, gravest first; where, what, why it hurts, and the next command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from tunespec.report.subject_lines import subject_lines
from tunespec.terminal import one_line, report_lines
from tunespec.wording import first_of, plural

_LOCATIONS = 10  # shown of each group; the JSON report has all
_OF_GROUP = ("code", "name", "kind", "table", "subject")
LONGEST = 2_000  # characters shown of a message's line; the JSON report has all
_INDENTED = "\n      "  # further lines of a message: both sides of a difference
_NAMED = 4  # kinds, and subjects, of one reason
_IDLE = 6  # kinds named that had nothing to look at


def render_text(report: Mapping[str, Any], rows: Mapping[tuple[str, int | None], str]) -> str:
    """The report for a person: what was judged, the findings in groups, what was not judged, the summary."""
    report = report_lines(report)
    blocks = [subject_lines(report), *_groups(report, rows), _not_judged(report), _summary(report)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _groups(report: Mapping[str, Any], rows: Mapping[tuple[str, int | None], str]) -> Iterator[str]:
    totals = {tuple(row[part] for part in _OF_GROUP): row for row in report["pitfalls"]}
    for key, group in groupby(report["findings"], lambda finding: tuple(finding[part] for part in _OF_GROUP)):
        findings, total = list(group), totals[key]
        code, name, kind, _, subject = key
        severity = findings[0]["severity"]
        lines = [f"{severity} {code} {name} ({kind}) in {subject}: {_counts(total)}"]
        lines += _locations(findings, rows)
        lines.append(f"  why: {total['why']}")
        lines.append(f"  next: {findings[0]['fix']}    or, if it is meant: --ignore {code}.{kind}")
        yield "\n".join(lines)


def _counts(total: Mapping[str, Any]) -> str:
    if total["examined"] is None or isinstance(total["value"], str) or total["value"] is None:
        return "failed"
    # Of renders a kind is found once for a pair, and its message says in how many conversations; a row of files is a
    # file, an instruction, a key or a line; one of reviews a line, or what is reviewed.
    if total["table"] in {"renders", "files", "reviews"}:
        return plural(total["unexpected"], "finding")
    allowed = f", allowed {total['limit']:.2%}" if isinstance(total["limit"], float) and total["limit"] else ""
    if isinstance(total["limit"], float):
        return f"{total['unexpected']:,} of {plural(total['examined'], total['table'].removesuffix('s'))}{allowed}"
    return f"{total['value']} (limit {total['limit']})"


def _locations(findings: Sequence[Mapping[str, Any]], rows: Mapping[tuple[str, int | None], str]) -> Iterator[str]:
    for finding in findings[:_LOCATIONS]:
        yield f"  {one_line(place(finding))}: {_INDENTED.join(map(_cut, finding['message'].splitlines()))}"
        if (text := rows.get((finding["path"], finding["row"]))) is not None:
            yield f"    | {one_line(text)}"
    if len(findings) > _LOCATIONS:
        yield f"  ... and {len(findings) - _LOCATIONS:,} more"


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."


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
    lines += [f"off: {first_of(list(dict.fromkeys(kinds)), _NAMED)}: {reason}" for reason, kinds in off.items()]
    skipped, idle = _skipped(report)
    lines += [
        f"skipped: {_codes(pitfalls)} in {first_of(subjects, _NAMED)}: {reason}"
        for (reason, *subjects), pitfalls in _by_reason(skipped).items()
    ]
    if absent := _absent(report):
        lines.append(f"not judged: {'; '.join(absent)}; --format json names the pitfalls")
    if idle:
        lines.append(f"nothing to look at: {first_of(sorted(idle), _IDLE)} (reasons: --format json)")
    return "\n".join([*lines, *(f"could not judge: {error}" for error in report["errors"])])


def _skipped(report: Mapping[str, Any]) -> tuple[dict[tuple[str, str], list[str]], set[str]]:
    """Subjects by ``(pitfall, reason)`` where a pitfall was skipped as a whole, and kinds skipped beside others."""
    whole: dict[tuple[str, str], list[str]] = {}
    idle: set[tuple[str, str]] = set()
    rows = [row for row in report["pitfalls"] if row["status"] != "off" and row["subject"] is not None]
    for (code, name, subject), group in groupby(rows, lambda r: (r["code"], r["name"], r["subject"])):
        kinds = list(group)
        if all(row["status"] == "skipped" for row in kinds):
            reasons = "; ".join(sorted({row["reason"] for row in kinds}, reverse=True))
            whole.setdefault((f"{code} {name}", reasons), []).append(subject)
        else:
            idle |= {(f"{code}.{row['kind']}", row["table"]) for row in kinds if row["status"] == "skipped"}
    looked = {(f"{row['code']}.{row['kind']}", row["table"]) for row in rows if row["status"] != "skipped"}
    return whole, {kind for kind, _ in idle - looked}


def _by_reason(skipped: Mapping[tuple[str, str], list[str]]) -> dict[tuple[str, ...], list[str]]:
    """Pitfalls by the reason and the subjects for which they were skipped."""
    found: dict[tuple[str, ...], list[str]] = {}
    for (pitfall, reason), subjects in skipped.items():
        found.setdefault((reason, *subjects), []).append(pitfall)
    return found


def _absent(report: Mapping[str, Any]) -> list[str]:
    """Why whole families have nothing to judge."""
    rows = (row for row in report["pitfalls"] if row["status"] == "skipped" and row["subject"] is None)
    return list(dict.fromkeys(row["reason"] for row in rows))


def _codes(pitfalls: Sequence[str]) -> str:
    """A pitfall with its name; of several the codes alone."""
    return ", ".join(pitfall.split()[0] for pitfall in pitfalls) if len(pitfalls) > 1 else pitfalls[0]


def _summary(report: Mapping[str, Any]) -> str:
    summary = report["summary"]
    passed = sum(row["status"] == "passed" for row in report["pitfalls"])
    nouns = [_noun(subject) for subject in report["subjects"]]
    counts = {noun: nouns.count(noun) for noun in ("template", "training run", "model", "recording", "review log")}
    others = [plural(count, noun) for noun, count in counts.items() if count]
    judged = [*([plural(summary["rows"], "record")] if summary["rows"] or not others else []), *others]
    return (
        f"{_listed(judged)} judged in {summary['seconds']:.1f} s: "
        f"{plural(summary['errors'], 'error')}, {plural(summary['warnings'], 'warning')}; "
        f"{plural(passed, 'check')} passed, {summary['skipped']} had nothing to look at"
    )


def _noun(subject: Mapping[str, Any]) -> str:
    if subject["family"] == "inference":
        return "model" if "server" in subject["profile"] else "recording"
    return {"evaluation": "review log", "training": "training run"}.get(subject["family"], str(subject["family"]))


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
