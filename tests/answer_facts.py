"""Facts of a few answers, without a server and without a run: what the tests of facts call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from tunespec.config import find
from tunespec.facts import Fact
from tunespec.findings import Place
from tunespec.inference.answered import Answered, Reply, Served
from tunespec.inference.source import AnswerSource
from tunespec.progress import Progress
from tunespec.sources import RecordSource
from tunespec.subjects import Recording, ServedModel
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource

Fill = Callable[[AnswerSource, Rows], None]


def answer(text: str, question: str = "Where?", **more: object) -> Answered:
    """One answer; ``reason``, ``again``, ``repeated`` and ``raw`` as texts, all of which end by ``stop``."""
    reasons = {"reason": more.pop("reason", "stop"), "raw": more.pop("raw_reason", "stop")}
    others = {
        name: Reply(str(value), reason=str(reasons.get(name, "stop")))
        for name, value in more.items()
        if name in {"again", "repeated", "raw"}
    }
    messages = ({"role": "user", "content": question},)
    reply = Reply(text, reason=None if reasons["reason"] is None else str(reasons["reason"]))
    return Answered("one", messages, Place("outputs.jsonl", 1, 0, "outputs.jsonl:one"), reply, **others)  # type: ignore[arg-type]


def answers_of(
    folder: Path,
    answered: Iterable[Answered],
    served: Served | None = None,
    template: TemplateSource | None = None,
    trained: RecordSource | None = None,
) -> AnswerSource:
    """The source that a run would have, with these answers in the place of those that were asked or read."""
    subject = Recording("outputs.jsonl", ()) if served is None else ServedModel("tuned", "http://127.0.0.1:1")
    source = AnswerSource(subject, find(folder), Progress(), template, trained)
    source.__dict__ |= {"answered": list(answered), "served": served}
    return source


def facts_of(source: AnswerSource, fill: Fill, *names: str) -> dict[str, Fact]:
    """The facts of one group, by name."""
    rows = Rows(frozenset(names))
    for one in source.answered:
        rows.add_place(one.place)
    fill(source, rows)
    return {fact.name: fact for fact in rows.found()}


def marked(source: AnswerSource, fill: Fill, *names: str) -> dict[str, list[str]]:
    """``kind -> texts`` of what is found."""
    found = facts_of(source, fill, *names)
    return {name: [mark.text for mark in fact.marks.values()] for name, fact in found.items() if fact.marks}
