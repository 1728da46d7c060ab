"""Whether a side writes conversations at all, and whether the training writes those that the data has."""

from __future__ import annotations

from collections.abc import Sequence

from tunespec.conversation import Conversation
from tunespec.findings import Place
from tunespec.templates.errors import TemplateError
from tunespec.templates.hostile import attempts
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.probes import probes
from tunespec.templates.rows import Rows
from tunespec.templates.sides import ServingSide, TrainingSide, refused

_SPOKEN = frozenset({"system", "user", "assistant"})
_PATTERNS = 100  # sequences of roles that are tried, the most frequent first


def judge_templates(training: TrainingSide | None, serving: ServingSide | None, rows: Rows) -> None:
    """The fact ``broken_template``: a template that fails on every probe, as one does that cannot work."""
    asked = probes(tools=True)  # a template for calls may render nothing without tools
    for side in (training, serving):
        if side is None or _is_told_elsewhere(side):
            continue
        row = rows.add(side.shown, side.line, "any conversation")
        rows.examine("broken_template")
        refusals = [said for probe in asked if (said := refused(side, probe.messages, tools=probe.tools)) is not None]
        if len(refusals) == len(asked):
            rows.mark("broken_template", row, f"it writes no conversation at all: {refusals[0]}")
    rows.skip(["broken_template"], "no template is there that could be rendered")


def _is_told_elsewhere(side: TrainingSide | ServingSide) -> bool:
    """A template that cannot be parsed is unreadable, one that reaches outside is hostile: kinds of their own."""
    if not isinstance(side.template, ChatTemplate):
        return False
    try:
        return bool(attempts(side.template.source))
    except TemplateError:
        return True


def judge_records(training: TrainingSide | None, records: Sequence[tuple[Place, Conversation]], rows: Rows) -> None:
    """The fact ``refused_record``: records whose roles, in their order, the training template refuses.

    What a template refuses are roles, so that each sequence of them is tried once, with texts of our own.
    """
    if training is None or not records:
        rows.skip(["refused_record"], "no dataset is there, or no training template")
        return
    places: dict[tuple[str, ...], list[Place]] = {}
    for place, conversation in records:
        if roles := _roles(conversation):
            places.setdefault(roles, []).append(place)
    for roles, own in sorted(places.items(), key=lambda item: -len(item[1]))[:_PATTERNS]:
        row = rows.add_place(own[0])
        rows.examine("refused_record")
        messages = [{"role": role, "content": f"Text {number}."} for number, role in enumerate(roles, start=1)]
        if (refusal := refused(training, messages)) is not None:
            count = f"{len(own):,} records have" if len(own) > 1 else "the record has"
            shown = ", ".join(roles[:4]) + (", ..." if len(roles) > 4 else "")
            text = f"{count} the roles {shown}, which the training template refuses: {refusal}"
            rows.mark("refused_record", row, text)
    rows.skip(["refused_record"], "no record is a conversation of system, user and assistant")


def _roles(conversation: Conversation) -> tuple[str, ...]:
    """The roles of a record in their order; none for tools, whose calls a template may want in a form of its own."""
    roles = [*(["system"] if conversation.system else []), *(turn.role for turn in conversation.turns)]
    return tuple(roles) if not conversation.defect and set(roles) <= _SPOKEN else ()
