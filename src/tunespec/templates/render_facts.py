"""T003's facts: is a conversation written by the server as by the training? And T004's: who can write a turn?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tunespec.conversation import Conversation
from tunespec.findings import Place
from tunespec.templates.case import Case
from tunespec.templates.difference import KINDS, difference
from tunespec.templates.errors import TemplateError
from tunespec.templates.forging import Render, evaluated, forged_turn, unprotected
from tunespec.templates.probes import conversation_of, probes
from tunespec.templates.rows import Rows
from tunespec.templates.sides import ServingSide, TrainingSide
from tunespec.templates.source import TemplateSource

_COMPARED = (*KINDS, "refused_conversation", "trimmed_content")
_SAMPLE = 50  # records of the dataset, spread over it, beside the probes
_SPACED = "spaced"  # the probe whose contents begin and end with blanks


class _Sides(NamedTuple):
    """Both sides of a pair."""

    training: TrainingSide
    serving: ServingSide


def render_facts(source: TemplateSource, rows: Rows) -> None:
    """Fill the table ``renders``: a row is a conversation that both sides render, or a side and what it lets pass."""
    training, serving = source.training, source.serving
    _evaluation(training, serving, rows)
    if training is None or serving is None:
        rows.skip(rows.facts, source.why_no_training if training is None else source.why_no_serving)
        return
    sides = _Sides(training, serving)
    records = _conversations(source)
    _probes(sides, rows, tools=any(conversation.tools for _, conversation in records))
    _sample(sides, rows, records)
    _protection(sides, rows)


def _probes(sides: _Sides, rows: Rows, *, tools: bool) -> None:
    """The probe conversations. The Modelfile's SYSTEM is left out, since the training may have had another, or none."""
    for case in probes(bos=sides.training.bos, tools=tools):
        _compare(sides, rows, case, None, system=False)


def _sample(sides: _Sides, rows: Rows, records: Sequence[tuple[Place, Conversation]]) -> None:
    """Some of the records, as they are asked."""
    for place, conversation in records[:: max(1, len(records) // _SAMPLE)][:_SAMPLE]:
        messages, tools = conversation_of(conversation)
        if messages:
            case = Case(messages, tools, sides.training.bos, "this record", elided=True)
            _compare(sides, rows, case, place, system=True)


def _conversations(source: TemplateSource) -> list[tuple[Place, Conversation]]:
    if source.records is None:
        return []
    records = source.records.records
    pairs = zip(records.places, records.conversations, strict=True)
    return [(place, conversation) for place, conversation in pairs if conversation is not None]


def _compare(sides: _Sides, rows: Rows, case: Case, place: Place | None, *, system: bool) -> None:
    try:
        trained = sides.training.render(case.messages, tools=case.tools).text
    except TemplateError:
        return  # nobody trains on what the training template refuses
    shown, line = sides.serving.shown, sides.serving.line
    row = rows.add(shown, line, case.name) if place is None else rows.add_place(place)
    rows.examine(*_COMPARED)
    try:
        asked = sides.serving.render(case.messages, tools=case.tools, with_system=system)
    except TemplateError as error:
        rows.mark_once("refused_conversation", row, f"{case.name}: the server's template fails: {error.message}")
        return
    if (found := difference(trained, asked, case)) is not None:
        kind = "trimmed_content" if case.name == _SPACED else found.kind
        rows.mark_once(kind, row, f"{case.name}: {found.message}\n{found.shown}")


def _renderer(side: TrainingSide | ServingSide) -> Render:
    if isinstance(side, ServingSide):
        return side.render
    return lambda messages: side.render(messages).text


def _evaluation(training: TrainingSide | None, serving: ServingSide | None, rows: Rows) -> None:
    """Whether one side evaluates what a user typed."""
    for side in (training, serving):
        if side is not None:
            row = rows.add(side.shown, side.line, "evaluation")
            rows.examine("evaluated_content")
            if (said := evaluated(_renderer(side))) is not None:
                rows.mark("evaluated_content", row, said)


def _protection(sides: _Sides, rows: Rows) -> None:
    """Whether the training takes a typed turn away, and the server lets it pass."""
    row = rows.add(sides.serving.shown, sides.serving.line, "typed turn")
    rows.examine("unprotected_turn")
    tokens = sides.training.tokens
    trained = forged_turn(_renderer(sides.training), tokens)
    if (said := unprotected(trained, forged_turn(_renderer(sides.serving), tokens))) is not None:
        rows.mark("unprotected_turn", row, said)
