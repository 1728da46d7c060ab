"""What stands in an answer and belongs around it: an end marker, a header of the template, a special token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from tunespec.end_marker import EndMarker
from tunespec.facts.forged_turns import unrendered
from tunespec.facts.role_marks import asked_in_turns, forged_mark
from tunespec.facts.typed_tokens import about_tokens, typed_tokens
from tunespec.fences import blanked
from tunespec.inference.answered import Answered
from tunespec.inference.debris import first_debris
from tunespec.inference.surroundings import End, Surroundings
from tunespec.special_tokens import BY_DESIGN, TOKEN_PATTERN, token_pattern
from tunespec.templates.written import is_token_shaped

if TYPE_CHECKING:
    from tunespec.inference.training_data import TrainingData

_TOKEN = re.compile(TOKEN_PATTERN)
_TOKEN_AT_END = re.compile(rf"(?:{TOKEN_PATTERN})\Z")
_ASKS = re.compile(r"(?i)question|q|instruction|user|human|prompt|problem|query|task|inst")
_CUT = frozenset({"length", "abandoned", "broken"})  # I001 says that such an answer has no end of its own
_BEGUN = 3  # characters; two may be anything
_WORD = re.compile(r"[A-Za-z]+:")

What = Literal["end", "begun", "header", "token", "debris", "turn"]


class Shown(NamedTuple):
    """Something that stands in an answer: what it is, its text, and where it begins and ends; of an end, which.

    ``begun`` is an end of which the answer has the beginning alone.
    """

    start: int
    what: What
    stop: int
    text: str
    end: End | None = None


class Looker:
    """Looks for what does not belong into answers.

    What training answers hold as content is meant, and so is what the question itself holds.
    """

    def __init__(self, around: Surroundings, trained: TrainingData | None) -> None:
        """``around`` is what stands around answers; ``trained`` is what the model was trained on, if known."""
        self.around, self._trained = around, trained
        self._pattern = token_pattern(around.tokens)

    def first(self, answered: Answered) -> Shown | None:
        """The first thing in an answer that does not belong there; what stands behind it is its consequence."""
        answer = answered.reply.text
        bare = blanked(answer)
        whole = "\n".join(str(message["content"]) for message in answered.messages)
        asked = "\n".join(self._asked(str(message["content"])) for message in answered.messages)
        found = [*self._ends(answer, bare, asked), *self._headers(bare, asked, whole), *self._tokens(bare, asked)]
        if answered.reply.ended not in _CUT:
            found += self._begun(bare, asked)
        return min([*found, *self._debris(bare, asked), *self._turns(bare, asked)], default=None)

    def _asked(self, prompt: str) -> str:
        """What a prompt says: the text that a template made of it holds headers and tokens of its own."""
        bare = prompt.strip()
        of_tokens = _TOKEN_AT_END.search(bare) is not None and _TOKEN.match(bare) is not None
        said = unrendered(prompt)
        if said is not None:
            return said
        return "" if bare.endswith(self.around.headers) or of_tokens else prompt

    def _ends(self, answer: str, bare: str, asked: str) -> Iterator[Shown]:
        """Anywhere in its prose, and at its very end in code, too."""
        for end in self.around.ends:
            marker = EndMarker(end.marker, "", 1)
            last = marker.lookalike.search(answer)
            if last is not None:
                start = last.end() - len(last[0].lstrip())
                yield Shown(start, "end", last.end(), last[0].strip(), end)
            if is_token_shaped(end.marker):
                inside = next((t for t in self._strays(bare, asked) if t.text == end.marker), None)
                if inside is not None:
                    yield inside._replace(what="end", end=end)
            elif (match := marker.inside.search(bare)) and not self._is_end_meant(marker):
                yield Shown(match.start(), "end", match.end(), match[0].strip(), end)

    def _begun(self, bare: str, asked: str) -> Iterator[Shown]:
        """The beginning of an end, at the end: of a text it is a line of its own."""
        for end in self.around.ends:
            begun, stop = _beginning(bare.rstrip(), end.marker), len(bare.rstrip())
            if begun and not _is_asked_for(begun, asked) and not self._is_meant_at_end(begun, end):
                yield Shown(stop - len(begun), "begun", stop, begun, end)

    def _headers(self, bare: str, asked: str, whole: str) -> Iterator[Shown]:
        """At the beginning of a line, those of one token anywhere.

        A bare word (`Question:`) is one where training answers can tell that it is not meant, or where a dialogue
        goes on, the header of a question and behind it that of an answer, and the prompt is no such dialogue.
        """
        found = [
            Shown(match.start(1), "header", match.end(1), header)
            for header in self.around.headers
            if header not in asked
            for match in [_header_pattern(header).search(bare)]
            if match is not None and not self._is_meant(header)
        ]
        for one in found:
            is_sure = self._trained is not None or not _WORD.fullmatch(one.text)
            if is_sure or (one.text not in whole and _goes_on(one, found)):
                yield one

    def _tokens(self, bare: str, asked: str) -> Iterator[Shown]:
        return (one for one in self._strays(bare, asked) if one.text not in asked and not self._is_meant(one.text))

    def _debris(self, bare: str, asked: str) -> Iterator[Shown]:
        found = first_debris(bare)
        if found is None or found[0] in asked or about_tokens(asked) or about_tokens(bare):
            return
        if not self._is_meant(found[0]):
            yield Shown(found.start(), "debris", found.end(), found[0])

    def _turns(self, bare: str, asked: str) -> Iterator[Shown]:
        """Turns of no template that is at hand, or of one whose tokens were left out."""
        turn = forged_mark(bare, asked_in_turns(asked), frozenset(self.around.headers))
        if turn is None:
            return
        line = f"{turn.mark}\n" if turn.mark.isalpha() else turn.mark
        if not self._is_meant(line):
            yield Shown(turn.start, "turn", turn.start + len(turn.mark), turn.mark)

    def _strays(self, bare: str, asked: str) -> Iterator[Shown]:
        """Special tokens that stand where a program puts them, rather than in a sentence about them."""
        if self._pattern.search(bare) is None:
            return
        about = about_tokens(asked, self._pattern) or about_tokens(bare, self._pattern)
        matches = [match for match in self._pattern.finditer(bare) if match[0] not in BY_DESIGN]
        judged = typed_tokens(bare, about=about, pattern=self._pattern)
        for match, typed in zip(matches, judged, strict=True):
            if typed.stray:
                yield Shown(match.start(), "token", match.end(), match[0])

    def _is_meant(self, text: str) -> bool:
        return self._trained is not None and self._trained.hold(text)

    def _is_end_meant(self, marker: EndMarker) -> bool:
        return self._trained is not None and self._trained.hold_inside(marker)

    def _is_meant_at_end(self, text: str, end: End) -> bool:
        return self._trained is not None and self._trained.hold_at_end(text, EndMarker(end.marker, "", 1))


def _beginning(text: str, marker: str) -> str:
    """The part of a marker of signs with which a text ends, of three characters at least; empty if there is none."""
    if marker[:1].isalnum():  # a word is one of the answer's
        return ""
    last = text[text.rfind("\n") + 1 :].lstrip()
    lengths = range(len(marker) - 1, _BEGUN - 1, -1)
    begun = next((marker[:length] for length in lengths if last.endswith(marker[:length].rstrip())), "").rstrip()
    return begun if len(begun) >= _BEGUN and (last == begun or is_token_shaped(marker)) else ""


def _is_asked_for(text: str, asked: str) -> bool:
    """Whether a prompt names a text at the end of a line: `End with ###.` does, `### Input` does not."""
    return re.search(rf"(?m)(?<!\S)[\"'`]?{re.escape(text)}[\"'`.!?]*$", asked) is not None


def _header_pattern(header: str) -> re.Pattern[str]:
    escaped = re.escape(header)
    return re.compile(rf"({escaped})" if header[0] in "<[" else rf"(?m)^[ \t]*({escaped})(?=\s|\Z)")


def _goes_on(one: Shown, found: list[Shown]) -> bool:
    """Whether a header that asks is followed by one that answers."""
    asks = _ASKS.fullmatch(one.text.strip("# :")) is not None
    return asks and any(other.start > one.start for other in found)
