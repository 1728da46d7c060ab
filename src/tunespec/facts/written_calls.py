"""Tool calls that an answer writes into its text, as Hermes and Qwen do, instead of a field of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

MARK = "<tool_call>"
_BLOCK = re.compile(r"(?ms)(?:^[ \t]*|(?<=</tool_call>))<tool_call>\s*(.*?)\s*(?:</tool_call>|(?=<tool_call>)|\Z)")
_OTHER_DIALECT = re.compile(r"<function=|\w+\s*<arg_key>")  # of Qwen3-Coder, of GLM 4.5: no JSON
_OTHER_MARKS = ("[TOOL_CALLS]", "<functioncall>", "<|python_tag|>", "<function=")  # Mistral, Glaive, Llama 3
_DECLARED = re.compile(r"(?s)<tools>(.*?)</tools>")


def written_calls(text: str) -> list[str]:
    """What stands in the ``<tool_call>`` blocks of an answer: JSON if all is well, or another dialect.

    Not in thoughts, in code blocks, or where the words are only spoken of.
    """
    if MARK not in text:
        return []
    said = text.rpartition("</think>")[2]
    blocks = [m.group(1) for m in _BLOCK.finditer(said) if said.count("```", 0, m.start()) % 2 == 0]
    return [body for body in blocks if body.startswith(("{", "[")) or is_other_dialect(body)]


def is_other_dialect(body: str) -> bool:
    """Whether a block holds a call that is not meant to be JSON."""
    return bool(_OTHER_DIALECT.match(body))


def writes_call(text: str) -> bool:
    """Whether an answer calls a tool in any of the ways that models are trained to write."""
    return bool(written_calls(text)) or any(mark in text for mark in _OTHER_MARKS) or _is_bare_call(text)


def _is_bare_call(text: str) -> bool:
    """Llama 3.1's way: the call's JSON and nothing else."""
    call = _json(text) if text.lstrip().startswith("{") else None
    return isinstance(call, dict) and "name" in call and bool({"parameters", "arguments"} & call.keys())


def declared_in(system: str) -> list[Any]:
    """The tools that a system prompt declares in a block ``<tools>``: a JSON list, or one on each line."""
    for match in _DECLARED.finditer(system):
        body = match.group(1).rpartition("<tools>")[2].strip()
        whole = _json(body) if body else None
        if whole is not None:
            return whole if isinstance(whole, list) else [whole]
        lines = [_json(line) for line in body.splitlines() if line.strip()]
        if lines and None not in lines:
            return lines
    return []


def parsed_calls(bodies: list[str]) -> Iterator[Any]:
    """The calls of blocks of JSON; None for a block that is none."""
    for body in bodies:
        if not is_other_dialect(body):
            call = _json(body)
            yield from call if isinstance(call, list) else [call]


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
