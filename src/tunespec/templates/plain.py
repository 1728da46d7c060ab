"""A plain template: header strings around prompt and answer, as a training script writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.rendered import Rendered

SLOT = "{content}"
ROLES = ("system", "user", "assistant")


@dataclass(frozen=True)
class PlainTemplate:
    r"""What is written around each message's content, which stands for ``{content}``: ``### Question:\n{content}\n``.

    Args:
        user: around a prompt.
        assistant: around an answer. What stands before the slot asks the model to answer, what stands behind it ends
            the answer.
        system: around a system prompt; without one, a conversation that has one cannot be rendered.
    """

    user: str
    assistant: str
    system: str | None = None

    @property
    def source(self) -> str:
        """All of its texts."""
        return (self.system or "") + self.user + self.assistant

    @property
    def turn_end(self) -> str | None:
        """What ends an answer, without blanks."""
        return self.assistant.partition(SLOT)[2].strip() or None

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        *,
        tools: Sequence[Mapping[str, Any]] | None = None,
        add_generation_prompt: bool = False,
    ) -> Rendered:
        """A conversation as text, each answer with its end trained.

        Raises:
            TemplateError: for tools, and for a message of a role that the template has no text for.
        """
        if tools:
            raise TemplateError("a plain template has no place for tools")
        text, trained = "", []
        for message in messages:
            before, slot, behind = self._around(str(message.get("role")))
            start = len(text) + len(before)
            text += f"{before}{message.get('content') or ''}{behind}" if slot else before
            if message.get("role") == "assistant":
                trained.append((start, len(text)))
        if add_generation_prompt:
            text += self.assistant.partition(SLOT)[0]
        return Rendered(text, tuple(trained))

    def _around(self, role: str) -> tuple[str, str, str]:
        text = {"system": self.system, "user": self.user, "assistant": self.assistant}.get(role)
        if text is None:
            raise TemplateError(f"the plain template has no text for the role {role}")
        return text.partition(SLOT)
