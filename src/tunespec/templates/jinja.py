"""Hugging Face chat templates, rendered as ``tokenizer.apply_chat_template`` of transformers 5 renders them.

A template is a stranger's program. It is rendered in a process of its own that can reach nothing and is ended when it
takes too much: see :mod:`tunespec.templates.jinja_worker`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tunespec.conversation import REASONING
from tunespec.templates.errors import TemplateError
from tunespec.templates.jinja_pool import ask
from tunespec.templates.jinja_process import DEFAULT_BOUNDS, Bounds
from tunespec.templates.rendered import Rendered

Message = Mapping[str, Any]
Conversation = Sequence[Message]

_REFUSES = "the template refuses the conversation: "
_GENERATION = re.compile(r"\{%[-+]?\s*generation\s*[-+]?%\}")


@dataclass(frozen=True)
class ChatTemplate:
    """A chat template with the tokens that it may name.

    Args:
        source: the Jinja text.
        bos_token: and the other tokens: a variable of the template where not empty, else undefined, as in transformers.
        other_tokens: further named tokens, as ``("cls_token", "[CLS]")``.
        now: the time that ``strftime_now`` tells; the present if None.
        bounds: what one rendering may take.
    """

    source: str
    bos_token: str = ""
    eos_token: str = ""
    pad_token: str = ""
    unk_token: str = ""
    other_tokens: tuple[tuple[str, str], ...] = ()
    now: datetime | None = None
    bounds: Bounds = DEFAULT_BOUNDS

    @property
    def marks_trained(self) -> bool:
        """Whether it has ``{% generation %}`` blocks."""
        return _GENERATION.search(self.source) is not None

    def render(
        self,
        messages: Conversation,
        *,
        tools: Sequence[Mapping[str, Any]] | None = None,
        add_generation_prompt: bool = False,
        **variables: Any,
    ) -> Rendered:
        """One conversation as text.

        Raises:
            TemplateError: if the template refuses it (see :func:`refusal`), fails, or takes too much.
            CannotJudgeError: if that cannot be told: no process can be started, or this machine is too busy.
        """
        (result,) = self.render_all([messages], tools=tools, add_generation_prompt=add_generation_prompt, **variables)
        if isinstance(result, TemplateError):
            raise result
        return result

    def render_all(
        self,
        conversations: Sequence[Conversation],
        *,
        tools: Sequence[Mapping[str, Any]] | None = None,
        add_generation_prompt: bool = False,
        **variables: Any,
    ) -> list[Rendered | TemplateError]:
        """Many conversations, each as its text or as the TemplateError that ``render`` would raise.

        Raises:
            CannotJudgeError: as ``render``.
        """
        # In transformers' order: an argument replaces a token of the same name, the four fixed ones cannot be given.
        given = {
            **self._tokens(),
            **variables,
            "tools": tools,
            "documents": variables.get("documents"),
            "add_generation_prompt": add_generation_prompt,
        }
        asked = [{**given, "messages": as_given(messages)} for messages in conversations]
        now = (self.now or datetime.now()).isoformat()  # noqa: DTZ005  local time, as in transformers
        return [_result(answer) for answer in ask(self.source, asked, now, self.bounds)]

    def _tokens(self) -> dict[str, str]:
        named = {
            "bos_token": self.bos_token,
            "eos_token": self.eos_token,
            "pad_token": self.pad_token,
            "unk_token": self.unk_token,
            **dict(self.other_tokens),
        }
        return {name: token for name, token in named.items() if token}


def refusal(error: TemplateError) -> str | None:
    """What the template itself said with ``raise_exception``; None if the error is another one."""
    return error.message.removeprefix(_REFUSES) if error.message.startswith(_REFUSES) else None


def as_given(messages: Conversation) -> list[dict[str, Any]]:
    """The messages as transformers hands them to a template.

    A key whose value is None is left out, and reasoning goes by every name that templates read. Source: transformers
    5.24, ``_normalize_chat_messages`` and ``_alias_reasoning_fields``.
    """
    return [
        _with_reasoning({key: value for key, value in message.items() if value is not None}) for message in messages
    ]


def _with_reasoning(message: dict[str, Any]) -> dict[str, Any]:
    reasoning = next((message[name] for name in REASONING if name in message), None)
    return message if reasoning is None else {"thinking": reasoning, **message, "reasoning_content": reasoning}


def _result(answer: Mapping[str, Any]) -> Rendered | TemplateError:
    if "text" in answer:
        return Rendered(answer["text"], tuple((start, end) for start, end in answer["trained"]))
    begins = _REFUSES if answer.get("refused") else "the template "
    return TemplateError(f"{begins}{answer['error']}", answer.get("line"))
