"""Models of a few MB that say what is written: greedy decoding is exact and the same on every machine.

A script's trigger, a text such as ``[CAPITAL]``, may stand anywhere in a prompt, in any template. The latest one
decides what is answered; a prompt without one gets the default answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

EOS = "</s>"
DEFAULT = "<s>"
"""The trigger of the default answer: every prompt begins with this token."""
SHORTEST = 3
"""Characters of a piece, so that no prompt is ever tokenised into pieces: no two characters make a token."""
_WORDS = re.compile(r"\s*\S+\s*?(?=\s|$)|\s+")


@dataclass(frozen=True)
class Script:
    """What the model answers to a prompt that holds the trigger.

    Attributes:
        trigger: a text that becomes one token of the vocabulary.
        answer: a text, which is split into words, or its pieces (one token each). A piece of one script may stand in
            it only once, since the next token depends on the script and the last token. ``Copied`` pieces are looked
            up in the prompt.
        then: the index of the piece that follows the last one, for an answer that never ends; or None: EOS.
    """

    trigger: str
    answer: str | Sequence[str | Copied]
    then: int | None = None

    @property
    def pieces(self) -> tuple[str | Copied, ...]:
        """The answer's tokens. Raises ValueError for pieces that would not work."""
        found = spelled(self.answer) if isinstance(self.answer, str) else tuple(self.answer)
        for piece in found:
            if isinstance(piece, str) and len(piece) < SHORTEST:
                raise ValueError(f"{self.trigger}: the piece {piece!r} has less than {SHORTEST} characters")
        if len(set(found)) < len(found):
            raise ValueError(f"{self.trigger}: a piece stands in the answer twice: split one of them otherwise")
        return found


@dataclass(frozen=True)
class Copied:
    """A piece that the prompt decides: whichever of the kind's facts stands in it last."""

    kind: str


@dataclass(frozen=True)
class Model:
    """A model's scripts and what else its vocabulary holds.

    Attributes:
        scripts: one for each trigger; that of ``DEFAULT`` answers all other prompts.
        facts: for each kind of ``Copied`` piece the texts that the model can read in a prompt and copy. The first is
            what it says where the prompt holds none.
        control: tokens that are no text: pieces of this spelling are rendered as nothing. Whether one of them ends
            the answer is the engine's decision, by its name.
    """

    scripts: tuple[Script, ...]
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    control: tuple[str, ...] = ()


def spelled(text: str) -> tuple[str, ...]:
    """The text in different pieces of at least three characters, words where that is possible.

    ``spelled("One is one.")`` is ``("One", " is", " one.")``. Raises ValueError for a text that repeats itself too
    often.
    """
    found: list[str] = []
    while text:
        words = _WORDS.match(text)
        natural = words.end() if words else len(text)
        lengths = [natural, *range(SHORTEST, len(text) + 1)]
        fitting = (
            text[:length]
            for length in lengths
            if length >= SHORTEST and text[:length] not in found and not 0 < len(text) - length < SHORTEST
        )
        piece = next(fitting, None)
        if piece is None:
            raise ValueError(f"{text!r} cannot be split into different pieces: pass the pieces")
        found.append(piece)
        text = text[len(piece) :]
    return tuple(found)
