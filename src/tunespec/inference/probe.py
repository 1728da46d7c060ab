"""Probes: conversations that are put to a model, and what its answer must and must not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunespec.catalogue import closest
from tunespec.errors import CannotJudgeError
from tunespec.findings import Place
from tunespec.inference.answered import EXPECTED
from tunespec.inference.matching import repeats
from tunespec.inference.probe_messages import Messages, NoProbeError, messages_of, names_of, tools_of
from tunespec.reading import read
from tunespec.splits import relative
from tunespec.suite_paths import suite_root

SUITE = "suite"  # in a list of probe files: those of the specification
# The kinds of edge case that an evaluation covers (E003).
CASES = (
    "plain minimal long language code unicode ambiguous unanswerable adversarial rare numeric multi-turn tools".split()
)
_KEYS = ("id", "case", "messages", "tools", "call", "runaway", *EXPECTED)


@dataclass(frozen=True)
class Probe:
    """One conversation whose last message is a question.

    Args:
        id: its name, unique in a run.
        case: the kind of edge case, one of ``CASES``.
        messages: in OpenAI's form; the last one is the user's, or a tool's.
        must: texts that the answer holds, all of them; compared without case and with any white space.
        any: texts of which the answer holds at least one.
        must_not: texts that it does not hold.
        context: texts of earlier messages that the answer depends on: the rendered prompt holds each of them.
        secret: texts of earlier messages that no answer may repeat.
        tools: that the model may call, in OpenAI's form.
        call: names of tools of which the answer must call one; empty: it must call none; None: it may do either.
        runaway: whether the question invites an answer without end, so that only a limit ends it.
        place: where it is written.
        own: whether it is the user's, rather than one of the specification.
    """

    id: str
    case: str
    messages: Messages
    place: Place
    must: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    tools: Messages = ()
    call: tuple[str, ...] | None = None
    runaway: bool = False
    own: bool = True


def suite_probes() -> list[Path]:
    """The probe files of the specification."""
    return sorted((suite_root() / "probes").glob("*.jsonl"))


def are_probes(records: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a file's records are questions, some with what their answers must hold, rather than some to train on."""
    return all(map(_is_asked, records)) and any(map(_is_expecting, records))


def _is_asked(record: Mapping[str, Any]) -> bool:
    messages = record.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    return set(record) <= set(_KEYS) and isinstance(last, dict) and last.get("role") in ("user", "tool")


def _is_expecting(record: Mapping[str, Any]) -> bool:
    texts = [text for key in EXPECTED if isinstance(record.get(key), list) for text in record[key]]
    return (
        record.get("runaway") is True
        or isinstance(record.get("call"), list)
        or any(isinstance(text, str) for text in texts)
    )


def read_probes(files: Sequence[Path], root: Path) -> list[Probe]:
    """The probes of some files, in order; those of the specification are shown as ``tunespec:probes/...``.

    Raises:
        CannotJudgeError: for a line that is no probe, an id that was used before, or no probe at all.
    """
    found: dict[str, Probe] = {}
    for path in files:
        for probe in _of_file(path, root):
            if probe.id in found:
                first = found[probe.id].place
                raise CannotJudgeError(f"{probe.place}: the id {probe.id!r} is that of the probe at {first}, too")
            found[probe.id] = probe
    if not found:
        raise CannotJudgeError(f"no probe in {', '.join(str(path) for path in files) or 'an empty list of files'}")
    return list(found.values())


def _of_file(path: Path, root: Path) -> Iterator[Probe]:
    own = path.parent != suite_root() / "probes"
    shown = relative(path, root) if own else f"tunespec:probes/{path.name}"
    for number, row in enumerate(read(path, "jsonl")):
        place = Place(shown, row.line, number, "")
        if row.data is None:
            raise CannotJudgeError(f"{place}: no probe: {row.defect}")
        try:
            yield _probe(row.data, place, own=own)
        except NoProbeError as error:
            raise CannotJudgeError(f"{place}: no probe: {error}") from None


def _probe(data: Mapping[str, Any], place: Place, *, own: bool) -> Probe:
    """A line's probe.

    Raises:
        NoProbeError: saying what is wrong with it.
    """
    for key in data:
        if key not in _KEYS:
            raise NoProbeError(f"unknown key {key!r}{closest(key, _KEYS)}")
    case = data.get("case", "tools" if "tools" in data else "plain")
    if case not in CASES:
        raise NoProbeError(f"unknown case {case!r}{closest(str(case), CASES)}")
    if not isinstance(data.get("runaway", False), bool):
        raise NoProbeError("runaway is true or false")
    name = str(data.get("id", f"line {place.line}"))
    texts = {key: _texts(data, key) for key in EXPECTED}
    tools = tools_of(data["tools"]) if "tools" in data else ()
    messages = messages_of(data.get("messages"), tools)
    _require_sense(texts, messages)
    return Probe(
        id=name,
        case=case,
        messages=messages,
        place=place._replace(key=f"{place.path}:{name}"),
        tools=tools,
        call=_call(data, tools),
        runaway=data.get("runaway", False),
        own=own,
        **texts,
    )


def _require_sense(texts: Mapping[str, tuple[str, ...]], messages: Messages) -> None:
    """Refuse what no answer could meet, or every answer meets."""
    said = "\n".join(message["content"] for message in messages)
    for key in ("context", "secret"):
        for text in texts[key]:
            if not repeats(said, text):
                raise NoProbeError(f"{key} {text!r} stands in none of its messages")
    for text in texts["must"]:
        if text in texts["must_not"]:
            raise NoProbeError(f"{text!r} stands under must and under must_not")


def _call(data: Mapping[str, Any], tools: Messages) -> tuple[str, ...] | None:
    """The tools of which the answer must call one; empty: none at all; None: it may do as it likes."""
    wanted, names = data.get("call"), names_of(tools)
    if "call" not in data:
        return None
    if not isinstance(wanted, list) or not tools:
        raise NoProbeError("call is a list of names of its tools")
    for name in wanted:
        if name not in names:
            raise NoProbeError(f"call {name!r} is none of its tools ({', '.join(names)})")
    return tuple(wanted)


def _texts(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        raise NoProbeError(f"{key} must be a list of texts, none of them blank")
    return tuple(value)
