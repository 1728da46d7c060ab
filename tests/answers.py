"""Answers of no server: what the tests of facts about answers are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tunespec.config import find
from tunespec.facts import Fact
from tunespec.findings import Place
from tunespec.inference.answered import Answered, Reply, Served
from tunespec.inference.source import AnswerSource
from tunespec.inference.tables import GROUPS
from tunespec.progress import Progress
from tunespec.subjects import Recording, ServedModel
from tunespec.templates.rows import Rows

OLLAMA = Served("tuned", "Ollama 0.34.2", stops=("### End",), limit=1024, context=4096, rendering=True)


def asked(*texts: str, system: str = "") -> tuple[dict[str, str], ...]:
    """A conversation: user, assistant, user ..., behind a system message if there is one."""
    turns = [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(texts)]
    return tuple([{"role": "system", "content": system}, *turns] if system else turns)


def answer(messages: Sequence[dict[str, str]] | str, text: str, *, number: int = 1, **more: Any) -> Answered:
    """A probe's answer; expectations are keyword arguments, and so is all else that an answer has."""
    expected = {key: more.pop(key, ()) for key in ("must", "any", "must_not", "context", "secret")}
    reply = {key: more.pop(key) for key in ("tokens", "prompt_tokens", "overlong", "reason") if key in more}
    turns = asked(messages) if isinstance(messages, str) else tuple(messages)
    place = Place("probes.jsonl", number, number - 1, f"probes.jsonl:{number}")
    more.setdefault("rendered", "\n".join(turn["content"] for turn in turns))
    return Answered(str(number), turns, place, Reply(text, **{"reason": "stop", **reply}), expected=expected, **more)


def source_of(
    folder: Path, answers: Sequence[Answered], served: Served | None = OLLAMA, settings: str = ""
) -> AnswerSource:
    """The source of these answers; of recorded ones if nothing is served."""
    (folder / "tunespec.toml").write_text(settings, encoding="utf-8")
    subject = Recording("outputs.jsonl", ()) if served is None else ServedModel("tuned", "http://127.0.0.1:1")
    source = AnswerSource(subject, find(folder), Progress())
    source.__dict__ |= {"answered": list(answers), "served": served}  # in the place of what would be asked
    return source


def facts_of(source: AnswerSource, fact: str) -> dict[str, Fact]:
    """The facts of the group that has this one, by name."""
    (group,) = (facts for facts in GROUPS if fact in facts.split())
    rows = Rows(frozenset(group.split()))
    for answered in source.answered:
        rows.add_place(answered.place)
    GROUPS[group](source, rows)
    return {found.name: found for found in rows.found()}


def marked(source: AnswerSource, fact: str) -> dict[str, dict[int, str]]:
    """``kind -> row -> text`` of what the group of a fact finds."""
    found = facts_of(source, fact)
    return {name: {row: mark.text for row, mark in one.marks.items()} for name, one in found.items() if one.marks}
