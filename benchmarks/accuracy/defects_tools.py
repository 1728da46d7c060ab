"""Tool calls that no program could carry out."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from benchmarks.accuracy.defects import Spoil
from benchmarks.accuracy.samples import Record


def _call(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Spoil:
    """The change sees the call's function; its arguments are an object again."""

    def spoil(_: random.Random, record: Record) -> Record:
        call = record["messages"][1]["tool_calls"][0]
        function = call["function"]
        changed = change({**function, "arguments": json.loads(function["arguments"])})
        if isinstance(changed.get("arguments"), dict):
            changed["arguments"] = json.dumps(changed["arguments"])
        call["function"] = changed
        return record

    return spoil


def _arguments(change: Callable[[dict[str, Any]], Any]) -> Spoil:
    return _call(lambda function: {**function, "arguments": change(function["arguments"])})


def _other_type(arguments: dict[str, Any]) -> dict[str, Any]:
    """Numbers become words, words become lists."""
    return {key: "several" if isinstance(value, int | float) else [value] for key, value in arguments.items()}


def _without_call(_: random.Random, record: Record) -> Record:
    del record["messages"][1]["tool_calls"]
    record["messages"][1]["content"] = "One moment."
    return record


def _text_call(_: random.Random, record: Record) -> Record:
    record["messages"][1]["tool_calls"] = ["get_weather(city='Oslo')"]
    return record


CALLS: dict[str, Spoil] = {
    "cut arguments": _arguments(lambda a: json.dumps(a)[:-2]),
    "single quotes": _arguments(str),
    "JSON in JSON": _arguments(lambda a: json.dumps(json.dumps(a))),
    "a list of arguments": _arguments(lambda a: json.dumps(list(a.values()))),
    "trailing comma": _arguments(lambda a: json.dumps(a)[:-1] + ",}"),
    "required argument missing": _arguments(lambda _: {}),
    "another type": _arguments(_other_type),
    "unknown argument": _arguments(lambda a: {**a, "mood": "sunny"}),
    "null for text": _arguments(dict.fromkeys),
    "not in the enumeration": _call(lambda _: {"name": "get_weather", "arguments": {"city": "Oslo", "unit": "kelvin"}}),
    "unknown tool": _call(lambda f: {**f, "name": "launch_rocket"}),
    "misspelt tool": _call(lambda f: {**f, "name": f["name"].replace("_", "-")}),
    "no name": _call(lambda f: {"arguments": f["arguments"]}),
    "call in words": _text_call,
    "result without a call": _without_call,
}
