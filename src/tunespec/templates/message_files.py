"""JSON files with one conversation: a request's body, a list of messages; and files with tools."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from tunespec.errors import CannotJudgeError
from tunespec.reading import format_of
from tunespec.templates.case import Message
from tunespec.templates.requests import RequestError, read_request
from tunespec.templates.target import Target

_BOM = b"\xef\xbb\xbf"


def file_target(path: Path) -> Target:
    """The conversation of a JSON file: a request's body, or a list of messages.

    Raises:
        CannotJudgeError: if it is neither.
    """
    content = path.read_bytes()
    body = _body(content, path)
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


def with_tools(target: Target, path: Path) -> Target:
    """The conversation with the tools of a JSON file: a list of schemas, or an object with ``tools``.

    Raises:
        CannotJudgeError: if the file holds none.
    """
    found = _body(path.read_bytes(), path)
    tools = found.get("tools") if isinstance(found, dict) else found
    if not isinstance(tools, list) or not tools or not all(isinstance(tool, dict) for tool in tools):
        raise CannotJudgeError(f"{path}: a list of tool schemas was expected")
    return replace(target, tools=tuple(tools))


def holds_one(path: Path) -> bool:
    """Whether a JSON file is one object or a list of messages, rather than records in an array or in lines."""
    try:
        body = _body(path.read_bytes(), path)
    except CannotJudgeError:
        return format_of(path) == "json"
    return isinstance(body, dict) or (isinstance(body, list) and all(isinstance(m, dict) and "role" in m for m in body))


def _body(content: bytes, path: Path) -> Any:
    try:
        return orjson.loads(content.removeprefix(_BOM))
    except orjson.JSONDecodeError as error:
        raise CannotJudgeError(f"{path}: no valid JSON: {error}") from error


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
