"""Brackets in prose that open or close nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from tunespec.facts.delimiter_markdown import broken_link

_PAIRS = {")": "(", "]": "[", "}": "{", "】": "【", "」": "「", "』": "『", "》": "《"}
_ASCII = str.maketrans("（）［］｛｝", "()[]{}")  # Chinese texts mix both widths in one pair
# What holds brackets without being prose.
_NO_PROSE = re.compile(
    r"""(?xs)
    \$\$.+?\$\$ | (?<![\\$])\$[^$\n]+\$ | \\\(.{0,3000}?\\\) | \\\[.{0,3000}?\\\]  # formulas
    | \\(?:left|right|big|Big)?\s*[()\[\]{}]                                # LaTeX's own brackets, escaped ones
    | [\[\]()]\s*+[-+−]?[\w.∞π√/%$€°]*+(?:\s?[-+−]\s?\w++)?\s*+[,;]                       # intervals: [0, 1), ]-1, 1[,
      \s*+[-+−]?[\w.∞π√/%$€°]*+(?:\s?[-+−]\s?\w++)?\s*+[)\](\[]                           # [n, n + 1)
    | (?:\x1b|\\(?:x1[bB]|u001[bB]|033|e))\[[0-9;]*[A-Za-z] | \[[0-9;]{1,8}m   # ANSI codes, which D010 tells
    | https?://[^\s()<>\[\]（）]+(?:\([^\s()]*\))?                           # URLs
    | ["'“‘`«「『]\s*[()\[\]{}【】]{1,3}\s*["'”’`»」』]                       # a bracket that is spoken about
    | ["“][^"“”\n]{0,40}[(\[{]["”]
    | <[^<>\n]{1,60}>
    """
)
_TEX = re.compile(r"\\[A-Za-z]{2,}|\^\{|_\{")
_SMILEY = re.compile(r"""(?<![\w(])(?:[:;=8xX][-'^~oO]?[()\[\]{}|]+|[()]{1,40}[-'^]?[:;=](?!\w)|<3|\^_?\^[)]?)(?!\w)""")
# a), 1), iv), 2.1), 一): the mark of an item in a list
_ITEM = re.compile(
    r"(?<![A-Za-z\u00c0-\u04ff\d.,·(])(?:[0-2]?\d(?:[.-]\d{1,2})?[a-zA-Z]?|[a-zA-Z]|[ivxIVX]{1,5}|[一二三四五六七八九十]{1,3})"
    r"\.?[ ]?$"
)
_SUBJECT = re.compile(
    r"(?i)\bparenthes[ie]s|regular expression|\bregex|emoticon|\bsmile(?:y|ys|ies)\b|括号|"
    r"\b(?:square|curly|angle|round|opening|closing|matching|nested|unbalanced) (?:bracket|brace)s?\b"
)
_SUM = frozenset("0123456789.,+-−*/·×÷%=()[] ")  # all that an equation of numbers is written with
_SENTENCE_END = re.compile(r"[.!?。！？…:：)\]\"”'’*_]\s*$")


def unbalanced_bracket(text: str) -> str | None:
    """Names the first bracket without a partner; item marks, smileys, intervals and formulas have none."""
    if _SUBJECT.search(text) or broken_link(text):
        return None
    bare = _NO_PROSE.sub(" ", text.translate(_ASCII))
    smileys = [match.start() for match in _SMILEY.finditer(bare)]
    bare = _SMILEY.sub(lambda match: " " * len(match[0]), bare)
    alone = [place for place in _in_prose(bare) if not (bare[place] == "(" and smileys and smileys[-1] > place)]
    if not alone:
        return None
    first = alone[0]
    if bare[first] in _PAIRS.values():
        rest = bare[first:]
        ended = _SENTENCE_END.search(rest) or _is_sum(bare[bare.rfind("\n", 0, first) + 1 :].strip())
        if "\n" not in rest.strip() and not ended and len(rest) < 300:
            return None  # the text is cut off there, which D001 says
        return f"opens a bracket `{bare[first]}` that nothing closes"
    return f"closes a bracket `{bare[first]}` that nothing opens"


def _in_prose(text: str) -> Iterator[int]:
    """The places of brackets without a partner, in order, but those of formulas. Each line is looked at once."""
    end, formula = -1, False
    for place in _alone(text):
        if place > end:
            start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
            end = len(text) if end < 0 else end
            formula = _is_formula(text[start:end])
        if not formula:
            yield place


def _alone(text: str) -> list[int]:
    """The places of brackets without a partner, in order."""
    opened: dict[str, list[int]] = {sign: [] for sign in _PAIRS.values()}  # a stack of each kind, for kinds may cross
    alone: list[int] = []
    spare = 0  # brackets that an item's mark closed, maybe wrongly
    for match in re.finditer(r"[()\[\]{}【】「」『』《》]", text):
        place, sign = match.start(), match[0]
        if sign not in _PAIRS:
            opened[sign].append(place)
            continue
        item = sign == ")" and _ITEM.search(text[max(0, place - 12) : place]) is not None
        if opened[_PAIRS[sign]]:
            opened[_PAIRS[sign]].pop()
            spare += item
        elif not item:
            if sign == ")" and spare:
                spare -= 1
            else:
                alone.append(place)
    return sorted(chain(alone, *opened.values()))


def _is_sum(line: str) -> bool:
    """Whether a line is an equation of numbers."""
    return _SUM.issuperset(line) and re.search(r"\d *[)\]]? *[+−*/·×÷-]", line) is not None and "=" in line


def _is_formula(line: str) -> bool:
    """Whether a line is a formula or code rather than prose."""
    if _is_sum(line):
        return False  # its brackets are pairs as those of prose are
    return (
        _TEX.search(line) is not None
        or re.search(r"[^\W\d_]{2}", line) is None
        or re.search(r"[;{]\s*$|==|\+=|:=|=>|->|\w\(\)|\w\[\w", line) is not None
    )
