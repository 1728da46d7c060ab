"""Answers made by hand, and what the facts of the table ``answers`` find in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.conftest import write_jsonl
from tests.template_facts import sources_of, write_files
from tunespec.cache import Cache, key_of
from tunespec.config import find
from tunespec.facts import Fact
from tunespec.findings import Place
from tunespec.inference.answered import EXPECTED, Answered, Reply, Served
from tunespec.inference.source import AnswerSource
from tunespec.inference.tables import GROUPS
from tunespec.inference.training_data import TrainingData
from tunespec.progress import Progress
from tunespec.sources import RecordSource
from tunespec.subjects import DataFile, Dataset, Recording, ServedModel
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource

LIVE = Served("tuned", "Ollama 0.34.2", stops=("### End",), limit=1024, context=4096, rendering=True)


def asked(*texts: str, system: str = "") -> tuple[dict[str, str], ...]:
    """A conversation: user, assistant, user ..., behind a system message if there is one."""
    turns = [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(texts)]
    return tuple([{"role": "system", "content": system}, *turns] if system else turns)


def answer(messages: Sequence[dict[str, str]] | str, text: str, *, number: int = 1, **more: Any) -> Answered:
    """A probe's answer; expectations are keyword arguments, and so is all else that an answer has."""
    expected = {key: more.pop(key, ()) for key in EXPECTED}
    reply = {key: more.pop(key) for key in ("tokens", "prompt_tokens", "overlong", "reason") if key in more}
    turns = asked(messages) if isinstance(messages, str) else tuple(messages)
    place = Place("probes.jsonl", number, number - 1, f"probes.jsonl:{number}")
    more.setdefault("rendered", "\n".join(turn["content"] for turn in turns))
    return Answered(str(number), turns, place, Reply(text, **{"reason": "stop", **reply}), expected=expected, **more)


def answered(question: str, text: str, **given: Any) -> Answered:
    """One answer; ``reason`` is ``stop`` unless given, and ``before`` are messages before the question."""
    reply = Reply(text, reason=given.pop("reason", "stop"))
    messages = (*given.pop("before", ()), {"role": "user", "content": question})
    return Answered("one", messages, Place("outputs.jsonl", 1, 0, "outputs.jsonl:one"), reply, **given)


def source_of(
    folder: Path,
    answers: Sequence[Answered],
    *,
    trained: Sequence[object] = (),
    served: Served | None = LIVE,
    template: TemplateSource | str | None = None,
    settings: str = "",
) -> AnswerSource:
    """The answers of a model that was trained on some records, with a template; a recording, if ``served`` is None."""
    (folder / "tunespec.toml").write_text(settings, encoding="utf-8")
    config = find(folder)
    records = None
    if trained:
        file = DataFile(write_jsonl(folder / "data.jsonl", trained), "data.jsonl", None, "jsonl")
        read = RecordSource(Dataset("data.jsonl", (file,)), None, config, Progress())
        records = TrainingData(read, Cache(folder), key_of("data.jsonl", file.content_hash))
    subject = Recording("outputs.jsonl", ()) if served is None else ServedModel("tuned", "http://127.0.0.1:11434")
    pair = _pair(folder / "pair", template) if isinstance(template, str) else template
    return AnswerSource(subject, config, Progress(), pair, records, answers, served)


def _pair(folder: Path, template: str) -> TemplateSource | None:
    pairs = sources_of(write_files(folder, {"chat_template.jinja": template})) if template else {}
    return next(iter(pairs.values()), None)


def facts_of(source: AnswerSource, fact: str) -> dict[str, Fact]:
    """The facts of the group that has this one, by name."""
    (group,) = (facts.split() for facts in GROUPS if fact in facts.split())
    return {one.name: one for one in _filled(source, group).found()}


def marked(source: AnswerSource, fact: str) -> dict[str, dict[int, str]]:
    """``kind -> row -> text`` of what the group of a fact finds."""
    every = facts_of(source, fact)
    return {name: {row: mark.text for row, mark in one.marks.items()} for name, one in every.items() if one.marks}


def found(source: AnswerSource, *kinds: str) -> dict[str, list[tuple[int, str]]]:
    """``kind -> (row, text)`` of what is marked; of all groups that have one of these kinds."""
    rows = _filled(source, kinds)
    return {
        fact.name: [(row, mark.text) for row, mark in fact.marks.items()]
        for fact in rows.found()
        if fact.marks and fact.name in kinds
    }


def reasons(source: AnswerSource, *kinds: str) -> dict[str, str | None]:
    """Why each of these kinds looked at nothing; None if it did look."""
    return {fact.name: fact.reason for fact in _filled(source, kinds).found() if fact.name in kinds}


def _filled(source: AnswerSource, kinds: Sequence[str]) -> Rows:
    groups = {facts: fill for facts, fill in GROUPS.items() if set(kinds) & set(facts.split())}
    rows = Rows(frozenset(fact for facts in groups for fact in facts.split()))
    for one in source.answered:
        rows.add_place(one.place)
    for fill in groups.values():
        fill(source, rows)
    return rows
