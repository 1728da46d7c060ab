"""One conversation that ``tunespec render`` renders, and the probes as such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunespec.templates.case import Message
from tunespec.templates.probes import probes, up_to_question
from tunespec.templates.requests import Request

DEFAULT = "system-user-assistant-user"
_ANSWER = "The Ebro reaches the Mediterranean Sea."


@dataclass(frozen=True)
class Target:
    """One conversation to render.

    Args:
        name: what the header calls it.
        messages: all of them, in OpenAI's form; the last one may be an answer.
        tools: OpenAI's schemas.
        request: the request that it comes from.
        file: the file that holds it.
        answer: what a probe gets as its last answer, where it is shown what is trained.
    """

    name: str
    messages: tuple[Message, ...]
    tools: tuple[Mapping[str, Any], ...] | None = None
    request: Request | None = None
    file: Path | None = None
    answer: str | None = None

    @property
    def asked(self) -> tuple[Message, ...]:
        """The messages without what the model is to say."""
        return up_to_question(self.messages)

    @property
    def answered(self) -> tuple[Message, ...]:
        """The messages as they are trained on: a probe with an answer at its end."""
        return self.messages if self.answer is None else (*self.messages, {"role": "assistant", "content": self.answer})


def probe_targets() -> dict[str, Target]:
    """Every probe by its name."""
    return {
        case.name: Target(
            f"probe {case.name}", tuple(case.messages), tuple(case.tools) if case.tools else None, answer=_ANSWER
        )
        for case in probes(tools=True)
    }
