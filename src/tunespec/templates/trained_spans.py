"""Which characters of a training text the loss sees, by what its template says, and where its answers end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tunespec.templates.case import Case
from tunespec.templates.errors import TemplateError
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.plain import PlainTemplate
from tunespec.templates.rendered import Rendered
from tunespec.templates.segments import segmented
from tunespec.templates.sides import TrainingSide
from tunespec.templates.stop_trained import turn_end

Span = tuple[int, int]

BY_BLOCKS = "what stands in {% generation %} is trained"
BY_ANSWERS = "each answer with its end is trained"
BY_TRAINER = (
    "the template has no {% generation %}: the trainer decides what is trained; shown is training on answers only, "
    "each from its header to its end"
)


class Answer(NamedTuple):
    """One answer in the text: its number from 1, its place, and the place of the text that ends it (None without)."""

    number: int
    start: int
    stop: int
    end: Span | None


@dataclass(frozen=True)
class TrainingText:
    """A conversation as the training sees it.

    Args:
        text: the whole text.
        spans: start and end of each piece that is trained.
        answers: the answers that stand in it as they are in the conversation.
        rule: what decides which pieces are trained, in words.
        marker: what ends an answer; None if nothing does.
        lost: the numbers of the answers that do not stand in the text as they are.
    """

    text: str
    spans: tuple[Span, ...]
    answers: tuple[Answer, ...]
    rule: str
    marker: str | None
    lost: tuple[int, ...] = ()


def training_text(side: TrainingSide, case: Case) -> TrainingText:
    """A conversation with its trained pieces.

    Raises:
        TemplateError: if the template refuses the conversation.
    """
    rendered = side.render(case.messages, tools=case.tools, generation_prompt=False)
    markers = _markers(side)
    answers = tuple(_answers(rendered.text, case, markers))
    if isinstance(side.template, PlainTemplate):
        spans, rule = rendered.trained, BY_ANSWERS
    elif side.template.marks_trained:
        spans, rule = rendered.trained, BY_BLOCKS
    else:
        spans, rule = _answers_only(side.template, rendered, case, markers), BY_TRAINER
    said = {_number(part.label) for part in case.parts if part.role == "assistant"}
    lost = tuple(sorted(said - {answer.number for answer in answers}))
    return TrainingText(rendered.text, spans, answers, rule, markers[0] if markers else None, lost)


def _markers(side: TrainingSide) -> tuple[str, ...]:
    """What ends an answer, and what ends the last one where that is another token (harmony)."""
    if isinstance(side.template, PlainTemplate):
        return (side.turn_end,) if side.turn_end else ()
    end = turn_end(side.template)
    if end is None:
        return ()
    return tuple(dict.fromkeys(marker.strip() or marker for marker in (end.marker, end.last or end.marker)))


def _answers(text: str, case: Case, markers: Sequence[str]) -> Iterator[Answer]:
    places = segmented(text, case).places
    for at, place in enumerate(places):
        if place.role != "assistant":
            continue
        until = places[at + 1].start if at + 1 < len(places) else len(text)
        yield Answer(_number(place.label), place.start, place.end, _end(text, (place.end, until), markers))


def _number(label: str) -> int:
    return int(label.rpartition(" ")[2])


def _end(text: str, within: Span, markers: Sequence[str]) -> Span | None:
    """The first marker between two places."""
    found = [(text.find(marker, *within), marker) for marker in markers]
    return min(((at, at + len(marker)) for at, marker in found if at >= 0), default=None)


def _answers_only(template: ChatTemplate, rendered: Rendered, case: Case, markers: Sequence[str]) -> tuple[Span, ...]:
    """From the end of the prompt that asks for an answer to the answer's end.

    Where the text does not begin with that prompt, since the template writes an earlier turn in another way than the
    last one, from the answer's content.
    """
    text = rendered.text
    turns = [at for at, message in enumerate(case.messages) if message.get("role") == "assistant"]
    asked = [case.messages[:at] for at in turns]
    prompts = template.render_all(asked, tools=case.tools, add_generation_prompt=True) if asked else []
    known = {answer.number: answer for answer in _answers(text, case, markers)}
    places = segmented(text, case).places
    spans: list[Span] = []
    for number, prompt in enumerate(prompts, start=1):
        answer = known.get(number)
        begins = not isinstance(prompt, TemplateError) and text.startswith(prompt.text)
        if not begins and answer is None:
            continue
        start = len(prompt.text) if isinstance(prompt, Rendered) and begins else answer.start if answer else 0
        stop = answer.stop if answer is not None else start
        until = next((place.start for place in places if place.start >= max(stop, start + 1)), len(text))
        end = _end(text, (stop, until), markers)
        spans.append((start, end[1] if end else stop if markers else until))
    return tuple(spans)
