"""The two sides of a template pair, each as something that renders conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.plain import SLOT, PlainTemplate
from tunespec.templates.rendered import Rendered
from tunespec.templates.stop_trained import TurnEnd, turn_end
from tunespec.templates.vocabulary import Vocabulary
from tunespec.templates.written import Written, marker_of, served_end, written_by_serving, written_by_training

Messages = Sequence[Mapping[str, Any]]
Tools = Sequence[Mapping[str, Any]] | None
TODAY = datetime(2026, 1, 15, 12)  # noqa: DTZ001  both sides tell one day, so that dates are equal where both have them


@dataclass(frozen=True)
class TrainingSide:
    """What the model is trained with.

    Args:
        shown: the path of the file that holds it, as reports print it.
        line: the line where the template begins there, from 1, where it has one.
        template: the template.
        tokens: every token that the tokenizer marks as special.
        added: every token that was added to the vocabulary, special or not; None if the tokenizer does not say.
        invented: what stands in for tokens that the template names and no file says, by their names.
        named: the template in words, where a training configuration names one.
        vocabulary: all tokens of the tokenizer, where they are at hand.
        learns_eos: answers have no end in the text, and the EOS is learnt behind each of them.
    """

    shown: str
    line: int | None
    template: ChatTemplate | PlainTemplate
    tokens: frozenset[str] = frozenset()
    added: frozenset[str] | None = None
    invented: dict[str, str] = field(default_factory=dict)
    named: str = ""
    learns_eos: bool = False
    vocabulary: Vocabulary | None = None

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return self.named or ("plain template" if isinstance(self.template, PlainTemplate) else "chat template")

    @property
    def bos(self) -> str:
        """The token with which a text begins, empty if there is none."""
        return "" if isinstance(self.template, PlainTemplate) else self.template.bos_token

    @property
    def eos(self) -> str:
        """The token that ends generation, by the tokenizer."""
        return "" if isinstance(self.template, PlainTemplate) else self.template.eos_token

    @property
    def turn_end(self) -> str | None:
        """The token or text that ends an assistant's turn, without blanks; None if nothing else does."""
        if isinstance(self.template, PlainTemplate):
            return self.template.turn_end
        return self._end.marker.strip() or None if self._end is not None else None

    @property
    def end_text(self) -> str:
        """All that stands behind an answer before the next turn, with blanks."""
        if isinstance(self.template, PlainTemplate):
            return self.template.assistant.partition(SLOT)[2]
        return self._end.text if self._end is not None else ""

    @cached_property
    def written(self) -> Written | None:
        """What it writes around contents; None if it refuses every conversation."""
        return written_by_training(self)

    @cached_property
    def _end(self) -> TurnEnd | None:
        if self.learns_eos and self.eos:
            return TurnEnd(self.eos, self.eos, self.eos)
        return None if isinstance(self.template, PlainTemplate) else turn_end(self.template)

    def render(self, messages: Messages, *, tools: Tools = None, generation_prompt: bool = True) -> Rendered:
        """A conversation as text; TemplateError if the template refuses it."""
        return self.template.render(messages, tools=tools, add_generation_prompt=generation_prompt)


@dataclass(frozen=True)
class ServingSide:
    """What the model is asked with.

    Args:
        shown: the Modelfile's path, as reports print it.
        line: the line of its TEMPLATE, None without one.
        template: the template that Ollama uses.
        origin: where that comes from, in words.
        system: the Modelfile's system message.
        stops: the Modelfile's stop sequences; if it has none, those that Ollama installs beside a model file.
        history: the Modelfile's messages, which Ollama puts before every conversation.
    """

    shown: str
    line: int | None
    template: OllamaTemplate
    origin: str
    system: str | None
    stops: tuple[str, ...]
    history: Messages = ()

    @cached_property
    def end_text(self) -> str | None:
        """What it writes behind an answer of the history, with blanks; None if that cannot be told."""
        return served_end(self)

    @property
    def turn_end(self) -> str | None:
        """The token or text in it."""
        return marker_of(self.end_text)

    @cached_property
    def written(self) -> Written | None:
        """What it writes around contents; None if it refuses every conversation."""
        return written_by_serving(self)

    def render(self, messages: Messages, *, tools: Tools = None, with_system: bool = True) -> str:
        """The prompt for a conversation, with the Modelfile's SYSTEM where it has none of its own, or without it.

        Raises:
            TemplateError: if Ollama answers with an error.
        """
        system = self.system if with_system else None
        return self.template.render(messages, system=system, tools=tools, today=TODAY.date())

    def prompt(self, messages: Messages, *, tools: Tools = None) -> str:
        """The whole prompt for a client's conversation: with the Modelfile's messages, and SYSTEM before them.

        Raises:
            TemplateError: if Ollama answers with an error.
        """
        given = [*self.history, *messages]
        if self.system and not (messages and messages[0].get("role") == "system"):
            given.insert(0, {"role": "system", "content": self.system})
        return self.render(given, tools=tools, with_system=False)


def refused(side: TrainingSide | ServingSide, messages: Messages, *, tools: Tools = None) -> str | None:
    """Why a side does not render a conversation, in the template's or its engine's words; None if it does."""
    try:
        side.render(messages, tools=tools)
    except TemplateError as error:
        return error.message
    return None
