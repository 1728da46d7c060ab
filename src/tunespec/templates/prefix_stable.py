"""Whether a chat template keeps what it wrote: the beginning of a conversation renders as the beginning of its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tunespec.special_tokens import END_TOKENS
from tunespec.templates.jinja import ChatTemplate, Conversation, Message
from tunespec.templates.sentinels import THOUGHT, TOOLS, keeps, rendering, talk, tool_talk
from tunespec.templates.stop_trained import common_prefix


class Step(NamedTuple):
    """A conversation and the same with one message more, which ``more`` names.

    ``asked`` tells whether the shorter one was rendered as a prompt. ``at`` is the character where the texts differ,
    None if the shorter one begins the longer one; ``shorter`` and ``longer`` are the texts from there on.
    """

    more: str
    asked: bool
    at: int | None
    shorter: str
    longer: str


def prefix_steps(template: ChatTemplate) -> tuple[Step, ...]:
    """Each step of a conversation, with and without a tool; those that the template cannot render are left out.

    Texts: a text that goes on begins with the text before. Prompts: the text with an answer begins with the prompt that
    asked for it, or the model is asked what it was not trained on. The token that ends the last turn, or the text, may
    be another one than in the middle.
    """
    return tuple(step for step in _steps(template) if step is not None)


def _steps(template: ChatTemplate) -> Iterator[Step | None]:
    plain, empty = talk(2), tool_talk("")
    used = tool_talk(None) if rendering(template, tool_talk(None), tools=TOOLS) else empty  # None, where it is allowed
    yield _prompt(template, plain[:2], "assistant after user")
    yield _text(template, plain[:3], "user after assistant")
    yield _prompt(template, plain, "assistant after user, assistant, user")
    yield _prompt(template, used[:2], "tool call after user", tools=TOOLS)
    yield _text(template, used[:3], "tool after tool call", tools=TOOLS)
    yield _prompt(template, used, "assistant after tool", tools=TOOLS)


def _text(template: ChatTemplate, messages: Conversation, more: str, **given: Any) -> Step | None:
    before = rendering(template, messages[:-1], **given)
    after = rendering(template, messages, **given)
    if before is None or after is None:
        return None
    ended = (before.text.rstrip().removesuffix(token) for token in (*END_TOKENS, template.eos_token) if token)
    return _step(before.text, after.text, more, ended, asked=False)


def _prompt(template: ChatTemplate, messages: Conversation, more: str, **given: Any) -> Step | None:
    """The prompt may ask for reasoning and the answer have none, or the other way round: one that fits is enough."""
    found: list[Step] = []
    *asked, answer = messages
    for said in (answer, _reasoned(answer)):
        after = rendering(template, [*asked, said], **given)
        for variables in ({}, {"enable_thinking": False}):
            before = rendering(template, asked, asked=True, **given, **variables)
            if before and after and keeps(after.text, messages):
                found.append(_step(before.text, after.text, more, (), asked=True))
                if found[-1].at is None:
                    return found[-1]
    return found[0] if found else None


def _reasoned(answer: Message) -> Message:
    return {**answer, "reasoning_content": THOUGHT}


def _step(before: str, after: str, more: str, ended: Iterable[str], *, asked: bool) -> Step:
    begins = after.startswith(before) or any(after.startswith(text) for text in ended if text != before.rstrip())
    same = len(common_prefix(before, after))
    return Step(more, asked, None if begins else same, before[same:], after[same:])
