"""Fenced code blocks of Markdown: where they are, and the prose around them."""

from __future__ import annotations

import re
from typing import NamedTuple

_FENCE = re.compile(r"(?m)^([ \t]*(?:(?:[-*+>]|\d{1,3}[.)])[ \t]+)*)(`{3,}|~{3,})([^\n`]*)$")
_INLINE = re.compile(r"```[^`\n]+```|``[^\n]+?``|`[^`\s][^`\n]*`")  # begins with a literal, so that re skips to it


class Block(NamedTuple):
    """One fenced block. ``start`` and ``end`` include the fences, ``body`` is what stands between them.

    ``end`` is the text's end, and ``closed`` False, if no closing fence follows.
    """

    info: str
    body: str
    start: int
    end: int
    closed: bool
    fence: str


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a text, by CommonMark's rule: a fence closes one of its own kind that is no longer.

    Fences may be indented and stand behind list marks, as they do in answers.
    Source: CommonMark 0.31.2, section 4.5.
    """
    found: list[Block] = []
    opened: re.Match[str] | None = None
    for match in _FENCE.finditer(text):
        if opened is None:
            opened = match
        elif _closes(match, opened):
            found.append(_block(text, opened, match))
            opened = None
    if opened is not None:
        found.append(_block(text, opened, None))
    return found


def prose(text: str, fenced: list[Block], stand_in: str = " ") -> str:
    """The text without its fenced blocks, ``stand_in`` for inline code; an unclosed block reaches to the end."""
    return _INLINE.sub(stand_in, outside_blocks(text, fenced))


def outside_blocks(text: str, fenced: list[Block]) -> str:
    """The text without its fenced blocks, inline code left in."""
    parts: list[str] = []
    position = 0
    for block in fenced:
        parts.append(text[position : block.start])
        position = block.end
    parts.append(text[position:])
    return "\n".join(parts)


def _closes(match: re.Match[str], opened: re.Match[str]) -> bool:
    own, other = match[2], opened[2]
    return not match[3].strip() and own[0] == other[0] and len(own) >= len(other)


def _block(text: str, opened: re.Match[str], closing: re.Match[str] | None) -> Block:
    start = min(opened.end() + 1, len(text))
    stop, end = (max(closing.start() - 1, start), closing.end()) if closing else (len(text), len(text))
    return Block(opened[3].strip(), text[start:stop], opened.start(), end, closing is not None, opened[2])
