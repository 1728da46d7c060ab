"""Why two renderings of a conversation differ: one cause, told by the segments that the contents cut out.

The order, and why. What is certain by itself comes first: a BOS at the very start, a text equal but for whitespace,
Go's `<no value>`. Then what the model never sees or sees elsewhere (system message, tools, turns), since that changes
the segments around it. Then the first segment that differs, since what follows may be its consequence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tunespec.templates.case import Part
from tunespec.templates.compared import Cause, Pair, Piece, common_start, named, same_words, where
from tunespec.templates.segment_causes import LOOKED_AT, cause_in_segments
from tunespec.templates.side_by_side import Side

NO_VALUE = "<no value>"
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W_]{3,}")
_RECOGNISED = 20  # words at its start by which a changed content is recognised, if half of them are there


def cause_of(pair: Pair) -> Cause:
    """The one cause of a pair that differs."""
    found = (cause for find in _IN_ORDER for cause in find(pair))
    return next(found, None) or cause_in_segments(pair)


def _bos(pair: Pair) -> Iterator[Cause]:
    bos, text = pair.case.bos, pair.asked.text
    if bos and text.lstrip().startswith(bos):
        piece = Piece((0, 0), (0, text.index(bos) + len(bos)))
        yield Cause("bos_doubled", f"the server's text begins with `{bos}`, which its tokenizer adds again", piece)


def _whitespace(pair: Pair) -> Iterator[Cause]:
    if not same_words(pair.trained.text, pair.asked.text):
        return
    if trimmed := _trimmed(pair):
        yield Cause("whitespace_differs", f"only whitespace differs: {trimmed}", pair.first_difference)
        return
    number = pair.first_segment(lambda number: len(set(pair.texts(number))) > 1)
    if number is None:
        yield Cause("whitespace_differs", f"only whitespace differs, inside {_changed(pair)}", pair.first_difference)
        return
    piece = _blank(pair, number)
    trained, asked = pair.quoted(piece)
    others = sum(len(set(pair.texts(n))) > 1 for n in range(number + 1, pair.segments))
    more = f", and so on in {others} more place{'s' if others > 1 else ''}" if others else ""
    message = f"only whitespace differs: {pair.where(number)}, training has {trained}, the server {asked}{more}"
    yield Cause("whitespace_differs", message, piece)


def _trimmed(pair: Pair) -> str | None:
    """Which side takes off the whitespace around a content that the other keeps."""
    for here, there in zip(pair.trained.segmented.places, pair.asked.segmented.places, strict=False):
        sizes = here.end - here.start, there.end - there.start
        if here.label == there.label and sizes[0] != sizes[1]:
            side = "the training side" if sizes[0] < sizes[1] else "the server's side"
            return f"{side} trims {named(here.label)}"
    return None


def _no_value(pair: Pair) -> Iterator[Cause]:
    asked = pair.asked.segmented
    if asked.template_text.count(NO_VALUE) <= pair.trained.segmented.template_text.count(NO_VALUE):
        return
    number, at = next((n, at) for n in range(len(asked.bounds)) if (at := asked.segment(n).find(NO_VALUE)) >= 0)
    at += asked.bounds[number][0]
    message = f"{where(asked, number)}, the server writes `{NO_VALUE}`: its template names a variable that is not set"
    spot = min(at, pair.at)
    yield Cause("no_value", message, Piece((spot, spot), (at, at + len(NO_VALUE))))


def _contents(pair: Pair) -> Iterator[Cause]:
    here, there = (frozenset(side.segmented.labels) for side in (pair.trained, pair.asked))
    for part in pair.case.parts:
        if (part.label in here) == (part.label in there):
            continue
        name, side, _ = pair.sides[part.label in here]
        kind = "content_differs" if _recognised(part, side) else _kind_of_lost(pair, part)
        if _recognised(part, side):
            message = f"{named(part.label)} is changed on {name}"
        else:
            message = f"{_missing(pair, part, here - there if part.label in here else there - here)} missing on {name}"
        yield Cause(kind, message, _at_content(pair, part.label))


def _missing(pair: Pair, part: Part, only: frozenset[str]) -> str:
    """The lost contents of one kind, from a first one on, with a verb; ``only`` are those of one side."""
    kind = _kind_of_lost(pair, part)
    lost = [p.label for p in pair.case.parts if p.label in only and _kind_of_lost(pair, p) == kind]
    if len(lost) == 1 or part.label == "system":
        return f"{named(part.label)} is"
    return f"{' and '.join(lost)} are" if len(lost) == 2 else f"{lost[0]} and {len(lost) - 1} more messages are"


def _moved(pair: Pair) -> Iterator[Cause]:
    trained, asked = pair.trained.segmented, pair.asked.segmented
    system = pair.case.leading_system
    if system and not trained.labels == asked.labels == ():
        for name, side, other in pair.sides:
            if side.text.count(system.text.strip()) > other.text.count(system.text.strip()) > 0:
                message = f"the system message stands on {name} more than once"
                yield Cause("system_moved", message, pair.first_difference)
    if trained.labels != asked.labels:
        kind = "system_moved" if "system" in trained.labels else "history_differs"
        here, there = ("before " + " and ".join(_next(s.labels)) for s in (trained, asked))
        what = f"the system message stands {here} in training, {there} on the server's side"
        message = what if kind == "system_moved" else "the messages stand in another order on the server's side"
        at = pair.at
        end = next((place.end for place in trained.places if place.label == "system"), at)
        yield Cause(kind, message, Piece((at, max(at, end)), (at, at)))
    elif system and "system" in trained.labels:
        yield from _folded(pair, trained.labels.index("system") + 1)


def _folded(pair: Pair, number: int) -> Iterator[Cause]:
    """A system message that is a turn on one side and the beginning of the user's turn on the other."""
    if number >= pair.segments - 1:
        return
    turns = [_LETTER.search(text[:LOOKED_AT]) is not None for text in pair.texts(number)]
    if turns[0] != turns[1]:
        apart, joined = ("in training", "on the server's side") if turns[0] else ("on the server's side", "in training")
        after = named(pair.trained.segmented.labels[number])
        message = f"the system message stands apart from {after} {apart}, and runs into it {joined}"
        changed = pair.first_segment(pair.differs)
        yield Cause("system_moved", message, pair.piece(number if changed is None else changed))


