"""T003's facts of a live server: is the prompt that it renders the one that the model was trained on?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tunespec.inference.answered import Answered
from tunespec.inference.served_rendering import (
    Prompts,
    Seen,
    case_of,
    given,
    judge_endpoints,
    judge_foreseen,
)
from tunespec.inference.served_side import ServedSide, served_side
from tunespec.inference.served_tools import is_untrained
from tunespec.inference.source import AnswerSource
from tunespec.templates.comparison import Sides
from tunespec.templates.difference import KINDS, Difference
from tunespec.templates.errors import TemplateError
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.rows import Rows
from tunespec.templates.sides import TrainingSide
from tunespec.tokenizer_file import read_tokenizer

RENDERED = (*KINDS, "unforeseen_rendering", "generate_differs")


def served_template_facts(source: AnswerSource, rows: Rows) -> None:
    """The facts of ``RENDERED``, for each prompt that the server shows."""
    served = served_side(source)
    if source.served is None or served is None:
        rows.skip(RENDERED, "recorded outputs do not show the prompt as the server rendered it")
        return
    prompts = [(row, one) for row, one in enumerate(source.answered) if one.rendered is not None]
    seen = Seen(rows)
    if prompts:
        _judge_training(source, served, prompts, seen)
        judge_foreseen(served, prompts, seen)
        judge_endpoints(prompts, seen)
        seen.finish(prompts)
    rows.skip(RENDERED, f"{source.served.server} does not show the prompts that it renders")


def _judge_training(source: AnswerSource, served: ServedSide, prompts: Prompts, seen: Seen) -> None:
    """Whether the server's text is the one that the training template writes for the same messages."""
    template = source.template
    if template is None or (training := template.training) is None:
        none = source.because("no training template is at hand", "template")
        seen.rows.skip(KINDS, template.why_no_training if template is not None else none)
        return
    with_tools = template.training_with_tools or training
    sides = Sides(_dated(training, served), served.side, _dated(with_tools, served), template.added_bos)
    for row, one in prompts:
        if is_untrained(source, one):
            continue
        try:
            found = _difference(sides, one, _rendered(source, sides.bos, one))
        except TemplateError as error:  # nobody trains on what the training template refuses
            seen.rows.skip(KINDS, f"no prompt can be compared: in training, {error.message}")
            continue
        seen.compare(*KINDS)
        if found is not None:
            seen.see(found.kind, row, found.message, f"\n{found.shown}")


def _dated(side: TrainingSide, served: ServedSide) -> TrainingSide:
    """The side with the date that the server writes; elsewhere both sides have one fixed day."""
    if not isinstance(side.template, ChatTemplate):
        return side
    now = served.asked or datetime.now()  # noqa: DTZ005  as a template has it
    return replace(side, template=replace(side.template, now=now))


def _difference(sides: Sides, one: Answered, asked: str) -> Difference | None:
    """What differs; a system message that both sides add to a conversation without one is no difference."""
    case = case_of(one, given(one, sides.serving))
    found = sides.between(case, sides.trained(case), asked)
    if found is None or case.messages == one.messages:
        return found
    alone = case_of(one, [*sides.serving.history, *one.messages])
    return found if sides.between(case, sides.trained(alone), asked) is not None else None


def _rendered(source: AnswerSource, bos: str | None, one: Answered) -> str:
    """The server's text, without a BOS in it where the number of tokens says that no second one is added.

    Ollama takes some from its text, such as Gemma's ``<bos>`` from 0.30 on. Without a tokenizer, the text alone counts.
    """
    text, counted = one.rendered or "", one.reply.prompt_tokens
    if not bos or not text.startswith(bos) or counted is None or source.texts.tokenizer is None:
        return text
    tokenizer = read_tokenizer(source.texts.tokenizer)
    rest = text.removeprefix(bos)
    if tokenizer is None or counted != len(tokenizer.encode(rest, add_special_tokens=False).ids) + 1:
        return text
    return rest
