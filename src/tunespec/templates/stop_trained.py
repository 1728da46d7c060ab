"""Whether a chat template teaches a model to stop: how its turns end, and whether that end is trained.

A template that cannot be rendered with the conversations of :mod:`tunespec.templates.sentinels` has no answer: the
functions return None, or nothing, and raise nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from tunespec.special_tokens import END_TOKENS, TOKEN_PATTERN
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.rendered import Rendered
from tunespec.templates.sentinels import ANSWERS, THOUGHT, USERS, between, rendering, talk

_TOKEN = re.compile(TOKEN_PATTERN)
_TAG = re.compile(r"\s*(<[^<>\s]{1,40}>)")  # a family that is not listed: `<end_message>`
_CUT = re.compile(r"(?:<[^<>\s]*|\[/?[A-Z_]*)\Z")  # a token of which only the beginning is shared
_BLANK = re.compile(r"\s*")


@dataclass(frozen=True)
class TurnEnd:
    r"""The text that ends an assistant's turn (``<|im_end|>\n``), and the token in it that stops (``<|im_end|>``).

    ``last`` is the token that stops at the end of the conversation: harmony has one of its own for it.
    """

    text: str
    token: str | None
    last: str | None

    @property
    def marker(self) -> str:
        """What a model must learn to write at the end of a turn in the middle, without the blanks around it."""
        return self.token or self.text.strip()


class TurnMask(NamedTuple):
    """Of the ``turn``-th assistant turn, from 1: whether its content is trained, and whether its end is.

    ``written`` is False if the text does not end the turn at all: then there is nothing to train.
    """

    turn: int
    content: bool
    end: bool
    written: bool


def turn_end(template: ChatTemplate) -> TurnEnd | None:
    """What ends an assistant turn, wherever it stands; None if nothing does, or the template cannot say.

    That is what follows an answer in the middle of a conversation as well as at its end.
    """
    middle, final = rendering(template, talk(3)[:-1]), rendering(template, talk(2))
    if middle is None or final is None:
        return None
    tails = [between(middle.text, ANSWERS[0], USERS[1]), between(middle.text, ANSWERS[1], USERS[2])]
    tails.append(between(final.text, ANSWERS[1], None))
    shared = common_prefix(*tails)
    text = _whole(shared if shared in tails else _CUT.sub("", shared))
    if text.strip() or shared in tails[:2]:
        token = _stopping(text, template.eos_token)
        return TurnEnd(text, token, token) if text else None
    first, last = (_TOKEN.match(tail.lstrip()) for tail in (tails[0], tails[-1]))
    if first and last and {first[0], last[0]} <= END_TOKENS:
        return TurnEnd(first[0], first[0], last[0])
    return TurnEnd(text, None, None) if text else None


def turn_end_trained(template: ChatTemplate) -> tuple[TurnMask, ...]:
    """For each assistant turn of a conversation, whether its content and its end lie inside ``{% generation %}``.

    Empty if the template has no such blocks, or cannot be rendered so.
    """
    rendered = rendering(template, talk(3)) if template.marks_trained else None
    if rendered is None:
        return ()
    end = turn_end(template)
    markers = [end.marker, end.marker, end.last or end.marker] if end else [None] * len(ANSWERS)
    return tuple(_mask(rendered, turn, marker) for turn, marker in enumerate(markers, start=1))


def doubles_reasoning(template: ChatTemplate) -> bool | None:
    """Whether an answer with its reasoning (``...</think>``) gets a second think block; None if it cannot be rendered.

    Where the prompt opens the block, an answer is recorded without ``<think>``. A template that looks for both tags
    takes it for an answer without reasoning, and writes an empty block before it.
    """
    for opening in ("", "<think>\n"):
        said = f"{opening}{THOUGHT}\n</think>\n\n{ANSWERS[0]}"
        rendered = rendering(template, [*talk(1)[:1], {"role": "assistant", "content": said}])
        if rendered is None:
            return None
        if between(rendered.text, USERS[0], ANSWERS[0]).count("</think>") > 1:
            return True
    return False


def common_prefix(*texts: str) -> str:
    """What all texts begin with."""
    shortest = min(texts, key=len)
    same = next((at for at, sign in enumerate(shortest) if any(text[at] != sign for text in texts)), len(shortest))
    return shortest[:same]


def _mask(rendered: Rendered, turn: int, marker: str | None) -> TurnMask:
    text = rendered.text
    start = text.index(ANSWERS[turn - 1])
    stop = start + len(ANSWERS[turn - 1])
    until = text.index(USERS[turn], stop) if turn < len(USERS) else len(text)
    at = text.find(marker, stop, until) if marker else -1
    ended = at >= 0 and _is_trained(rendered, at, at + len(marker or ""))
    return TurnMask(turn, _is_trained(rendered, start, stop), ended, at >= 0)


def _is_trained(rendered: Rendered, start: int, stop: int) -> bool:
    return any(begin <= start and stop <= end for begin, end in rendered.trained)


def _whole(text: str) -> str:
    """Up to its last token and the blanks behind it: what follows begins the next turn, whoever speaks."""
    tokens = list(_TOKEN.finditer(text)) or list(_TAG.finditer(text))
    if not tokens:
        return text
    blanks = _BLANK.match(text, tokens[-1].end())
    return text[: blanks.end() if blanks else None]


def _stopping(text: str, eos: str) -> str | None:
    """The EOS token if it is there, else the last special token, else a tag that stands alone."""
    if eos and eos in text:
        return eos
    tokens = _TOKEN.findall(text) or _TAG.findall(text)
    return tokens[-1] if tokens else None
