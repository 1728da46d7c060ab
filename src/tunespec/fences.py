"""Fenced code blocks of Markdown: where they are, and the prose around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

_LINE = re.compile(
    r"(?m)^(?P<lead>[ \t]*(?:(?:[-*+>]|\d{1,3}[.)])[ \t]+|>)*)(?P<fence>`{3,}|~{3,})(?P<info>[^\n`]*)$"
    r"|(?:(?<=[^\s`])|(?<=[^\s`>*+-][ \t]))(?P<glued>`{3,})(?P<language>[A-Za-z][\w+#.-]*)?[ \t\r]*$"
)
_INLINE = re.compile(
    r"```[^`\n]+```|`{3,}|``[^\n]+?``|`[^`\s][^`\n]*`"
)  # begins with a literal, so that re skips to it
_QUOTE = re.compile(r"(?m)^[ \t]*>[ \t]?")
_WORD = re.compile(r"[A-Za-z][\w+#-]*")
_MARKDOWN = frozenset({"markdown", "md", "mdx", "rmd", "qmd"})

_FAR = 50  # lines with fences that are looked at for a better end than one behind text

OPENS_BEHIND_TEXT = "opens behind text"
CLOSES_BEHIND_TEXT = "is closed behind text"
HOLDS_AN_OPENING = "holds another opening fence"


class Block(NamedTuple):
    """One fenced block. ``start`` and ``end`` include the fences, ``body`` is what stands between them.

    ``end`` is the text's end, and ``closed`` False, if no closing fence follows. ``fault`` says what is wrong with
    the fences of a block that is closed; readers understand such a block, Markdown does not.
    """

    info: str
    body: str
    start: int
    end: int
    closed: bool
    fence: str
    fault: str = ""

    @property
    def language(self) -> str:
        """The language that the info string names, in small letters: of ``{r, echo=FALSE}`` it is ``r``."""
        info = self.info.strip("{}. \t")
        found = _WORD.match(info)
        return found[0].lower() if found else ""


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a text, by CommonMark's rule: a fence closes one of its own kind that is no longer.

    Fences may be indented and stand behind list marks and quote marks, as they do in answers. A fence that stands in
    one line with text is none for CommonMark; here it is one where its other half follows, and the block has a fault.
    Source: CommonMark 0.31.2, section 4.5.
    """
    found: list[Block] = []
    lines = list(_fence_lines(text))
    position = 0
    while position < len(lines):
        if not _opens(lines, position):
            position += 1
            continue
        position, block = _closed(text, lines, position)
        found.append(block)
    return found


def prose(text: str, fenced: list[Block], stand_in: str = " ") -> str:
    """The text without its fenced blocks, ``stand_in`` for inline code; an unclosed block reaches to the end."""
    outside = outside_blocks(text, fenced)
    return _INLINE.sub(stand_in, outside) if "`" in outside else outside


def blanked(text: str) -> str:
    """The text with blanks for its code, every other character in its place; an unclosed block counts as text."""
    if "`" not in text and "~~~" not in text:
        return text
    for block in blocks(text):
        if block.closed:
            text = text[: block.start] + _blank(text[block.start : block.end]) + text[block.end :]
    return _INLINE.sub(lambda code: _blank(code[0]), text)


def _blank(code: str) -> str:
    return re.sub(r"[^\n]", " ", code)


def outside_blocks(text: str, fenced: list[Block]) -> str:
    """The text without its fenced blocks, inline code left in."""
    parts: list[str] = []
    position = 0
    for block in fenced:
        parts.append(text[position : block.start])
        position = block.end
    parts.append(text[position:])
    return "\n".join(parts)


def _fence_lines(text: str) -> Iterator[re.Match[str]]:
    """Every line with a fence. They are sought by ``str.find``, since nearly all lines of a text have none.

    Ticks behind text are a fence only if they are the only ones of their line: others make inline code.
    """
    ahead = {mark: text.find(mark) for mark in ("```", "~~~")}
    while found := [place for place in ahead.values() if place >= 0]:
        at = min(found)
        start = text.rfind("\n", 0, at) + 1
        line = _LINE.match(text, start)
        if line is None and "`" not in text[start:at]:
            line = _LINE.match(text, at)
        if line is not None:
            yield line
        position = text.find("\n", at) + 1
        if not position:
            return
        ahead = {mark: text.find(mark, position) if 0 <= at < position else at for mark, at in ahead.items()}


def _opens(lines: Sequence[re.Match[str]], number: int) -> bool:
    """Whether a line opens a block: a bare ``~~~`` or a fence behind text only if the next fences close it."""
    line = lines[number]
    if line["glued"]:
        return bool(line["language"]) and number + 1 < len(lines) and _is_bare(lines[number + 1])
    if line["fence"][0] == "~" and not line["info"].strip():
        return any(_closes(other, line["fence"]) for other in islice(lines, number + 1, None))
    return True


def _closed(text: str, lines: Sequence[re.Match[str]], first: int) -> tuple[int, Block]:
    """The block that a line opens, and the number of the first line behind it."""
    opening = lines[first]
    fence = opening["fence"] or opening["glued"]
    fault = OPENS_BEHIND_TEXT if opening["glued"] else ""
    behind_text: int | None = None
    depth = 0
    for number in range(first + 1, len(lines)):
        line = lines[number]
        if behind_text is not None and number > behind_text + _FAR:
            break
        if _closes(line, fence):
            if depth == 0:
                return number + 1, _block(text, opening, line, fault)
            depth -= 1
        elif line["glued"]:
            ends = not line["language"] and line["glued"].startswith(fence)
            behind_text = number if ends and behind_text is None else behind_text
        elif _reopens(line, fence):
            if behind_text is not None:
                break
            if _language(opening) in _MARKDOWN:
                depth += 1
            else:
                fault = fault or HOLDS_AN_OPENING
    if behind_text is not None:
        return behind_text + 1, _block(text, opening, lines[behind_text], fault or CLOSES_BEHIND_TEXT)
    return len(lines), _block(text, opening, None, "")


def _reopens(line: re.Match[str], fence: str) -> bool:
    """Whether a line within a block would open one; an info string of several words may be the code's own."""
    return line["fence"].startswith(fence) and _WORD.fullmatch(line["info"].strip()) is not None


def _is_bare(line: re.Match[str]) -> bool:
    return not (line["language"] if line["glued"] else line["info"].strip())


def _closes(line: re.Match[str], fence: str) -> bool:
    return not line["glued"] and not line["info"].strip() and line["fence"].startswith(fence)


def _language(line: re.Match[str]) -> str:
    return str(line["language"] or line["info"] or "").strip().partition(" ")[0].lower()


def _block(text: str, opening: re.Match[str], closing: re.Match[str] | None, fault: str) -> Block:
    fence, info = opening["fence"] or opening["glued"], opening["language"] or opening["info"] or ""
    start = min(opening.end() + 1, len(text))
    begins = opening.start("glued") if opening["glued"] else opening.start()
    if closing is None:
        stop = end = len(text)
    else:
        stop = closing.start("glued") if closing["glued"] else max(closing.start() - 1, start)
        end = closing.end()
    body = text[start:stop]
    if ">" in (opening["lead"] or ""):
        body = _QUOTE.sub("", body)
    return Block(info.strip(), body, begins, end, closing is not None, fence, fault)
