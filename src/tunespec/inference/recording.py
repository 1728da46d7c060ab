"""A model's answers, written down as recorded outputs: to be read by people, and judged again as the live ones were."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import orjson

from tunespec.errors import CannotJudgeError
from tunespec.findings import Place
from tunespec.inference.answered import EXPECTED, Answered, Served
from tunespec.inference.fields import listed, mapping, text
from tunespec.inference.recorded_reply import details_of, reply_of
from tunespec.inference.tool_calls import message_of
from tunespec.reading import read

_SIGNS = frozenset({"id", "model", "digest", "messages", "reply"})  # keys of each line
_OURS = "tunespec"  # the key of what only this tool reads: how the answer ended, what else was asked, the server
_MORE = ("again", "repeated", "raw")
_PROMPTS = ("rendered", "generated")


def open_recording(path: Path) -> None:
    """Make sure that answers can be written to this file, before the model is asked; an older recording stays.

    Raises:
        CannotJudgeError: if they cannot.
    """
    refuse_other_file(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _unwritten(path, error) from error


def refuse_other_file(path: Path) -> None:
    """Refuse to replace anything but an older recording, or an empty file.

    Raises:
        CannotJudgeError: if something else is there.
    """
    if not path.exists():
        return
    if not path.is_file():
        raise CannotJudgeError(f"--record {path}: this is no file")
    if not all(row.data is not None and is_recorded_line(row.data) for row in read(path, "jsonl")):
        raise CannotJudgeError(f"--record {path}: the file is no recording of answers, and would be lost")


def write_recording(path: Path, answered: Iterable[Answered], served: Served) -> None:
    """Write one JSON object a line: the probe with what was expected, the reply, and what the server counted.

    Under ``tunespec`` stands what makes the recording be judged like the live model. The file is there as a whole, or
    as it was.

    Raises:
        CannotJudgeError: if the file cannot be written.
    """
    dated = replace(served, asked=served.asked or datetime.now().astimezone())
    content = b"".join(orjson.dumps(_line(one, dated)) + b"\n" for one in answered)
    path = path.resolve()  # what a link leads to is replaced, not the link
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(content)
        new.replace(path)
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        new.unlink(missing_ok=True)  # there still if it could not be written, or the user had no patience


def is_recorded_line(record: Mapping[str, Any]) -> bool:
    """Whether a record is a line that ``write_recording`` wrote."""
    return set(record) >= _SIGNS and isinstance(record["messages"], list) and isinstance(record["reply"], str)


def answer_of(line: Mapping[str, Any], place: Place) -> Answered:
    """The answer that a line of a recording holds, as it was before it was written down."""
    ours = mapping(line.get(_OURS))
    name = str(line["id"])
    more: dict[str, Any] = {key: ours[key] for key in _PROMPTS if isinstance(ours.get(key), str)}
    told = {key: mapping(ours.get(key)) for key in _MORE}
    more |= {key: reply_of(text(reply.get("text")), reply) for key, reply in told.items() if reply}
    return Answered(
        id=name,
        messages=tuple(message_of(one) for one in listed(line["messages"])),
        place=place._replace(key=f"{place.path}:{name}"),
        reply=reply_of(line["reply"], ours),
        case=text(line.get("case")),
        expected={key: _texts(line[key]) for key in EXPECTED if isinstance(line.get(key), list)},
        tools=tuple(listed(line.get("tools"))),
        call=_texts(line["call"]) if isinstance(line.get("call"), list) else None,
        runaway=line.get("runaway") is True,
        own=line.get("suite") is not True,
        **more,
    )


def served_of(line: Mapping[str, Any]) -> Served | None:
    """What the server said of the model that gave a recorded answer; None if the line does not tell."""
    told = mapping(mapping(line.get(_OURS)).get("served"))
    hints = get_type_hints(Served)
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
    given["asked"] = _time(told.get("asked"))
    known: dict[str, Any] = {key: value for key, value in given.items() if key in hints and _is_a(value, hints[key])}
    return Served(**known) if {"name", "server"} <= set(known) else None


def _line(one: Answered, served: Served) -> dict[str, Any]:
    expected = {key: list(texts) for key, texts in one.expected.items() if texts}
    counts = {"eval_count": one.reply.tokens, "prompt_eval_count": one.reply.prompt_tokens}
    more = {key: reply for key in _MORE if (reply := getattr(one, key)) is not None}
    ours = {
        **details_of(one.reply),
        **{key: prompt for key in _PROMPTS if (prompt := getattr(one, key)) is not None},
        **{key: {"text": reply.text, **details_of(reply)} for key, reply in more.items()},
        "served": {field.name: getattr(served, field.name) for field in fields(Served)},
    }
    return {
        "id": one.id,
        "model": served.name,
        "digest": served.digest,
        "messages": [dict(message) for message in one.messages],
        "reply": one.reply.text,
        "done_reason": one.reply.reason,
        **{key: value for key, value in counts.items() if value is not None},
        **({"case": one.case} if one.case else {}),
        **({"tools": list(one.tools)} if one.tools else {}),
        **({"call": list(one.call)} if one.call is not None else {}),
        **({"runaway": True} if one.runaway else {}),
        **({} if one.own else {"suite": True}),
        **expected,
        _OURS: ours,
    }


def _texts(value: list[Any]) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str) and one.strip())  # a blank one says nothing


def _time(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value).astimezone()
    except (TypeError, ValueError, OverflowError):
        return None


def _is_a(value: Any, hint: Any) -> bool:
    parts = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return isinstance(value, tuple(get_origin(part) or part for part in parts))


def _unwritten(path: Path, error: OSError) -> CannotJudgeError:
    return CannotJudgeError(f"--record {path}: {error.strerror or error}")
