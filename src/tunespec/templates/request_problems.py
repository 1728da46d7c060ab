"""What is wrong with a request's keys: what Ollama ignores without a word, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from tunespec.templates.ollama_parameters import REFUSED, TYPES, closest_parameter
from tunespec.templates.request_fields import BOOKKEEPING, FIELDS, MESSAGE_FIELDS, PATHS, Kind, closest_key

# What Ollama does: Ollama 0.34.2, api/types.go (Options.FromMap), server/routes.go.
ProblemKind = Literal[
    "ignored_key",  # the endpoint has none of the name; the client hears nothing
    "ignored_option",  # only the server's own log has a line about it
    "misplaced_option",  # options are read only inside `options`
    "wrong_endpoint",  # the key belongs to another endpoint, and is ignored
    "wrong_type",
    "refused_option",  # no longer supported
    "conflict",  # of two keys
    "empty_stop",  # is passed on, and empties every answer
    "unsent",  # of a program: the library that it calls keeps it to itself, or sends it under a name that nobody reads
    "no_stops",  # an empty list replaces the Modelfile's stop sequences
]
_REFUSED = frozenset({"wrong_type", "refused_option", "conflict"})
_NAMES = {"int": "integer", "float": "float32", "bool": "boolean"}
_TEXTS = ("prompt", "suffix", "system", "template")


class Problem(NamedTuple):
    """One problem: its kind, the key, what is there, and the key that was meant."""

    kind: ProblemKind
    key: str
    text: str
    closest: str | None = None

    @property
    def refused(self) -> bool:
        """Whether Ollama answers with an error."""
        return self.kind in _REFUSED


def find_problems(body: Mapping[str, Any], options: Mapping[str, Any], kind: Kind) -> Iterator[Problem]:
    """The problems of a request body (keys in small letters, as Go matches them) and of its options as written."""
    if options is not body:
        yield from _keys(body, kind)
        yield from _types(body)
        yield from _messages(body, kind)
    yield from _options(options)
    stops = body.get("stop") if kind.startswith("openai") else options.get("stop")
    yield from _stops(stops, "stop" if kind.startswith("openai") else "options.stop", kind)
    if kind == "generate" and body.get("raw") is True:
        for key in ("template", "system", "context"):
            if body.get(key):
                yield Problem("conflict", key, "raw mode does not support template, system, or context")


def _keys(body: Mapping[str, Any], kind: Kind) -> Iterator[Problem]:
    for key, value in body.items():
        if key in FIELDS[kind] or key in BOOKKEEPING or _says_nothing(value):
            continue
        if key == "options" and isinstance(value, dict) and kind.startswith("openai"):
            yield from _no_options(value, kind)
            continue
        closest = closest_key(key, kind)
        others = [PATHS[other] for other in ("generate", "chat") if key in FIELDS[other]]
        if closest and closest.startswith("options."):
            yield Problem("misplaced_option", key, f"`{key}` stands beside `options`, not in it", closest)
        elif kind == "options":  # a client's own settings: its model, its address
            continue
        elif others:
            yield Problem("wrong_endpoint", key, f"{PATHS[kind]} has no `{key}`; {others[0]} has", closest)
        else:
            yield Problem("ignored_key", key, f"{PATHS[kind]} has no `{key}`", closest)


def _no_options(options: Mapping[str, Any], kind: Kind) -> Iterator[Problem]:
    """What stands in the options of an endpoint that has none: each limit and stop by itself."""
    meant = {key: closest for key in options if (closest := closest_key(key, kind)) in {"max_tokens", "stop"}}
    for key, closest in meant.items():
        said = f"`{key}` stands in `options`, which {PATHS[kind]} does not have"
        yield Problem("ignored_key", f"options.{key}", said, closest)
    if len(meant) < len(options):
        yield Problem("wrong_endpoint", "options", f"{PATHS[kind]} has no `options`; {PATHS['generate']} has")


def _says_nothing(value: Any) -> bool:
    """Whether a key means the same without being read: nothing, no, or an empty list of tools."""
    return value is None or value is False or (isinstance(value, str | list | dict) and not value)


def _types(body: Mapping[str, Any]) -> Iterator[Problem]:
    """The keys whose values Go cannot read into their fields; null is always fine."""
    for key in _TEXTS:
        if not isinstance(body.get(key), str | None):
            yield Problem("wrong_type", key, f"`{key}` must be a string")
    if not isinstance(body.get("messages"), list | None):
        yield Problem("wrong_type", "messages", "`messages` must be an array")
    if not isinstance(body.get("options"), dict | None):
        yield Problem("wrong_type", "options", "`options` must be an object")


def _messages(body: Mapping[str, Any], kind: Kind) -> Iterator[Problem]:
    messages = body.get("messages")
    for number, message in enumerate(messages if isinstance(messages, list) else []):
        where = f"messages[{number}]"
        if not isinstance(message, dict) or not isinstance(message.get("role"), str | None):
            yield Problem("wrong_type", where, "a message must be an object with a role")
        elif kind == "chat" and not isinstance(message.get("content"), str | None):
            yield Problem("wrong_type", f"{where}.content", "`content` must be a string; only OpenAI's has parts")
        elif kind == "chat" and "name" in message and message.get("role") == "tool":
            yield Problem("ignored_key", f"{where}.name", "a message has no `name`", "tool_name")
        elif kind == "chat" and (unknown := {key.lower() for key in message} - MESSAGE_FIELDS - {"name", "type", "id"}):
            key = min(unknown)
            yield Problem("ignored_key", f"{where}.{key}", f"a message has no `{key}`")


def _options(options: Mapping[str, Any]) -> Iterator[Problem]:
    for key, value in options.items():
        if value is None:
            continue
        if key in REFUSED:
            yield Problem("refused_option", f"options.{key}", f"{key} is no longer supported")
        elif key not in TYPES:
            yield Problem("ignored_option", f"options.{key}", f"`options` has no `{key}`", closest_parameter(key))
        elif not _fits(value, TYPES[key]):
            wanted = _NAMES.get(TYPES[key]) or ("an array of strings" if isinstance(value, list) else "array")
            kept = f"option {chr(34)}{key}{chr(34)} must be of{' type' * (wanted != 'an array of strings')} {wanted}"
            yield Problem("wrong_type", f"options.{key}", kept)


def _fits(value: Any, kind: str) -> bool:
    if kind == "strings":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind == "bool":
        return isinstance(value, bool)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _stops(stops: Any, key: str, kind: Kind) -> Iterator[Problem]:
    """An empty list of OpenAI's sort never reaches Ollama's options: there the Modelfile's stay."""
    if stops == "" and kind.startswith("openai"):
        yield Problem("empty_stop", key, "an empty stop sequence")
    elif isinstance(stops, list):
        if "" in stops:
            yield Problem("empty_stop", key, "an empty stop sequence")
        if not stops and not kind.startswith("openai"):
            yield Problem("no_stops", key, "an empty list of stop sequences")
