"""What ``tunespec render`` is asked to render: a probe's name, a record's place, a file with messages or a request."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from tunespec.catalogue import closest
from tunespec.config import Config
from tunespec.errors import CannotJudgeError
from tunespec.reading import Row, format_of, read
from tunespec.shapes import Shapes
from tunespec.templates.case import Message
from tunespec.templates.probes import conversation_of, probes
from tunespec.templates.requests import Request, RequestError, read_request

DEFAULT = "system-user-assistant-user"
_AT = re.compile(r"(.+):(\d+)")
_ASKS = frozenset({"user", "tool"})
_REASONING = ("thinking", "reasoning_content", "reasoning")
_ANSWER = "The Ebro reaches the Mediterranean Sea."  # to the probes, where it is shown what is trained


@dataclass(frozen=True)
class Target:
    """One conversation to render.

    Args:
        name: what the header calls it.
        messages: all of them, in OpenAI's form; the last one may be an answer.
        tools: OpenAI's schemas.
        request: the request that it comes from.
        file: the file that holds it.
    """

    name: str
    messages: tuple[Message, ...]
    tools: tuple[Mapping[str, Any], ...] | None = None
    request: Request | None = None
    file: Path | None = None

    @property
    def asked(self) -> tuple[Message, ...]:
        """The messages up to the last question or tool result: what follows, the model is to say."""
        count = len(self.messages)
        while count and self.messages[count - 1].get("role") not in _ASKS:
            count -= 1
        return self.messages[:count]

    @property
    def answered(self) -> tuple[Message, ...]:
        """The messages with an answer at the end, as they are trained on."""
        if self.messages and self.messages[-1].get("role") == "assistant":
            return self.messages
        return *self.messages, {"role": "assistant", "content": _ANSWER}


def probe_targets() -> dict[str, Target]:
    """Every probe by its name."""
    return {
        case.name: Target(f"probe {case.name}", tuple(case.messages), tuple(case.tools) if case.tools else None)
        for case in probes(tools=True)
    }


def target_of(asked: str, config: Config) -> Target:
    """The conversation that ``TARGET`` names.

    Raises:
        CannotJudgeError: if it names none, or what it names cannot be read.
    """
    known = probe_targets()
    if asked in known:
        return known[asked]
    at = _AT.fullmatch(asked)
    if at and not Path(asked).exists():
        return record_target(Path(at[1]), int(at[2]), config)
    path = Path(asked)
    if not path.is_file():
        hint = closest(asked, known)
        raise CannotJudgeError(f"{asked}: no file, no record (FILE:LINE) and no probe (tunespec render --list){hint}")
    if path.suffix.lower() == ".json" and _holds_one(path):
        return file_target(path)
    raise CannotJudgeError(f"{asked}: which record of it? Name its line: tunespec render {asked}:1")


def file_target(path: Path) -> Target:
    """The conversation of a JSON file: a request's body, or a list of messages.

    Raises:
        CannotJudgeError: if it is neither.
    """
    content = path.read_bytes()
    try:
        body = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise CannotJudgeError(f"{path}: no valid JSON: {error}") from error
    if isinstance(body, list):
        content = orjson.dumps({"messages": body})
    try:
        request = read_request(content, path.name)
    except RequestError as error:
        raise CannotJudgeError(str(error).replace(path.name, str(path), 1)) from error
    messages = tuple(map(_with_parsed_arguments, request.messages))
    if request.prompt is not None:
        said = {"system": request.system, "user": request.prompt}
        messages = tuple({"role": role, "content": text} for role, text in said.items() if text)
    return Target(
        f"{'messages' if isinstance(body, list) else 'request'} {path}", messages, request.tools or None, request, path
    )


def record_target(path: Path, number: int, config: Config) -> Target:
    """A record by its physical line, from 1; of a Parquet file by its row, from 0, as findings name it.

    Raises:
        CannotJudgeError: if there is no such record, or it is no conversation that a trainer could read.
    """
    if not path.is_file():
        raise CannotJudgeError(f"{path}: no such file")
    place = f"{path}:{number}"
    row = _row(path, number)
    if row is None:
        raise CannotJudgeError(f"{place}: no record is there")
    if row.data is None:
        raise CannotJudgeError(f"{place}: {row.defect}")
    conversation = Shapes(config.columns, config.roles).convert(row.data)
    if conversation is None:
        columns = ", ".join(list(row.data)[:12])
        raise CannotJudgeError(f"{place}: its columns ({columns}) are of no known shape")
    if conversation.defect:
        raise CannotJudgeError(f"{place}: {conversation.defect}")
    messages, tools = conversation_of(conversation, asked=False)
    if not messages:
        raise CannotJudgeError(f"{place}: it holds a text that is rendered already, not a conversation")
    return Target(f"record {place}", _with_reasoning(messages, row.data.get(conversation.shape)), tools, file=path)


def with_tools(target: Target, path: Path) -> Target:
    """The conversation with the tools of a JSON file: a list of schemas, or an object with ``tools``.

    Raises:
        CannotJudgeError: if the file holds none.
    """
    try:
        found = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise CannotJudgeError(f"{path}: no valid JSON: {error}") from error
    tools = found.get("tools") if isinstance(found, dict) else found
    if not isinstance(tools, list) or not tools or not all(isinstance(tool, dict) for tool in tools):
        raise CannotJudgeError(f"{path}: a list of tool schemas was expected")
    return replace(target, tools=tuple(tools))


def _holds_one(path: Path) -> bool:
    """Whether a JSON file is one object or a list of messages, rather than a dataset's array of records."""
    if format_of(path) != "json":
        return False
    rows = read(path, "json")
    first = next(rows, None)
    return first is None or first.data is None or "role" in first.data or next(rows, None) is None


def _row(path: Path, number: int) -> Row | None:
    """The row that starts at a line; in an array and in CSV, where records have several lines, the one around it."""
    format_ = format_of(path)
    found = None
    for index, row in enumerate(read(path, format_)):
        if row.line is None:
            if index == number:
                return row
        elif row.line == number:
            return row
        elif row.line > number:
            break
        elif format_ != "jsonl":
            found = row
    return found


def _with_reasoning(messages: Sequence[Message], raw: Any) -> tuple[Message, ...]:
    """Reasoning that stands in a key of its own is kept there: templates read it."""
    if not isinstance(raw, list) or len(raw) != len(messages) or not all(isinstance(one, dict) for one in raw):
        return tuple(messages)
    return tuple(
        {**message, **{key: one[key] for key in _REASONING if isinstance(one.get(key), str)}}
        for message, one in zip(messages, raw, strict=True)
    )


def _with_parsed_arguments(message: Message) -> Message:
    """OpenAI writes a call's arguments as a text; its route parses it before a template sees it."""
    calls = message.get("tool_calls")
    if not isinstance(calls, list):
        return message
    return {**message, "tool_calls": [_parsed_call(call) for call in calls]}


def _parsed_call(call: Any) -> Any:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("arguments"), str):
        return call
    try:
        arguments = orjson.loads(function["arguments"])
    except orjson.JSONDecodeError:
        return call
    return {**call, "function": {**function, "arguments": arguments}}
