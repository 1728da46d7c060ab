"""A request to a served model, as Ollama reads it: its own endpoints, a client's options, OpenAI's endpoints."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tunespec.templates.ollama_parameters import TYPES
from tunespec.templates.request_fields import FIELDS, Kind, kind_of
from tunespec.templates.request_problems import Problem, find_problems

# Ollama's OpenAI routes set these where the client gives none: the Modelfile's values do not count there.
_OPENAI_DEFAULTS = {"temperature": 1.0, "top_p": 1.0}
_OPENAI_OPTIONS = ("temperature", "top_p", "seed", "frequency_penalty", "presence_penalty")


class RequestError(ValueError):
    """The file is no request: its text is a message for the user."""


@dataclass(frozen=True)
class Request:
    """What Ollama takes from a request.

    ``stops`` is None if it gives none: then the Modelfile's count; a tuple replaces them. ``options`` are what reaches
    the model, by Ollama's names, without ``stop``. ``messages`` are plain mappings of OpenAI's form, roles in small
    letters. ``model`` is whom it asks, empty if it names none. ``problems`` are in the order of the body's keys.

    Of a call in a program, ``line`` is its line, ``lines`` are those of its keys, and ``unknown`` names the keys whose
    values only a run would tell; ``*`` stands for any other key.
    """

    kind: Kind
    name: str
    model: str = ""
    stops: tuple[str, ...] | None = None
    messages: tuple[Mapping[str, Any], ...] = ()
    prompt: str | None = None
    suffix: str | None = None
    template: str | None = None
    system: str | None = None
    raw: bool = False
    tools: tuple[Mapping[str, Any], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    line: int | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    def line_of(self, key: str, path: Path) -> int | None:
        """The line of a key in the request's file: of JSON, if the file has it once."""
        last = key.rpartition(".")[2]
        if self.line is not None:
            return self.lines.get(last, self.line)
        text = path.read_text(encoding="utf-8", errors="replace")
        found = list(re.finditer(rf'"{re.escape(last)}"\s*:', text, re.IGNORECASE))
        return text.count("\n", 0, found[0].start()) + 1 if len(found) == 1 else None


def read_request(content: bytes, name: str) -> Request:
    """A request body, or a client's options: ``{"options": {...}}`` or the options alone.

    Args:
        content: JSON, an object; other keys than a request's make it none.
        name: what messages call it.

    Raises:
        RequestError: what is no JSON object, or has no key of a request.
    """
    body = _body(content, name)
    kind = kind_of(body)
    if kind is None:
        raise RequestError(f"{name}: no request: it has neither messages, a prompt nor options")
    return request_of(body, kind, name)


def request_of(body: Mapping[str, Any], kind: Kind, name: str) -> Request:
    """The same from a body whose sort is known.

    Args:
        body: the keys and values of the JSON object.
        kind: the endpoint that gets it.
        name: what messages call it.
    """
    # Go matches keys in any case, but not those of a map, which the options are.
    folded = body if kind == "options" else {key.lower(): value for key, value in body.items()}
    options = _written_options(folded, kind)
    return Request(
        kind,
        name,
        model=_text(folded, "model", kind) or "",
        stops=_stops(folded, options, kind),
        messages=tuple(_messages(folded, kind)),
        prompt=_text(folded, "prompt", kind),
        suffix=_text(folded, "suffix", kind),
        template=_text(folded, "template", kind),
        system=_text(folded, "system", kind),
        raw=kind == "generate" and folded.get("raw") is True,
        tools=tuple(tool for tool in _list(folded, "tools", kind) if isinstance(tool, dict)),
        options=_taken_options(folded, options, kind),
        problems=tuple(find_problems(folded, options, kind)),
    )


def _text(body: Mapping[str, Any], key: str, kind: Kind) -> str | None:
    """A text that the endpoint has; an empty one is none."""
    value = body.get(key)
    return value if key in FIELDS[kind] and isinstance(value, str) and value else None


def _list(body: Mapping[str, Any], key: str, kind: Kind) -> list[Any]:
    value = body.get(key)
    return value if key in FIELDS[kind] and isinstance(value, list) else []


def _body(content: bytes, name: str) -> dict[str, Any]:
    try:
        body = orjson.loads(content.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as error:
        raise RequestError(f"{name}: no JSON: {error}") from None
    if not isinstance(body, dict):
        raise RequestError(f"{name}: no request: a JSON object is wanted")
    return body


def _written_options(body: Mapping[str, Any], kind: Kind) -> Mapping[str, Any]:
    inner = body.get("options")
    if isinstance(inner, dict) and not kind.startswith("openai"):
        return inner
    return body if kind == "options" else {}


def _taken_options(body: Mapping[str, Any], options: Mapping[str, Any], kind: Kind) -> Mapping[str, Any]:
    if not kind.startswith("openai"):
        return {key: value for key, value in options.items() if key in TYPES and key != "stop" and value is not None}
    taken = {key: body[key] for key in _OPENAI_OPTIONS if body.get(key) is not None}
    if body.get("max_tokens") is not None:
        taken["num_predict"] = body["max_tokens"]
    return {**_OPENAI_DEFAULTS, **taken}


def _stops(body: Mapping[str, Any], options: Mapping[str, Any], kind: Kind) -> tuple[str, ...] | None:
    """What replaces the Modelfile's stops. Text is one for OpenAI, and an error for Ollama; its empty list counts."""
    given = body.get("stop") if kind.startswith("openai") else options.get("stop")
    if isinstance(given, str) and kind.startswith("openai"):
        return (given,)
    if not isinstance(given, list):
        return None
    stops = tuple(stop for stop in given if isinstance(stop, str))
    return None if kind.startswith("openai") and not stops else stops


def _messages(body: Mapping[str, Any], kind: Kind) -> Iterator[Mapping[str, Any]]:
    """The messages; for each text part of OpenAI's form Ollama makes a message of its own."""
    for message in _list(body, "messages", kind):
        if not isinstance(message, dict):
            continue
        kept = {key.lower(): value for key, value in message.items()}
        kept["role"] = str(kept.get("role") or "").lower()
        content = kept.get("content")
        if kind == "openai-chat" and isinstance(content, list):
            texts = [part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)]
            yield from ({"role": kept["role"], "content": text} for text in texts)
        else:
            yield {**kept, "content": content if isinstance(content, str) else ""}
