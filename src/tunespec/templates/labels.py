"""Which tokens of a training text are trained, which are masked, and which are cut away by a length limit.

A token is trained if it holds a character of a trained piece: so transformers reads ``{% generation %}``
(``apply_chat_template`` with ``return_assistant_tokens_mask``, which adds no special tokens either). Trainers keep the
first ``max_length`` tokens of a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Literal, NamedTuple

from tunespec.templates.trained_spans import Answer, Span, TrainingText

State = Literal["trained", "masked", "cut"]


class Run(NamedTuple):
    """Characters in a row of one state."""

    state: State
    start: int
    end: int


@dataclass(frozen=True)
class Labels:
    """The tokens of a training text with what becomes of each.

    Args:
        text: the text, and which of its pieces are trained.
        tokens: start and end of each token in characters.
        limit: how many tokens are kept; None for all.
    """

    text: TrainingText
    tokens: tuple[Span, ...]
    limit: int | None = None

    @cached_property
    def states(self) -> tuple[State, ...]:
        """What becomes of each token."""
        kept = len(self.tokens) if self.limit is None else self.limit
        return tuple(
            "cut" if number >= kept else "trained" if self._is_trained(token) else "masked"
            for number, token in enumerate(self.tokens)
        )

    def count(self, state: State) -> int:
        """How many tokens are of a state."""
        return self.states.count(state)

    @cached_property
    def characters(self) -> tuple[State, ...]:
        """What becomes of each character; one that several tokens share is trained if one of them is."""
        found: list[State | None] = [None] * len(self.text.text)
        for (start, end), state in zip(self.tokens, self.states, strict=True):
            for at in range(start, end):
                if found[at] is None or (state == "trained" and found[at] == "masked"):
                    found[at] = state
        states: list[State] = []
        for state_ in found:  # a character that the tokenizer drops goes with the one before it
            states.append(state_ or (states[-1] if states else "masked"))
        return tuple(states)

    def runs(self) -> Iterator[Run]:
        """The text's characters, those of one state together."""
        start = 0
        for state, group in groupby(self.characters):
            end = start + len(list(group))
            yield Run(state, start, end)
            start = end

    def warnings(self) -> list[str]:
        """What would keep the model from learning its answers or their ends, in words."""
        answers = self.text.answers
        unended = [answer for answer in answers if answer.end is None]
        masked = [answer for answer in answers if answer.end and self._state(answer.end) == "masked"]
        cut = [answer for answer in answers if self._state(answer.end or (0, answer.stop)) == "cut"]
        lost = [answer for answer in answers if self.characters[answer.start] == "cut"]
        found = ["no token is trained"] if not self.count("trained") else []
        if self.text.lost:
            found.append(
                f"{_named(self.text.lost)} cannot be found in the text: the template changes or drops what is said"
            )
        end = f"`{self.text.marker}`" if self.text.marker else "end"
        if unended:
            found.append(f"nothing ends {_named(unended)}: the model is not taught to stop there")
        if masked:
            found.append(f"the {end} behind {_named(masked)} is masked: the model is not taught to stop there")
        if cut:
            whole = f", and all of {_named(lost)} with it" if lost else ""
            found.append(f"the {end} behind {_named(cut)} is cut away at {self.limit:,} tokens{whole}")
        return found

    def _is_trained(self, token: Span) -> bool:
        return any(token[0] < end and start < token[1] for start, end in self.text.spans)

    def _state(self, span: Span) -> State:
        """The least of what becomes of a piece: cut, masked, trained."""
        states = set(self.characters[slice(*span)])
        return "cut" if "cut" in states else "masked" if "masked" in states else "trained"


def label(text: TrainingText, tokenizer: Any, limit: int | None = None) -> Labels:
    """The labels of a text by a tokenizer of the tokenizers library."""
    encoded = tokenizer.encode(text.text, add_special_tokens=False)
    return Labels(text, tuple(encoded.offsets), limit)


def _named(answers: Sequence[Answer | int]) -> str:
    numbers = [str(answer if isinstance(answer, int) else answer.number) for answer in answers]
    if len(numbers) < 3:
        return f"answer{'s' if len(numbers) > 1 else ''} {' and '.join(numbers)}"
    return f"answers {', '.join(numbers[:3])}" + (f" and {len(numbers) - 3} more" if len(numbers) > 3 else "")
