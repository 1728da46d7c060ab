"""Why the template's own texts differ, told by the first segment in which they do by more than whitespace.

Within it, a date and tools are told by their form, an added system text by standing before the first question, and all
else by position: the last segment is the generation prompt, the first one a header, those in the middle are history.
"""

from __future__ import annotations

import re

from tunespec.templates.compared import Cause, Pair, Piece
from tunespec.templates.side_by_side import QUOTED

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_DATE = re.compile(rf"\d{{4}}-\d\d(?:-\d\d)?\b|(?:\b\d{{1,2}} )?\b{_MONTH}\.?(?: \d{{1,2}},)? \d{{4}}\b")
_SYSTEM_WORD = re.compile(r"(?i)\bsys(?:tem)?\b")
_THREE_WORDS = r"\b[a-z']{1,30}(?: [a-z']{1,30}){2}"
_WORDS = re.compile(rf"(?i){_THREE_WORDS}")
_SYSTEM_TEXT = re.compile(rf"(?i)\bsys(?:tem)?\b|{_THREE_WORDS}")
_THINK = re.compile(r"<\|?(?:think(?:ing)?|channel)\b[^<>]{0,20}>|\[THINK\]|<\|START_THINKING\|>")
LOOKED_AT = 20_000  # characters of a segment that are searched; templates' own texts are shorter


def cause_in_segments(pair: Pair) -> Cause:
    """The cause in the first segment that differs by more than whitespace; both sides hold the same contents."""
    number = pair.first_segment(pair.differs)
    if number is None or not pair.trained.segmented.places:
        return Cause("content_differs", "the texts differ, and no message arrives unchanged", pair.first_difference)
    piece = pair.piece(number)
    for judge in (_system_turn, _date, _tools, _injected):
        if cause := judge(pair, number, piece):
            return cause
    if number == pair.segments - 1:
        return _generation(pair, number, piece)
    kind = _kind_of_segment(pair, number)
    whole = Piece(pair.trained.segmented.bounds[number], pair.asked.segmented.bounds[number])
    brief = kind == "turn_header_differs" and max(map(len, pair.texts(number))) <= QUOTED
    trained, asked = pair.quoted(whole if brief else piece)
    return Cause(kind, f"{pair.where(number)}, training has {trained}, the server {asked}", piece)


def _kind_of_segment(pair: Pair, number: int) -> str:
    """By position. A header that differs before an answer differs before the next one too: then it is the header."""
    places = pair.trained.segmented.places
    roles = {place.role for place in places[max(0, number - 1) : number + 1]}
    if "tool" in roles:
        return "tools_differ"
    if number == 0 or places[number - 1].role == "system":
        return "turn_header_differs"
    before_answer = places[number].role == "assistant"
    return "turn_header_differs" if before_answer and pair.differs(pair.segments - 1) else "history_differs"


def _date(pair: Pair, number: int, piece: Piece) -> Cause | None:
    trained, asked = (_DATE.findall(text[:LOOKED_AT]) for text in pair.texts(number))
    if trained == asked:
        return None
    if trained and asked:
        message = f"{pair.where(number)}, both sides write a date, and not the same one"
    else:
        writes = "the training side" if trained else "the server's side"
        message = f"only {writes} writes a date, {pair.where(number)}"
    return Cause("date_differs", message, piece)


def _tools(pair: Pair, number: int, piece: Piece) -> Cause | None:
    texts = pair.texts(number)
    here, there = (any(name in text for name in pair.case.called) for text in texts)
    if not here and not there:
        return None
    how = "otherwise than" if here and there else "elsewhere than"
    trained, asked = pair.quoted(piece)
    says = f"{pair.where(number)}, the server writes the tools {how} the training side"
    message = f"{says}: {asked} for {trained}" if here and there else says
    return Cause("tools_differ", message, piece)


def _system_turn(pair: Pair, number: int, piece: Piece) -> Cause | None:
    """A system text of its own with a header, which may hold a date: more is missing than the date."""
    named = any(_SYSTEM_WORD.search(text[:LOOKED_AT]) for text in pair.cut(piece))
    tools = any(name in text for name in pair.case.called for text in pair.cut(piece))
    return _injected(pair, number, piece) if named and not tools else None


def _injected(pair: Pair, number: int, piece: Piece) -> Cause | None:
    """A text that one side adds before the first question."""
    places = pair.trained.segmented.places
    if number and places[number - 1].role != "system":
        return None
    added = [cut.strip() for cut in pair.cut(piece)]
    headed = any(place.role == "system" for place in places[number : number + 1])  # by a header of its own
    sought = _WORDS if headed else _SYSTEM_TEXT
    if all(added) or not sought.search(max(added, key=len)[:LOOKED_AT]):
        return None
    adds, lacks = ("training", "the server does not") if added[0] else ("the server", "training does not")
    quoted = pair.quoted(piece)[0 if added[0] else 1]
    return Cause("system_injected", f"{pair.where(number)}, {adds} writes {quoted}, {lacks}", piece)


def _generation(pair: Pair, number: int, piece: Piece) -> Cause:
    kind, cuts, quoted = "generation_prompt_differs", pair.cut(piece), pair.quoted(piece)
    place, names = pair.where(number), ("training", "the server")
    last = piece.trained[1], piece.asked[1]
    thinks = [_THINK.search(cut) for cut in cuts]
    for own, other in ((0, 1), (1, 0)):
        opened, ends = thinks[own], not (pair.trained, pair.asked)[other].text[last[other] :].strip()
        if opened and not thinks[other]:
            return Cause(kind, f"{place}, {names[own]} opens `{opened[0]}`, {names[other]} does not", piece)
        if ends and not cuts[other].strip():
            message = f"{place}, {names[other]} ends without {quoted[own]}, with which {names[own]} asks for the answer"
            return Cause(kind, message, piece)
    message = f"the generation prompt differs {place}: training has {quoted[0]}, the server {quoted[1]}"
    return Cause(kind, message, piece)
