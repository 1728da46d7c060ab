"""T003's facts: does the server write a conversation as the training wrote it, byte for byte?"""

from __future__ import annotations

from collections.abc import Iterator
from tunespec.findings import Place
from tunespec.templates.case import Case
from tunespec.templates.difference import KINDS, difference
from tunespec.templates.errors import TemplateError
from tunespec.templates.probes import conversation_of, probes
from tunespec.templates.rows import Rows
from tunespec.templates.sides import ServingSide, TrainingSide
from tunespec.templates.source import TemplateSource

FACTS = frozenset({*KINDS, "refused_conversation", "trimmed_content"})
_SAMPLE = 50  # records of the dataset, spread over it, in addition to the probes


def render_facts(source: TemplateSource, rows: Rows) -> None:
    """Fill the table ``renders``: a row is one conversation that both sides render."""
    training, serving = source.training, source.serving
    if training is None or serving is None:
        rows.skip(FACTS, source.why_no_training if training is None else source.why_no_serving)
        return
    told: set[str] = set()
    for case, place in _cases(source, training):
        trained, asked = _render(training, serving, case)
        if trained is None:
            continue  # nobody trains on what the training template refuses
        row = rows.add(serving.shown, serving.line, case.name) if place is None else rows.add_place(place)
        rows.examine(*FACTS)
        kind = "trimmed_content" if case.name == "spaced" else None
        if isinstance(asked, TemplateError):
            rows.mark("refused_conversation", row, f"{case.name}: the server's template fails: {asked.message}")
        elif (found := difference(trained, asked, case)) is not None and (kind := kind or found.kind) not in told:
            told.add(kind)  # every conversation shows it again: the first one says it
            rows.mark(kind, row, f"{case.name}: {found.message}\n{found.shown}")


def _cases(source: TemplateSource, training: TrainingSide) -> Iterator[tuple[Case, Place | None]]:
    """The probes, and a sample of the records that are trained on."""
    records = source.records.records if source.records is not None else None
    usable = []
    if records is not None:
        usable = [(row, c) for row, c in enumerate(records.conversations) if c is not None and not c.defect]
    has_tools = any(conversation.tools for _, conversation in usable)
    yield from ((case, None) for case in probes(bos=training.bos, tools=has_tools))
    step = max(1, len(usable) // _SAMPLE)
    for row, conversation in usable[::step][:_SAMPLE]:
        messages, tools = conversation_of(conversation)
        if records is not None and messages:
            place = records.places[row]
            yield Case(messages, tools, training.bos, str(place), elided=True), place


def _render(
    training: TrainingSide, serving: ServingSide, case: Case
) -> tuple[str | None, str | TemplateError]:
    try:
        trained = training.render(case.messages, tools=case.tools or None).text
    except TemplateError:
        return None, ""
    try:
        return trained, serving.render(case.messages, tools=case.tools or None)
    except TemplateError as error:
        return trained, error
