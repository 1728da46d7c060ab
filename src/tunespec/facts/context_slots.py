"""Places for a context in the prompt itself (`Context: ...`, `<context>`), and the records that leave theirs empty."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from tunespec.facts.references import asks_for_material

if TYPE_CHECKING:
    from tunespec.conversation import Conversation
    from tunespec.records import Records

_LEAST = 5  # records that fill the place: fewer are no form
_FILLED = 2 / 3  # of the records that have it; with fewer it is one that may be empty, as Alpaca's input is
_QUESTION_WORDS = 30  # a longer text that ends with a question is material
_BEGINNING = 300  # characters of an answer in which it says that something is missing

_KIND = (
    r"(?:(?:the|your|given|provided|retrieved|relevant|supporting|additional|input|source|reference)[ _])*"
    r"(?:contexts?|passages?|documents?|articles?|references?|background|excerpts?|source text)"
    r"(?:[ _](?:information|text|passages?|documents?))?(?:[ _]?\#?\d+)?"
)
_TAG = r"(?:contexts?|passages?|documents?|background|excerpts?)"  # HTML has `article` and `source`
_PLACE = re.compile(
    rf"(?im)^[ \t]*(?:[#*_\[]+[ \t]*)?{_KIND}[*_\]]*[ \t]*:[*_]*"
    rf"|^[ \t]*(?:\#+[ \t]*{_KIND}|\*\*{_KIND}\*\*|\[{_KIND}\])[ \t]*$"
    rf"|<(?P<tag>{_TAG})(?:[ ][^<>\n]*)?>"
    r"|^context information is below\.[ \t]*\n(?P<rule>-{3,})[ \t]*$"  # LlamaIndex' default prompt
)
_GATE = rf"(?im)^[ \t#*_\[]*{_KIND}[ \t]*(?:[*_\]:]|$)|<{_TAG}[ >]|^context information is below"
_NULL = r"(?:none|null|nan|n/?a|nil|undefined|empty|-|\[\]|\{\}|\"\"|'')[.]?"
_ASKED = (
    r"(?:question|query|q|instructions?|task|answer|a|response|request|prompt|input|problem|claim|hypothesis|statement)"
)
_ASKS = rf"[ \t]*(?:(?:[#*_\[]+[ \t]*)?(?:(?:the|user|my)[ ])?{_ASKED}[*_\]]*[ \t]*(?::|$)|<{_ASKED}>)"
# Possessive: where two quantifiers may share a run of blanks, a failure takes the square of its length, or more.
_BLANK_LINES = r"(?:[^\S\n]*+\n)*+"
_NULL_NEXT = rf"[ \t]*+(?:\n[ \t]*+)?+{_NULL}[ \t]*+\n"
_EMPTY = re.compile(rf"(?im){_BLANK_LINES}(?:[^\S\n]*+{_NULL}[ \t]*+${_BLANK_LINES})?+(?:\s*+\Z|(?={_ASKS}))")
_NULL_ALONE = re.compile(rf"(?i){_NULL_NEXT}[ \t]*+\n")
_ASKED_BEHIND = re.compile(rf"(?i)(?:{_NULL_NEXT}|[ \t]*+\n[ \t]*+\n)\s*+(?P<rest>[^\n]*\?)\s*+\Z")
_WORD = re.compile(rf"(?i)\s*+({_NULL})[ \t]*+(?:\n|\Z)")
_SAYS_SO = re.compile(
    r"(?i)\b(?:(?:do|does|did|can|could)(?: not|n't)|can ?not|unable to) (?:\w+ )?(?:know|contain|answer|say|mention|"
    r"provide|include|determine|tell|have)|\b(?:insufficient|not enough|unknown|unanswerable|not (?:possible|stated|"
    r"mentioned|given))\b|\bno (?:\w+ )?(?:answer|information|context|passage|document)\b"
)


class ContextSlots(NamedTuple):
    """Records that have a place for a context: row -> label and content where it is empty, and those that fill it."""

    empty: Mapping[int, str]
    filled: frozenset[int]


def context_slots(records: Records) -> ContextSlots:
    """Records whose first prompt, or system message, has a labelled place for its context.

    None is empty where nearly as many are as are not, and none whose answer says that something is missing.
    """
    found = {row: _said(c, records.prompts[row]) for row, c in _candidates(records)}
    empty = {row: said for row, said in found.items() if said}
    filled = frozenset(row for row, said in found.items() if said == "")
    if len(filled) < _LEAST or len(filled) < _FILLED * (len(filled) + len(empty)):
        return ContextSlots({}, frozenset())
    return ContextSlots({row: said for row, said in empty.items() if not _says_so(records.answers[row])}, filled)


def with_empty_slot(records: Records, rows: Iterable[int]) -> Collection[int]:
    """Those of some rows that `context_slots` calls empty; the whole dataset is looked at only if there may be one."""
    among = ((records.conversations[row], records.prompts[row]) for row in rows)
    if not any(conversation is not None and _said(conversation, text) for conversation, text in among):
        return ()
    return context_slots(records).empty


def _candidates(records: Records) -> Iterator[tuple[int, Conversation]]:
    """The records with a label anywhere in their prompts, told for all of them at once."""
    import polars as pl

    systems = (c.system or "" if c is not None else "" for c in records.conversations)
    texts = [f"{system}\n{prompt}" for system, prompt in zip(systems, records.prompts, strict=True)]
    for row in pl.Series(texts, dtype=pl.String).str.contains(_GATE).arg_true():
        conversation = records.conversations[row]
        if conversation is not None and not conversation.defect:
            yield row, conversation


def _said(conversation: Conversation, prompt: str) -> str | None:
    """What is said of the first place where all are empty; empty if one is filled, None if there is no place."""
    first = next((turn.text for turn in conversation.turns if turn.role == "user"), prompt)
    said = None
    for text in (conversation.system or "", prompt if conversation.shape == "text" else first):
        for place in _PLACE.finditer(text):
            lack = _lack(place, text)
            if not lack:
                return ""
            said = said or lack
    return said


def _lack(place: re.Match[str], text: str) -> str:
    """What is said of a place that is empty; empty for one that is filled."""
    label, begin = place[0].strip().partition("\n")[0], place.end()
    if close := "</" if place["tag"] else place["rule"]:
        end = text.find(close, begin)
        inside = text[begin : end if end >= 0 else len(text)].strip()
        is_empty = not inside or re.fullmatch(_NULL, inside, re.IGNORECASE) is not None
        return f"`{label}` is empty" if is_empty else ""
    behind = _ASKED_BEHIND.match(text, begin)
    is_asked = behind is not None and len(behind["rest"].split()) <= _QUESTION_WORDS
    if not (is_asked or _EMPTY.match(text, begin) or _NULL_ALONE.match(text, begin)):
        return ""
    word = _WORD.match(text, begin)
    return f"`{label}` holds only `{word[1]}`" if word else f"`{label}` is empty"


def _says_so(answer: str) -> bool:
    return asks_for_material(answer) or _SAYS_SO.search(answer[:_BEGINNING]) is not None
