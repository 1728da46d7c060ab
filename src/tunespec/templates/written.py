"""What a side of a template pair writes around the messages' contents: headers, ends of turns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tunespec.special_tokens import END_TOKENS, TAG_PATTERN
from tunespec.templates.errors import TemplateError
from tunespec.templates.generation_ends import END_TOKENS as ENGINES_END_TOKENS
from tunespec.templates.plain import PlainTemplate
from tunespec.templates.sentinels import ANSWERS, USERS, between, keeps, rendering, talk
from tunespec.templates.stop_trained import common_prefix

if TYPE_CHECKING:
    from tunespec.templates.jinja import Message
    from tunespec.templates.sides import ServingSide, TrainingSide

_SYSTEM = "Oqx"
_WORDS = re.compile("|".join((*USERS, *ANSWERS, _SYSTEM)))
_ENDS = re.compile("|".join(sorted(map(re.escape, END_TOKENS | ENGINES_END_TOKENS), key=len, reverse=True)))
_TAG = re.compile(TAG_PATTERN)


@dataclass(frozen=True)
class Written:
    """What a side writes.

    Args:
        pieces: the texts between the contents of a conversation, with and without a system message.
        opening: what stands before the prompt of a conversation without a system message.
        header: what stands between a prompt and its answer, in a text with the answer.
        asked: what stands behind a prompt where the model is asked.
    """

    pieces: frozenset[str]
    opening: str
    header: str
    asked: str


def left_to_the_model(learnt: Written | None, asked: Written | None) -> str:
    """The part of the header before an answer that the prompt does not have: the model must write it first.

    Args:
        learnt: what the training writes; without it, what the server writes into a history.
        asked: what the server writes; without it, what the training's template writes as a prompt.
    """
    learnt, asked = learnt or asked, asked or learnt
    if learnt is None or asked is None or not learnt.header.startswith(asked.asked):
        return ""
    learnt_opening, opening = learnt.opening.strip(), asked.opening.strip()
    if not learnt_opening.endswith(opening) or bool(opening) != bool(learnt_opening):
        return ""  # such as the raw prompt: the model is asked in another form altogether
    return learnt.header[len(asked.asked) :]


def written_by_training(side: TrainingSide) -> Written | None:
    """What the training writes; None if the template refuses all conversations."""

    def render(messages: list[Message], asked: bool) -> str | None:
        if isinstance(side.template, PlainTemplate):
            return _rendered(lambda: side.render(messages, generation_prompt=asked).text)
        found = rendering(side.template, messages, asked=asked)
        return found.text if found is not None else None

    return _written(render)


def written_by_serving(side: ServingSide) -> Written | None:
    """What the server writes; None if the template refuses all conversations."""
    return _written(lambda messages, _asked: _rendered(lambda: side.render(messages)))


def served_end(side: ServingSide) -> str | None:
    r"""What the server's template writes behind an answer of the history, with blanks: ``<|im_end|>\n``.

    Up to a token that ends generation if there is one, else up to the next prompt's header, which is what the first
    prompt begins with. None if that cannot be told.
    """
    text = _rendered(lambda: side.template.render(talk(3)[:-1]))
    if text is None or not keeps(text, talk(3)[:-1]):
        return None
    tails = between(text, ANSWERS[0], USERS[1]), between(text, ANSWERS[1], USERS[2])
    shared = common_prefix(*tails)
    if ended := _ENDS.search(shared):
        return shared[: ended.end()]
    opening = text[: text.index(USERS[0])]
    header = common_prefix(opening[::-1], tails[0][::-1])[::-1]
    if header == tails[0] or shared != tails[0]:
        return None
    return shared.removesuffix(header)


def marker_of(end: str | None) -> str | None:
    """The token in an end, or the text without its blanks; None if there is nothing but blanks."""
    tokens = _ENDS.findall(end or "") or _TAG.findall(end or "")
    return tokens[-1] if tokens else (end or "").strip() or None


def is_token_shaped(text: str) -> bool:
    """Whether a text looks like one special token."""
    return bool(_ENDS.fullmatch(text) or _TAG.fullmatch(text))


def _written(render: Callable[[list[Message], bool], str | None]) -> Written | None:
    told = [{"role": "system", "content": _SYSTEM}]
    answered, prompt = render(talk(2)[:3], False), render(talk(1)[:1], True)
    if answered is None or prompt is None or not keeps(answered, talk(2)[:3]) or not keeps(prompt, talk(1)[:1]):
        return None
    texts = (answered, prompt, render(talk(2), False), render([*told, *talk(1)[:1]], True))
    pieces = frozenset(piece for text in texts if text for piece in _WORDS.split(text))
    opening = prompt[: prompt.index(USERS[0])]
    return Written(pieces, opening, between(answered, USERS[0], ANSWERS[0]), between(prompt, USERS[0], None))


def _rendered(render: Callable[[], str]) -> str | None:
    try:
        return render()
    except TemplateError:
        return None
