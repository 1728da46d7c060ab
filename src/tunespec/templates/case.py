"""One conversation that both sides render, and the texts in it that are known beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from tunespec.conversation import REASONING

Message = Mapping[str, Any]

_SYSTEM = frozenset({"system", "developer"})
_NOT_IN_LABELS = re.compile(r"[^\w-]")


@dataclass(frozen=True)
class Case:
    """One conversation that both sides render.

    Args:
        messages: in OpenAI's form (`role`, `content`, `tool_calls`, `thinking`).
        tools: OpenAI's schemas.
        bos: the text of the token that begins every text; empty if the tokenizer adds none.
        name: of the probe, or of the record.
        elided: the contents are a user's own: no message and no excerpt shows them.
    """

    messages: Sequence[Message]
    tools: Sequence[Mapping[str, Any]] | None = None
    bos: str = ""
    name: str = ""
    elided: bool = False

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The texts that the messages hold, in their order; empty ones are none."""
        return tuple(_numbered(self.messages))

    @cached_property
    def leading_system(self) -> Part | None:
        """The system message at the start, if there is one."""
        return self.parts[0] if self.parts and self.parts[0].role == "system" else None

    @cached_property
    def called(self) -> frozenset[str]:
        """The names of the tools that are declared or called."""
        named = (_function(entry).get("name") for entry in (*(self.tools or ()), *self._calls))
        return frozenset(name for name in named if isinstance(name, str) and name)

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        """The texts in the arguments of tool calls."""
        return tuple(text for call in self._calls for text in _leaves(_function(call).get("arguments")))

    @property
    def _calls(self) -> list[Any]:
        lists = (message.get("tool_calls") for message in self.messages)
        return [call for calls in lists if isinstance(calls, list | tuple) for call in calls]


class Part(NamedTuple):
    """One text of a message. ``label`` names it (`user 2`)."""

    label: str
    role: str
    text: str


def _numbered(messages: Sequence[Message]) -> Iterator[Part]:
    counts: dict[str, int] = {}
    for number, message in enumerate(messages):
        named = _NOT_IN_LABELS.sub("", str(message.get("role", "")))[:20] or "message"
        role = "system" if named in _SYSTEM else named
        counts[role] = counts.get(role, 0) + 1
        label = role if role == "system" and number == 0 else f"{role} {counts[role]}"
        thought = next((message[key] for key in REASONING if message.get(key)), None)
        if isinstance(thought, str) and thought.strip():
            yield Part(f"thinking of {label}", "thinking", thought)
        for text in _texts(message.get("content")):
            yield Part(label, role, text)


def _texts(content: Any) -> Iterator[str]:
    pieces = content if isinstance(content, list) else [content]
    for piece in pieces:
        text = piece.get("text") if isinstance(piece, Mapping) else piece
        if isinstance(text, str) and text.strip():
            yield text


def _function(entry: Any) -> Mapping[str, Any]:
    inner = entry.get("function", entry) if isinstance(entry, Mapping) else {}
    return inner if isinstance(inner, Mapping) else {}


def _leaves(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, int | float) and not isinstance(item, bool):
            yield str(item)
        elif isinstance(item, Mapping):
            pending += item.values()
        elif isinstance(item, list | tuple):
            pending += item
