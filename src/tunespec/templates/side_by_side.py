"""Two texts around the place where they differ, with everything visible that decides: for a person's eyes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from tunespec.templates.case import Case
from tunespec.templates.segments import Place, Segmented, copies

_BEFORE, _AFTER = 44, 56  # characters shown before and behind the difference: two such lines fit a wide terminal
QUOTED = 48  # characters of a quotation in a sentence
_NAMED = {"\n": "⏎", "\r": "␍", "\t": "→", " ": " "}
_SPACES = re.compile(r" +(?=⏎|␍|→|$)|  +")  # what nobody sees: before a line's end, or several
_END = "‹end›"
_WORD = re.compile(r"[^\W_]{3,}")
_HIDDEN = "…"


@dataclass(frozen=True)
class Side:
    """A rendered text that can be quoted: a user's own contents appear as their labels."""

    segmented: Segmented
    case: Case

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
    def words(self) -> frozenset[str]:
        """Words of contents that did not arrive as they are: their rest is hidden word by word."""
        if not self.case.elided:
            return frozenset()
        arrived = set(self.segmented.labels)
        lost = [part.text for part in self.case.parts if part.label not in arrived]
        return frozenset(word for text in (*lost, *self.case.arguments) for word in _WORD.findall(text))

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
        if start >= end:
            return ""
        if self.words:  # a word that is cut at the edge would not be recognised
            while start < end and self.text[start - 1 : start + 1].isalnum() and start:
                start += 1
            while end > start and self.text[end - 1 : end + 1].isalnum() and end < len(self.text):
                end -= 1
        piece = self.text[start:end]
        if self.words:
            piece = _WORD.sub(lambda match: _HIDDEN if match[0] in self.words else match[0], piece)
        return "".join(map(visible_sign, piece))


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


def _width(text: str) -> int:
    """Columns that a terminal takes for it."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )
