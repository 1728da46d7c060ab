"""The head of the text report: each subject, with what was taken for what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from tunespec.splits import parse_name
from tunespec.templates.end_texts import in_line
from tunespec.wording import plural

_PASSED_OVER, _SPARED = 5, 3  # files; so many more than that are named, too, rather than hidden behind their number
_LISTED = 3  # files of one line
_NEARLY_ALL = 0.999  # a share that is not the whole is never told as 100%
_ASKS = {"script": "program {}, which asks a model", "request": "request {}"}  # a pair that has no template


def subject_lines(report: Mapping[str, Any]) -> str:
    """What was judged, and what was taken for nothing to judge."""
    of_family = {
        "data": _dataset,
        "template": _template,
        "training": _run,
        "inference": _answers,
        "evaluation": _reviews,
    }
    lines = [line for subject in report["subjects"] for line in of_family[subject["family"]](subject)]
    passed_over = report["passed_over"]
    hidden = len(passed_over) - _PASSED_OVER if len(passed_over) > _PASSED_OVER + _SPARED else 0
    lines += [f"passed over {item['path']}: {item['reason']}" for item in passed_over[: len(passed_over) - hidden]]
    lines += [f"... and {plural(hidden, 'more file')} passed over"] if hidden else []
    return "\n".join(lines)


def _dataset(subject: Mapping[str, Any]) -> Iterator[str]:
    profile = subject["profile"]
    share = profile.get("shape_share", 1)
    shape = f"{min(share, _NEARLY_ALL):.1%} {profile['shape']}" if share < 1 else profile.get("shape")
    known = f" ({shape})" if profile.get("shape") else ""
    yield f"dataset {subject['name']}: {plural(sum(f['rows'] for f in subject['files']), 'record')}{known}"
    if len(subject["files"]) > 1 or subject["files"][0]["unread"]:
        yield from (f"  {_file(file, subject)}" for file in subject["files"])
    yield from (f"  {line}" for line in _profile(profile))


def _run(subject: Mapping[str, Any]) -> Iterator[str]:
    """A training run: what configures it, what it comes to, and what was found of it."""
    profile = subject["profile"]
    said = [profile[key] for key in ("method", "objective") if key in profile]
    known = f" ({profile['framework']}{': ' if said else ''}{', '.join(said)})" if "framework" in profile else ""
    yield f"training run {subject['name']}{known}"
    yield from (f"  {', '.join(profile[key])}" for key in ("comes_to", "found") if profile.get(key))
    if log := profile.get("log"):
        yield f"  {_log(log)}"
    yield from [f"  trained on {profile['dataset']}"] if "dataset" in profile else []
    yield from [f"  with the template of {profile['template']}"] if "template" in profile else []
    beside = [f["path"] for f in subject["files"] if not _is_of(subject, f) and f["format"] != "log"]
    yield from [f"  with {', '.join(beside[:_LISTED])}{', ...' if len(beside) > _LISTED else ''}"] if beside else []
    yield from (f"  {why}" for why in profile.get("undecided", ()))


def _is_of(subject: Mapping[str, Any], file: Mapping[str, Any]) -> bool:
    """Whether a run has a file's name: of a program that starts several, with which of them."""
    return f"{subject['name']}:".startswith(f"{file['path']}:")


def _log(log: Mapping[str, Any]) -> str:
    """Which file its log is, and how far it goes."""
    about = "about " if log.get("last_step_rounded") else ""
    until = f" up to {about}step {log['last_step']:,}" if log["last_step"] is not None else ""
    end = " (cut off)" if log["cut_off"] else "" if log["finished"] else " (not known to have ended)"
    return f"logged in {log['path']}: {plural(log['rows'], 'row')}{until}{end}"


def _answers(subject: Mapping[str, Any]) -> Iterator[str]:
    """A served model, or recorded outputs."""
    profile = subject["profile"]
    if "server" not in profile:
        lost = sum(file["unread"] for file in subject["files"])
        unread = f", {plural(lost, 'line')} unreadable" if lost else ""
        yield f"outputs {subject['name']}: {plural(profile['answers'], 'answer')}{unread}"
    else:
        yield f"model {subject['name']}: {plural(profile['answers'], 'answer')} ({profile['server']})"
        yield f"  {'; '.join(_settings(profile))}"
        yield f"  {_ended_by(profile['ended_by'])}"
    if profile.get("deterministic") is False:
        yield "  not deterministic: asked twice at temperature 0, it gave two answers"
    made = [f"made with {profile['template']}"] if "template" in profile else []
    made += [f"trained on {profile['dataset']}"] if "dataset" in profile else []
    if made:
        yield f"  {', '.join(made)}"
    yield from (f"  {why}" for why in profile.get("undecided", ()))


