"""The training side as a new Modelfile must write it: its texts without the BOS, and what else its template does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from tunespec.new_modelfile.inexpressible import InexpressibleError
from tunespec.new_modelfile.shape import Render
from tunespec.templates.comparison import beginning
from tunespec.templates.errors import TemplateError
from tunespec.templates.plain import PlainTemplate
from tunespec.templates.probes import declared_tools
from tunespec.templates.sentinels import ANSWERS, THOUGHT, USERS, keeps, rendering, talk
from tunespec.templates.sides import TODAY, Messages, TrainingSide

_ANOTHER_DAY = timedelta(days=400)
_PROMPT = talk(1)[:1]


def renders(side: TrainingSide, bos: str | None) -> Render:
    """The side as a function.

    Args:
        side: what the model is trained with.
        bos: what the server's tokenizer puts before every prompt; None where that is not known.
    """

    def render(messages: Messages, asked: bool) -> str:
        text = side.render(messages, generation_prompt=asked).text
        return text.removeprefix(beginning(text) if bos is None else bos)

    return render


def day_in(side: TrainingSide) -> str:
    """The day as the training template writes it: in Go's form, or empty if it writes none.

    Raises:
        InexpressibleError: if it writes the day in another form.
    """
    if isinstance(side.template, PlainTemplate):
        return ""
    today, another = TODAY.date().isoformat(), (TODAY + _ANOTHER_DAY).date().isoformat()
    later = replace(side, template=replace(side.template, now=TODAY + _ANOTHER_DAY))
    prompt, then = _text(side, _PROMPT), _text(later, _PROMPT)
    if prompt is None or then is None or prompt == then:
        return ""
    if prompt.replace(today, another) != then:
        raise InexpressibleError(
            "the training template writes the day into each prompt in a form that Go has not (it has 2026-01-15): put "
            "a fixed day into the chat template"
        )
    return today


def refuse_parts(side: TrainingSide) -> None:
    """Raise InexpressibleError for a template that reads no plain texts."""
    if isinstance(side.template, PlainTemplate):
        return
    prompt = _text(side, _PROMPT)
    if prompt is not None and not keeps(prompt, _PROMPT) and rendering(side.template, _PROMPT, asked=True) is not None:
        raise InexpressibleError(
            "the training template reads messages as lists of parts, as of models that see images, and writes nothing "
            "of a plain text"
        )


def left_out(side: TrainingSide) -> Iterator[str]:
    """What the template does beside plain conversations, each as a sentence: no TEMPLATE is written for it."""
    if isinstance(side.template, PlainTemplate):
        return
    asked, _ = declared_tools()
    without, with_tools = _text(side, asked.messages), _text(side, asked.messages, tools=asked.tools)
    if with_tools is not None and with_tools != without:
        yield "tools: the training template writes them; Go writes JSON in another order and form, so they are left out"
    plain = [*talk(1), {"role": "user", "content": USERS[1]}]
    thought = [plain[0], {**plain[1], "reasoning_content": THOUGHT}, plain[2]]
    within = [plain[0], {**plain[1], "content": f"<think>\n{THOUGHT}\n</think>\n\n{ANSWERS[0]}"}, plain[2]]
    if _text(side, thought) not in {None, _text(side, plain)}:
        yield "reasoning: the training template writes that of earlier answers; this TEMPLATE leaves it out"
    if (written := _text(side, within)) is not None and THOUGHT not in written:
        yield (
            "reasoning: the training template takes `<think>` blocks out of earlier answers; a client must leave them "
            "out of the history itself"
        )
    if len({_text(side, _PROMPT, enable_thinking=value) for value in (True, False)}) > 1:
        yield "`enable_thinking`: the prompt is written as the training template writes it where nobody sets that"


def _text(side: TrainingSide, messages: Messages, **variables: object) -> str | None:
    assert not isinstance(side.template, PlainTemplate)
    try:
        return side.template.render(messages, add_generation_prompt=True, **variables).text  # type: ignore[arg-type]
    except TemplateError:
        return None
