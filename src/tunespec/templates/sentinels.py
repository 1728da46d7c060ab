"""Conversations whose contents are known words, to see what a template writes around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.jinja import ChatTemplate, Conversation, Message
from tunespec.templates.rendered import Rendered

# Words that no template changes (by trim or title), that begin and end differently.
USERS, ANSWERS = ("Wqx", "Vqx", "Uqx"), ("Kzj", "Jzj", "Hzj")
CALLED, RETURNED, CONCLUDED = "fzq", "Tqz", "Lqz"
THOUGHT = "Rqz"
_KEPT = (*USERS, *ANSWERS, CALLED, RETURNED, CONCLUDED)
TOOLS: Sequence[Mapping[str, Any]] = (
    {
        "type": "function",
        "function": {
            "name": CALLED,
            "description": "It.",
            "parameters": {"type": "object", "properties": {"a": {"type": "string", "description": "It."}}},
        },
    },
)


def talk(turns: int) -> list[Message]:
    """A conversation of so many questions, each with its answer; at most three."""
    pairs = zip(USERS[:turns], ANSWERS[:turns], strict=True)
    return [m for u, a in pairs for m in ({"role": "user", "content": u}, {"role": "assistant", "content": a})]


def tool_talk(content: str | None) -> list[Message]:
    """A question, a tool's call (with that content), what it returned, and an answer."""
    call = {"id": "abc123def", "type": "function", "function": {"name": CALLED, "arguments": {"a": "b"}}}
    return [
        {"role": "user", "content": USERS[0]},
        {"role": "assistant", "content": content, "tool_calls": [call]},
        {"role": "tool", "name": CALLED, "tool_call_id": "abc123def", "content": RETURNED},
        {"role": "assistant", "content": CONCLUDED},
    ]


def rendering(
    template: ChatTemplate, messages: Conversation, *, tools: Any = None, asked: bool = False, **variables: Any
) -> Rendered | None:
    """The conversation as the template writes it with all its words; None if it refuses it or loses one.

    Templates of models that see images take contents as lists of parts; templates for tools want some.
    """
    parts = [{**m, "content": _parts(m.get("content"))} for m in messages]
    for said, used in ((messages, tools), (parts, tools), (messages, TOOLS)):
        try:
            rendered = template.render(said, tools=used, add_generation_prompt=asked, **variables)
        except TemplateError:
            continue
        if keeps(rendered.text, messages):
            return rendered
    return None


def keeps(text: str, messages: Conversation) -> bool:
    """Whether every known word of the messages is in the text."""
    said = str(list(messages))
    return all(word in text for word in _KEPT if word in said)


def between(text: str, before: str, after: str | None) -> str:
    """What stands between two words, or from one to the end; the words are there."""
    start = text.index(before) + len(before)
    return text[start:] if after is None else text[start : text.index(after, start)]


def _parts(content: Any) -> Any:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content
