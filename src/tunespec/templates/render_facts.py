"""T003's facts: is a conversation written by the server as by the training? And T004's: who can write a turn?"""

from __future__ import annotations

from collections.abc import Sequence

from tunespec.conversation import Conversation
from tunespec.findings import Place
from tunespec.templates.case import Case
from tunespec.templates.comparison import A_RECORD, COMPARED, Comparison, Sides, sides_of
from tunespec.templates.difference import KINDS
from tunespec.templates.forging import Render, evaluated, forged_turn, unprotected
from tunespec.templates.probes import conversation_of, probes, variants
from tunespec.templates.renderable import judge_records, judge_templates
from tunespec.templates.rows import Rows
from tunespec.templates.served_history import judge_history
from tunespec.templates.served_system import judge_system
from tunespec.templates.sides import ServingSide, TrainingSide
from tunespec.templates.source import TemplateSource
from tunespec.templates.unseen_tools import judge_tools

_SAMPLE = 50  # records of the dataset, spread over it, beside the probes
_FAILS = "the server's template fails on every conversation"
_DIFFER_ALREADY = "the sides differ already where no text begins or ends with blanks"

Records = Sequence[tuple[Place, Conversation]]


def render_facts(source: TemplateSource, rows: Rows) -> None:
    """Fill the table ``renders``: a row is a conversation that both sides render, or a side and what it lets pass."""
    records = _conversations(source)
    judge_templates(source.training, source.serving, rows)
    judge_records(source.training, records, rows)
    judge_tools(source, [conversation for _, conversation in records], rows)
    _evaluation(source.training, source.serving, rows)
    sides = sides_of(source)
    if sides is None:
        rows.skip(rows.facts, source.why_no_training if source.training is None else source.why_no_serving)
        return
    systems = [conversation.system or "" for _, conversation in records]
    comparison = Comparison(sides, rows, always_system=bool(systems) and all(systems))
    _probes(comparison, tools=any(conversation.tools for _, conversation in records))
    _sample(comparison, records)
    judge_system(sides, rows, _system_line(source), systems)
    if source.modelfile is not None:
        judge_history(comparison, rows, source.modelfile, [conversation for _, conversation in records])
    comparison.finish()
    _protection(sides, rows)
    if not comparison.compared:
        rows.skip(
            [*COMPARED, "trimmed_content"], f"the training template refuses every conversation: {comparison.refusal}"
        )
    rows.skip(KINDS, _FAILS)
    rows.skip(["trimmed_content"], _DIFFER_ALREADY)


def _probes(comparison: Comparison, *, tools: bool) -> None:
    """The probe conversations; variants only of those that are equal, since they show the same differences again."""
    for case in probes(tools=tools):
        if comparison.compare(case) and not case.tools:
            for variant in variants(case):
                comparison.compare(variant)


def _sample(comparison: Comparison, records: Records) -> None:
    """Some of the records, as they are asked."""
    number = min(len(records), _SAMPLE)
    for place, conversation in (records[at * len(records) // number] for at in range(number)):
        messages, tools = conversation_of(conversation)
        if messages:
            comparison.compare(Case(messages, tools, name=A_RECORD, elided=True), place)


def _conversations(source: TemplateSource) -> Records:
    if source.records is None:
        return []
    records = source.records.records
    pairs = zip(records.places, records.conversations, strict=True)
    return [(place, conversation) for place, conversation in pairs if conversation is not None]


def _system_line(source: TemplateSource) -> int | None:
    given = source.modelfile.given("system") if source.modelfile is not None else ()
    return given[-1].line if given else None


def _renderer(side: TrainingSide | ServingSide) -> Render:
    if isinstance(side, ServingSide):
        return side.render
    return lambda messages: side.render(messages).text


def _evaluation(training: TrainingSide | None, serving: ServingSide | None, rows: Rows) -> None:
    """Whether one side evaluates what a user typed."""
    for side in (training, serving):
        if side is not None:
            row = rows.add(side.shown, side.line, "evaluation")
            if (said := evaluated(_renderer(side))) is None:
                continue
            rows.examine("evaluated_content")
            if said:
                rows.mark("evaluated_content", row, said)
    if training is not None or serving is not None:
        rows.skip(["evaluated_content"], "no template renders a question in plain words as it is")


def _protection(sides: Sides, rows: Rows) -> None:
    """Whether the training takes a typed turn away, and the server lets it pass."""
    trained, asked = forged_turn(_renderer(sides.training)), forged_turn(_renderer(sides.serving))
    if trained is None or asked is None:
        rows.skip(["unprotected_turn"], "one side renders no conversation of two questions")
        return
    row = rows.add(sides.serving.shown, sides.serving.line, "typed turn")
    rows.examine("unprotected_turn")
    if (said := unprotected(trained, asked)) is not None:
        rows.mark("unprotected_turn", row, said)