def _reviews(subject: Mapping[str, Any]) -> Iterator[str]:
    """Review logs, and what they are of."""
    profile = subject["profile"]
    lost = sum(file["unread"] for file in subject["files"])
    unread = f", {plural(lost, 'line')} unreadable" if lost else ""
    by = f" by {plural(profile['reviewers'], 'reviewer')}" if profile["judgements"] else ""
    yield f"reviews {subject['name']}: {plural(profile['judgements'], 'judgement')}{by}{unread}"
    for one in profile["reviewed"]:
        accepted = f", {one['accepted']:,} accepted" if one["judged"] else ""
        yield f"  {one['name']}: {one['judged']:,} of {plural(one['rows'], one['of'])} judged{accepted}"


def _settings(profile: Mapping[str, Any]) -> Iterator[str]:
    """What the model is served with, and who says so where that is not the server."""
    given = {key: f" ({in_line(str(file))})" for key, file in profile.get("given", {}).items()}
    if profile["stops"] is not None:
        stops = ", ".join(f"`{in_line(stop)}`" for stop in profile["stops"])
        yield (f"stops at {stops}" if stops else "no stop sequence") + given.get("stops", "")
    yield (f"at most {profile['limit']:,} tokens" if profile["limit"] else "no limit") + given.get("limit", "")
    if profile["context"]:
        yield f"a context of {profile['context']:,} tokens"


def _ended_by(counts: Mapping[str, Any]) -> str:
    """What ended the answers; a stop sequence that ended none is named, too."""
    ends = {f"`{in_line(stop)}`": count for stop, count in counts["stops"].items()}
    ends |= {
        "a token of the model's": counts["token"],
        "a stop sequence or a token (not asked which)": counts["unknown"],
        "the limit": counts["limit"],
        "nothing": counts["nothing"],
    }
    told = [f"{count or 'none'} by {how}" for how, count in ends.items() if count or how.startswith("`")]
    return f"ended: {', '.join(told) or 'none'}"


def _template(subject: Mapping[str, Any]) -> Iterator[str]:
    """What was taken for the two sides of a template pair."""
    asks = next(
        (_ASKS[f["format"]] for f in subject["files"] if f["path"] == subject["name"] and f["format"] in _ASKS), ""
    )
    yield asks.format(subject["name"]) or f"template {subject['name']}"
    profile = subject["profile"]
    if training := profile.get("training"):
        end = f", answers end with `{training['turn_end']}`" if training["turn_end"] else ""
        yield f"  trained with {training['path']} ({training['kind']}{end})"
    if serving := profile.get("serving"):
        stops = ", ".join(f"`{in_line(stop)}`" for stop in serving["stops"]) or "no stop sequence"
        yield f"  served with {serving['path']} ({serving['template']}; {stops})"
    if asked := profile.get("requests"):
        yield f"  with the requests in {', '.join(asked[:_LISTED])}{', ...' if len(asked) > _LISTED else ''}"
    if dataset := profile.get("dataset"):
        yield f"  {'with the answers of' if asks else 'trained on'} {dataset}"
    yield from (f"  {why}" for why in profile.get("undecided", ()))


def _file(file: Mapping[str, Any], subject: Mapping[str, Any]) -> str:
    said = f", as {file['named_by']}" if "named_by" in file and not _is_named(file) else ""
    split = f" ({file['split']}{said})" if file["split"] else ""
    unread = f", {file['unread']:,} unreadable" if file["unread"] else ""
    whole = [other["split"] for other in subject["files"]].count(file["split"]) == 1
    return f"{file['path']}{split}: {plural(file['rows'], 'record')}{unread}" + (_split(file, subject) if whole else "")


def _is_named(file: Mapping[str, Any]) -> bool:
    """Whether a file's split is that of its name."""
    return bool(parse_name(PurePosixPath(file["path"]))[1] == file["split"])


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
        yield f"{plural(count, 'record')} of the unknown split `{value}`, compared with no other split"
    for key, what in (("system_prompt_share", "a system prompt"), ("think_share", "a <think> block")):
        if 0 < profile.get(key, 0) < 1:
            yield f"{profile[key]:.1%} of the records have {what}"
