"""The prompt as a live server itself renders it, beside the one that we foresee, and that of its other endpoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tunespec.inference.answered import Answered
from tunespec.inference.served_side import ServedSide
from tunespec.templates.case import Case
from tunespec.templates.compared import common_start
from tunespec.templates.errors import TemplateError
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.rows import Rows
from tunespec.templates.segments import segmented
from tunespec.templates.side_by_side import QUOTED
from tunespec.templates.side_by_side import sides as shown_sides
from tunespec.templates.sides import ServingSide

Prompts = Sequence[tuple[int, Answered]]


@dataclass(frozen=True)
class Seen:
    """What is found of each kind, the first of its prompts first."""

    rows: Rows
    kinds: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    compared: Counter[str] = field(default_factory=Counter)

    def compare(self, *kinds: str) -> None:
        """One more prompt was compared, with regard to these kinds."""
        self.compared.update(kinds)
        self.rows.examine(*kinds)

    def see(self, kind: str, row: int, said: str, shown: str = "") -> None:
        """Something was found of a kind."""
        self.kinds.setdefault(kind, []).append((row, said, shown))

    def finish(self, prompts: Prompts) -> None:
        """Mark each kind where it was seen first, with the number of the others: they would all say the same."""
        names = {row: one.id for row, one in prompts}
        for kind, seen in self.kinds.items():
            row, said, shown = seen[0]
            many = f"{len(seen)} of the {self.compared[kind]} prompts compared, first in"
            which = many if self.compared[kind] > 1 else "the one prompt compared,"
            self.rows.mark(kind, row, f"{said} (in {which} `{names[row]}`){shown}")


def given(one: Answered, side: ServingSide) -> tuple[Mapping[str, Any], ...]:
    """The messages that the server renders: with SYSTEM where the conversation has none, and with its history."""
    leads = bool(side.system) and one.messages[0]["role"] != "system"
    return (*([{"role": "system", "content": side.system}] if leads else []), *side.history, *one.messages)


def case_of(one: Answered, messages: Sequence[Mapping[str, Any]]) -> Case:
    """The conversation to compare; the texts of a user's own prompts are not shown."""
    return Case(tuple(messages), one.tools or None, name=one.id, elided=one.own)


def judge_foreseen(served: ServedSide, prompts: Prompts, seen: Seen) -> None:
    """Whether our own engine writes the same by the server's own template."""
    if served.unforeseen:
        seen.rows.skip(["unforeseen_rendering"], served.unforeseen)
        return
    for row, one in prompts:
        seen.compare("unforeseen_rendering")
        if (said := _unforeseen(served, one)) is not None:
            seen.see("unforeseen_rendering", row, said)


def _unforeseen(served: ServedSide, one: Answered) -> str | None:
    if served.problem:
        return f"tunespec cannot read the server's template ({served.problem}), and the server can"
    messages = given(one, served.side)
    try:
        foreseen = _foreseen(served.side.template, case_of(one, messages), served.asked)
    except TemplateError as error:
        return f"tunespec foresees an error ({error.message}), and the server renders a prompt"
    if one.rendered in foreseen:
        return None
    (here, there), at = _first_difference(case_of(one, messages), foreseen[0], one.rendered or "")
    return f"at character {at:,} the server writes {there}, where its template gives {here}"


def _foreseen(template: OllamaTemplate, case: Case, asked: datetime | None) -> list[str]:
    """What the template gives; where it knows of thinking, with that on, too: Ollama asks such a model to think."""
    today = (asked or datetime.now().astimezone()).date()
    ways = (None, True) if template.mentions_thinking else (None,)
    return [template.render(case.messages, tools=case.tools, think=think, today=today) for think in ways]


def judge_endpoints(prompts: Prompts, seen: Seen) -> None:
    """Whether both of the server's endpoints write the same for one question."""
    for row, one in prompts:
        if one.generated is None:
            continue
        seen.compare("generate_differs")
        if one.generated != one.rendered:
            (here, there), at = _first_difference(case_of(one, one.messages), one.generated, one.rendered or "")
            seen.see("generate_differs", row, f"at character {at:,} /api/generate writes {here}, /api/chat {there}")
    seen.rows.skip(["generate_differs"], "the server has no second endpoint, or no prompt is a single question")


def _first_difference(case: Case, one: str, other: str) -> tuple[tuple[str, str], int]:
    """Both texts from where they differ on, quoted, and the number of that character, from 1."""
    at = common_start(one, other)
    left, right = shown_sides(segmented(one, case), segmented(other, case), case)
    return (left.quoted(at, min(len(one), at + QUOTED)), right.quoted(at, min(len(other), at + QUOTED))), at + 1