def _tools_lost(pair: Pair) -> Iterator[Cause]:
    for name, side, other in pair.sides:
        missing = [tool for tool in pair.case.called if tool not in side.segmented.template_text]
        if missing and all(tool in other.segmented.template_text for tool in missing):
            yield Cause("tools_differ", f"the tools are missing on {name}", _first_words(pair))


def _kind_of_lost(pair: Pair, part: Part) -> str:
    if part.role in {"system", "tool"}:
        return {"system": "system_lost", "tool": "tools_differ"}[part.role]
    last = pair.case.parts[-1]
    return "content_differs" if part is last and part.role == "user" else "history_differs"


def _recognised(part: Part, side: Side) -> bool:
    """Whether much of a content stands in what would else be the template's own text."""
    words = [match[0] for match in islice(_WORD.finditer(part.text), _RECOGNISED)]
    text = side.segmented.template_text
    return len(words) > 1 and 2 * sum(word in text for word in words) > len(words)


def _next(labels: tuple[str, ...]) -> tuple[str, ...]:
    behind = labels[labels.index("system") + 1 :][:1]
    return behind or ("the end",)


def _changed(pair: Pair) -> str:
    """The content in which the first difference stands."""
    at = pair.at
    places = (*pair.trained.segmented.places, *pair.asked.segmented.places)
    return next((named(place.label) for place in places if place.start <= at <= place.end), "the text")


def _at_content(pair: Pair, label: str) -> Piece:
    """Where a content stands on the side that has it, and the first difference before that."""
    at = pair.at
    ends = [
        next((place.end for place in side.segmented.places if place.label == label), at)
        for side in (pair.trained, pair.asked)
    ]
    return Piece((at, max(at, ends[0])), (at, max(at, ends[1])))


def _first_words(pair: Pair) -> Piece:
    number = pair.first_segment(pair.differs)
    return pair.first_difference if number is None else pair.piece(number)


def _blank(pair: Pair, number: int) -> Piece:
    """The whitespace that differs in a segment, without the words beside it."""
    (here, _), (there, _) = pair.trained.segmented.bounds[number], pair.asked.segmented.bounds[number]
    trained, asked = pair.texts(number)
    same = common_start(trained, asked)
    lengths = [len(text) - same - len(text[same:].lstrip()) for text in (trained, asked)]
    return Piece((here + same, here + same + lengths[0]), (there + same, there + same + lengths[1]))


_IN_ORDER = (_bos, _whitespace, _no_value, _contents, _moved, _tools_lost)
