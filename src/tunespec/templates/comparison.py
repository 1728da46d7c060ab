"""Conversations rendered by both sides of a pair, and what differs: one finding for each kind, with their number."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from tunespec.findings import Place
from tunespec.templates.case import Case
from tunespec.templates.difference import KINDS, Difference, difference
from tunespec.templates.errors import TemplateError
from tunespec.templates.meant import as_meant
from tunespec.templates.rows import Rows
from tunespec.templates.sides import ServingSide, TrainingSide
from tunespec.templates.source import TemplateSource
from tunespec.templates.stand_ins import as_served, named
from tunespec.templates.written import is_token_shaped

A_RECORD = "this record"  # a case's name: the finding stands where the record does
COMPARED = (*KINDS, "refused_conversation")
# With what texts begin, by the tokenizers of the known families, for a template whose tokenizer is not there.
_BEGINNINGS = ("<s>", "<bos>", "<|begin_of_text|>", "<|startoftext|>", "<BOS_TOKEN>", "<｜begin▁of▁sentence｜>")


@dataclass(frozen=True)
class Sides:
    """Both sides of a pair.

    Args:
        training: what the model is trained with.
        serving: what it is asked with.
        with_tools: the same for conversations with tools.
        bos: what the tokenizer puts before every prompt, empty if it adds nothing; None without a tokenizer.
    """

    training: TrainingSide
    serving: ServingSide
    with_tools: TrainingSide
    bos: str | None

    def trained(self, case: Case) -> str:
        """A conversation in the training's form; TemplateError if its template refuses it."""
        return self._training(case).render(case.messages, tools=case.tools).text

    def asked(self, case: Case, *, with_system: bool = False) -> str:
        """The prompt for it, with the Modelfile's SYSTEM or without; TemplateError if the template fails."""
        return self.serving.render(case.messages, tools=case.tools, with_system=with_system)

    def between(self, case: Case, trained: str, asked: str) -> Difference | None:
        """What differs, but for the BOS that the tokenizer adds, and for tokens of which no file says what they are."""
        bos = self.bos
        if bos is None:
            trained = trained.removeprefix(beginning(trained))
            bos = beginning(asked)
        tokens = self._training(case).invented
        trained = as_served(trained, asked, tokens, self._end if tokens else None)
        found = difference(trained, asked, replace(case, bos=bos))
        if found is None or not any(token in found.message + found.shown for token in tokens.values()):
            return found
        return replace(found, message=f"{found.message} ({named(tokens)})")

    @property
    def _end(self) -> str | None:
        end = self.serving.turn_end
        return end if end is not None and is_token_shaped(end) else None

    def _training(self, case: Case) -> TrainingSide:
        return self.with_tools if case.tools else self.training


def sides_of(source: TemplateSource) -> Sides | None:
    """Both sides of a pair; None if one is absent."""
    training, serving = source.training, source.serving
    if training is None or serving is None:
        return None
    if source.modelfile is not None:
        serving = as_meant(serving, source.modelfile)
    return Sides(training, serving, source.training_with_tools or training, source.added_bos)


class _Seen(NamedTuple):
    """A kind as one conversation shows it."""

    row: int
    name: str
    said: str
    shown: str


@dataclass
class Comparison:
    """What was compared of one pair, and what it showed.

    Args:
        sides: the two that render.
        rows: the table, with a row for each conversation.
        always_system: no conversation is without a system prompt, since every record has one.
    """

    sides: Sides
    rows: Rows
    always_system: bool = False
    compared: int = 0
    refusal: str = ""
    _seen: dict[str, list[_Seen]] = field(default_factory=dict)

    def compare(self, case: Case, place: Place | None = None) -> bool:
        """Whether both sides write the same; False too where the training template refuses the conversation."""
        try:
            trained = self.sides.trained(case)
        except TemplateError as error:  # nobody trains on what the training template refuses
            self.refusal = self.refusal or error.message
            return False
        row = self._row(case, place)
        try:
            asked = self.sides.asked(case)
        except TemplateError as error:
            why = "" if case.elided else f": {error.message}"  # the engine's words quote what a user wrote
            self._see("refused_conversation", row, case.name, f"the server's template fails{why}")
            return False
        self.rows.examine(*KINDS, *(["trimmed_content"] if case.name.endswith("spaced") else []))
        found = self.sides.between(case, trained, asked)
        if found is not None and found.kind == "system_injected" and case.leading_system is None:
            found = self._with_system(case, trained, found)
        if found is not None:
            trims = case.name.endswith("spaced") and found.kind == "whitespace_differs"
            kind = "trimmed_content" if trims else found.kind
            self._see(kind, row, case.name, found.message, f"\n{found.shown}")
        return found is None

    def finish(self) -> None:
        """Mark each kind where it was seen first, with the number of the others: they would all say the same."""
        for kind, seen in self._seen.items():
            first = seen[0]
            name = first.name if first.name == A_RECORD else f"`{first.name}`"
            many = f"(in {len(seen)} of the {self.compared} conversations compared, first in {name})"
            self.rows.mark(kind, first.row, f"{first.said} {many}{first.shown}")

    def _row(self, case: Case, place: Place | None) -> int:
        shown, line = self.sides.serving.shown, self.sides.serving.line
        self.compared += 1
        self.rows.examine("refused_conversation")
        return self.rows.add(shown, line, case.name) if place is None else self.rows.add_place(place)

    def _see(self, kind: str, row: int, name: str, said: str, shown: str = "") -> None:
        self._seen.setdefault(kind, []).append(_Seen(row, name, said, shown))

    def _with_system(self, case: Case, trained: str, found: Difference) -> Difference | None:
        """The same where one side adds a system text to a question: the Modelfile's SYSTEM may be just that text."""
        if self.always_system:
            return None
        if not self.sides.serving.system:
            return found
        self.rows.examine("system_differs")
        served = self.sides.between(case, trained, self.sides.asked(case, with_system=True))
        if served is None:
            return None
        says = f"the training template adds another system prompt than the Modelfile's SYSTEM: {served.message}"
        return Difference("system_differs", served.at, says, served.shown)


def beginning(text: str) -> str:
    """The token of a known family that begins a text, empty if none does."""
    return next((token for token in _BEGINNINGS if text.startswith(token)), "")
