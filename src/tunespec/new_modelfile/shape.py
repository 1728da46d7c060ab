"""What a training template writes around the texts of a conversation, read off conversations of known words.

A template is a program, and no program is translated here. It is run over conversations whose texts are known, and
what stands between those texts is its own. Whatever else it does is found when both sides are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tunespec.new_modelfile.inexpressible import InexpressibleError
from tunespec.templates.errors import TemplateError
from tunespec.templates.jinja import refusal
from tunespec.templates.sentinels import ANSWERS, USERS, talk
from tunespec.templates.side_by_side import brief
from tunespec.templates.stop_trained import common_prefix

SYSTEM = "Oqx"
TOLD = {"role": "system", "content": SYSTEM}
_QUOTED, _BEFORE = 60, 20  # characters
_PROMPT, _HISTORY, _LONG = talk(1)[:1], talk(2)[:3], talk(3)[:5]

Messages = Sequence[Mapping[str, Any]]
Render = Callable[[Messages, bool], str]
"""A conversation, and whether the model is asked, as text without the BOS; TemplateError if the template refuses it."""


@dataclass(frozen=True)
class SystemMessage:
    """Where the system message goes.

    Args:
        place: ``turn`` before the first question; ``first`` or ``last`` question's beginning; ``lost``: the template
            leaves it out; ``refused``: the template fails.
        before: what stands before it, from the start of the text (of the question, in ``first`` and ``last``).
        after: what stands behind it, up to the first question (up to the question's text, in ``first`` and ``last``).
        why: the template's own words, where it refuses.
    """

    place: str
    before: str = ""
    after: str = ""
    why: str = ""


@dataclass(frozen=True)
class Shape:
    """The texts of a template: ``start``, then each turn between its header and its end, then ``asks``.

    Args:
        start: what stands before the first question's header where there is no system message.
        user: header and end of a question.
        assistant: header and end of an answer.
        asks: what stands at the end of a prompt: the header of the answer that is asked for.
        system: the system message.
        day: the day in its texts, which is another one each day; empty if they name none.
    """

    start: str
    user: tuple[str, str]
    assistant: tuple[str, str]
    asks: str
    system: SystemMessage = field(default_factory=lambda: SystemMessage("refused"))
    day: str = ""


def shape_of(render: Render, day: str = "") -> Shape:
    """The shape of the training template that ``render`` is; ``day`` is what it writes for the present day.

    Raises:
        InexpressibleError: if its texts depend on more than the roles.
    """
    opening, tail = _pieces(render, _PROMPT, USERS[:1], "a question")
    short = _pieces(render, _HISTORY, (USERS[0], ANSWERS[0], USERS[1]), "a question, its answer and a question")
    long_ = _pieces(render, _LONG, (USERS[0], ANSWERS[0], USERS[1], ANSWERS[1], USERS[2]), "three questions")
    _same("the text before the first question", opening, short[0], long_[0])
    _same("the text between a question and its answer", short[1], long_[1], long_[3])
    _same("the text between an answer and the next question", short[2], long_[2], long_[4])
    _same("the text that asks for an answer", tail, short[3], long_[5])
    before_answer, behind_answer = short[1], short[2]
    question_end = _ended(render, _PROMPT, opening, before_answer, tail)
    header, answer_end = _header(render, opening, behind_answer)
    return Shape(
        start=opening.removesuffix(header),
        user=(header, question_end),
        assistant=(before_answer[len(question_end) :], answer_end),
        asks=tail[len(question_end) :],
        system=_system(render, opening, behind_answer, header),
        day=day,
    )


def _ended(render: Render, messages: Messages, opening: str, *follow: str) -> str:
    """What ends a question: all that is written where nothing is asked, if that stands before an answer, too."""
    text = _unasked(render, messages)
    begins = f"{opening}{USERS[0]}"
    end = text.removeprefix(begins)
    if text.startswith(begins) and all(after.startswith(end) for after in follow):
        return end
    return common_prefix(*follow)


def _header(render: Render, opening: str, behind_answer: str) -> tuple[str, str]:
    """The header of a question and the end of an answer, which stand behind each other between two turns."""
    _, found, end = _unasked(render, talk(1)).rpartition(ANSWERS[0])
    if found and behind_answer.startswith(end) and opening.endswith(behind_answer[len(end) :]):
        return behind_answer[len(end) :], end
    header = common_prefix(opening[::-1], behind_answer[::-1])[::-1]
    return header, behind_answer.removesuffix(header)


def _unasked(render: Render, messages: Messages) -> str:
    """The conversation as a training text; empty if the template refuses it."""
    try:
        return render(messages, False)
    except TemplateError:
        return ""


def _system(render: Render, opening: str, behind_answer: str, header: str) -> SystemMessage:
    try:
        prompt, history = render([TOLD, *_PROMPT], True), render([TOLD, *_HISTORY], True)
    except TemplateError as error:
        return SystemMessage("refused", why=refusal(error) or error.message)
    if SYSTEM not in prompt and SYSTEM not in history:
        return SystemMessage("lost")
    if prompt.count(SYSTEM) != 1 or history.count(SYSTEM) != 1:
        raise InexpressibleError("the training template does not write a system message once in each conversation")
    if prompt.index(SYSTEM) > prompt.index(USERS[0]):
        raise InexpressibleError("the training template writes the system message behind the question")
    before, after, _ = _between(prompt, (SYSTEM, USERS[0]))
    begins = history[: history.index(SYSTEM)]
    if USERS[0] not in begins:
        _same("the text before the system message", before, begins)
        first = bool(opening) and before.startswith(opening) and not after.endswith(header)
        return SystemMessage("first", before[len(opening) :], after) if first else SystemMessage("turn", before, after)
    _, behind, then, _ = _between(history, (ANSWERS[0], SYSTEM, USERS[1]))
    if before.startswith(opening) and (behind, then) == (behind_answer + before[len(opening) :], after):
        return SystemMessage("last", before[len(opening) :], after)
    raise InexpressibleError("the training template writes the system message in another form where there is a history")


def _pieces(render: Render, messages: Messages, words: Sequence[str], what: str) -> list[str]:
    try:
        text = render(messages, True)
    except TemplateError as error:
        raise InexpressibleError(f"the training template refuses {what}: {refusal(error) or error.message}") from error
    return _between(text, words)


def _between(text: str, words: Sequence[str]) -> list[str]:
    """What stands before, between and behind the words, each of which is there once, in this order."""
    pieces, rest = [], text
    for word in words:
        before, found, rest = rest.partition(word)
        if not found:
            raise InexpressibleError(
                "the training template leaves out an earlier message, or writes it in another place"
            )
        if word in rest:
            raise InexpressibleError("the training template writes a message twice")
        pieces.append(before)
    return [*pieces, rest]


def _same(what: str, one: str, *others: str) -> None:
    other = next((text for text in others if text != one), None)
    if other is None:
        return
    at = max(0, len(common_prefix(one, other)) - _BEFORE)
    shown = (f"`{'…' * bool(at)}{brief(text[at:], _QUOTED)}`" for text in (one, other))
    raise InexpressibleError(f"{what} depends on its place in the conversation: {', and '.join(shown)}")
