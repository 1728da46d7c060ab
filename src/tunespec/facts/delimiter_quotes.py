"""Quotation marks without a partner."""

from __future__ import annotations

import re
from itertools import pairwise

_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*[\"“„«»])")
# Inches, seconds of an arc, ditto marks; a quotation mark that is spoken about or escaped.
_MEASURE = re.compile(r"""\d\s?["”]|\d['′]\s?\d*["”]?|(?m:^\s*"\s*$)|["']\s*["“”]\s*["']|\\"|(?<=\s)["“”](?=\s)""")
_PICTURE = re.compile(r"(?m)^(?:[^\w\n]|\w(?!\w))+$")  # a line of signs, as in a drawing
_SUBJECT = re.compile(r"(?i)\bquot(?:e|ation) ?marks?|\bditto\b|\binch(?:es)?\b|引号|Anführungszeichen|guillemets")
_SENTENCE_END = re.compile(r"[.!?。！？…:：)\]\"”'’*_»]\s*$")


def unbalanced_quote(text: str) -> str | None:
    """Names the quotation mark that is not closed; quotations of several paragraphs open each and close once."""
    text = _PICTURE.sub("", text)
    paragraphs = _PARAGRAPH.split(text)
    straight, opening, closing = text.count('"'), text.count("“"), text.count("”")
    if _SUBJECT.search(text):
        return None
    if straight % 2 and not _MEASURE.search(text) and not _spans(paragraphs, '"'):
        if (opening + closing) % 2 == 0 and not _cut_off(text, '"'):
            return 'has an odd number of quotation marks `"`'
        return None
    if (fault := _curly(text, paragraphs, opening, closing)) and not straight % 2:
        return fault
    if (text.count("«") + text.count("»")) % 2 and not _spans(paragraphs, "«") and not _cut_off(text, "«"):
        return "has a quotation mark `«` or `»` without its partner"
    return None


def _curly(text: str, paragraphs: list[str], opening: int, closing: int) -> str | None:
    low = text.count("„")
    if low:  # German and its neighbours: „…“, Polish, Hungarian, Romanian: „…”
        alone = low != opening + closing and (low + opening + closing) % 2
    elif not opening:
        alone = closing % 2  # Swedish and Finnish: ”…”
    else:
        alone = opening != closing and (opening + closing) % 2
    if not alone or _spans(paragraphs, "“") or _MEASURE.search(text) or _cut_off(text, "“„"):
        return None
    return "has a quotation mark `“` or `”` without its partner"


def _spans(paragraphs: list[str], mark: str) -> bool:
    """Whether a quotation goes over several paragraphs, each of which begins with the mark."""
    starts = [paragraph.lstrip().startswith(mark) for paragraph in paragraphs]
    return any(one and two for one, two in pairwise(starts))


def _cut_off(text: str, marks: str) -> bool:
    """Whether the text ends within the quotation, without an end: D001 says that."""
    last = max(text.rfind(mark) for mark in marks)
    return not _SENTENCE_END.search(text) and "\n" not in text[last:].strip()


def stray_docstring_quote(text: str) -> str | None:
    """Four or five quotation marks alone in a line: a docstring's three, and one too many."""
    if (match := re.search(r"(?m)^[ \t]*[rRbBfFuU]?(\"{4,5}|'{4,5})[ \t]*$", text)) is None:
        return None
    return f"opens or closes a docstring with {len(match[1])} quotation marks `{match[1]}` instead of 3"
