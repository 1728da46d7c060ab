"""Two texts around the place where they differ, with everything visible that decides: for a person's eyes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from tunespec.special_tokens import TOKEN_PATTERN
from tunespec.templates.case import Case
from tunespec.templates.segments import Place, Segmented, copies

_BEFORE, _AFTER = 44, 56  # characters shown before and behind the difference: two such lines fit a wide terminal
QUOTED = 48  # characters of a quotation in a sentence
_NAMED = {"\n": "⏎", "\r": "␍", "\t": "→", " ": " "}
_SPACES = re.compile(r" +(?=⏎|␍|→|$)|  +")  # what nobody sees: before a line's end, or several
_END = "‹end›"
_PIECE = re.compile(rf"({TOKEN_PATTERN})|[^\W_]+")
_HIDDEN = "…"
_RUN = re.compile(r"…(?:[^\w<>\[\]\n]{1,3}…)+")  # hidden words, and what punctuation stands between them
_ROLES = frozenset(
    "user assistant system tool model human question answer instruction response input output inst sys bos eos think "
    "no value".split()
)


@dataclass(frozen=True)
class Side:
    """A rendered text that can be quoted: a user's own contents appear as their labels.

    ``template_words`` are those that may be shown where a content did not arrive as it is, so that its rest may stand
    anywhere; None where all contents have their places.
    """

    segmented: Segmented
    case: Case
    template_words: frozenset[str] | None = None

    @property
    def text(self) -> str:
        """The whole rendered text."""
        return self.segmented.text

    def hidden(self, start: int, end: int) -> tuple[Place, ...]:
        """What must not be shown of a piece: the places of contents that reach into it, in order, none in another."""
        if not self.case.elided:
            return ()
        near = (place for place in self.segmented.places if place.start < end and place.end > start)
        again = (place for place in copies(self.text, self.case.parts, start, end) if place.start < end)
        kept: list[Place] = []
        for place in sorted({*near, *again}, key=lambda place: (place.start, -place.end)):
            if kept and place.start < kept[-1].end:
                kept[-1] = kept[-1]._replace(end=max(place.end, kept[-1].end))
            else:
                kept.append(place)
        return tuple(kept)

    @cached_property
    def _argument_words(self) -> frozenset[str]:
        """The words in arguments of calls, which each side escapes in its own way."""
        return frozenset(words(" ".join(self.case.arguments))) if self.case.elided else frozenset()

    def outside(self, at: int) -> int:
        """The place itself, or the start of the hidden content that it is in."""
        return next((place.start for place in self.hidden(at, at + 1) if place.start < at < place.end), at)

    def visible(self, start: int, end: int) -> str:
        """The text from start to end, each character that is not printed by itself as a sign for it."""
        pieces: list[str] = []
        position = start
        for place in self.hidden(start, end):
            pieces += [self._plain(position, place.start), f"<{place.label}>"]
            position = place.end
        pieces.append(self._plain(position, end))
        return "".join(pieces)

    def quoted(self, start: int, end: int) -> str:
        """A piece of it for a sentence: in ticks, shortened; `nothing` if it is empty."""
        if start >= end:
            return "nothing"
        cut = min(end, start + QUOTED)
        shown = self.visible(start, cut) + ("…" if cut < end else "")
        bare = shown.lstrip(" ")
        return f"`{'·' * (len(shown) - len(bare))}{_dotted(bare)}`"

    def _plain(self, start: int, end: int) -> str:
        if self.template_words is not None or self._argument_words:
            while start < end and start and self.text[start - 1 : start + 1].isalnum():
                start += 1  # the rest of a word would not be recognised
            while start < end < len(self.text) and self.text[end - 1 : end + 1].isalnum():
                end -= 1
            shown = _PIECE.sub(self._shown, self.text[start : max(start, end)])
            return "".join(map(visible_sign, _RUN.sub(_HIDDEN, shown)))
        return "".join(map(visible_sign, self.text[start : max(start, end)]))

    def _shown(self, piece: re.Match[str]) -> str:
        word = piece[0].lower()
        if piece[1] or word in _ROLES:
            return piece[0]
        known = self.template_words is None or word in self.template_words
        return piece[0] if known and word not in self._argument_words else _HIDDEN


def words(text: str) -> set[str]:
    """The words of a text in small letters."""
    return {piece[0].lower() for piece in _PIECE.finditer(text) if not piece[1]}


def sides(trained: Segmented, asked: Segmented, case: Case) -> tuple[Side, Side]:
    """Both sides of a case; each may show the words of the other's template text, where that holds no content."""
    complete = [len(text.places) == len(case.parts) for text in (trained, asked)]
    known: list[frozenset[str] | None] = [None, None]
    for own, other in ((0, asked), (1, trained)):
        if case.elided and not complete[own]:
            known[own] = frozenset(words(other.template_text)) if complete[1 - own] else frozenset()
    return Side(trained, case, known[0]), Side(asked, case, known[1])


def side_by_side(trained: Side, asked: Side, at: tuple[int, int], length: int) -> str:
    """Three lines: what was trained, what is asked, and carets under the first ``length`` characters that differ."""
    here, there = trained.outside(at[0]), asked.outside(at[1])
    back = max(at[0] - here, at[1] - there)
    here, there = max(0, at[0] - back), max(0, at[1] - back)
    blank = any(not side.text[at : at + 1].strip() for side, at in ((trained, here), (asked, there)))
    (before_here, after_here), (before_there, after_there) = _halves(trained, here, blank), _halves(asked, there, blank)
    width = max(_width(before_here), _width(before_there))
    lines = [
        f"{name}  {' ' * (width - _width(before))}{before}{after}"
        for name, before, after in (("trained", before_here, after_here), ("asked  ", before_there, after_there))
    ]
    longest = max(_width(after_here), _width(after_there))
    return "\n".join([*lines, " " * (len("trained  ") + width) + "^" * max(1, min(length, longest))])


def _halves(side: Side, at: int, blank: bool) -> tuple[str, str]:
    """What stands before and behind a place; blanks that touch it are dots, before it only if a blank differs."""
    start, end = max(0, at - _BEFORE), min(len(side.text), at + _AFTER)
    before = ("…" if start else "") + side.visible(start, at)
    before = _dotted(before) if blank else _dotted(before + "‸")[:-1]
    after = _END if at == len(side.text) else side.visible(at, end) + ("…" if end < len(side.text) else "")
    bare = after.lstrip(" ")
    return before, "·" * (len(after) - len(bare)) + _dotted(bare)


def _dotted(text: str) -> str:
    return _SPACES.sub(lambda match: "·" * len(match[0]), text)


def visible_sign(character: str) -> str:
    """A character as one sees it: whitespace as a sign, what is not printed as its code."""
    if character in _NAMED:
        return _NAMED[character]
    if unicodedata.category(character)[0] in "CZ":
        return f"\\u{ord(character):04x}"
    return character


def brief(text: str, most: int) -> str:
    """A text as one sees it, cut to so many characters."""
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    return "".join(map(visible_sign, cut))


def _width(text: str) -> int:
    """Columns that a terminal takes for it."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )
