"""Markdown that breaks off: emphasis, inline code, links, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

_BLOCK = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-+*•]|\d{1,3}[.)]|#{1,6}|>|\|)[ \t])")
_STRONG = re.compile(r"(?<![*\\])\*\*(?!\*)")
_NO_STRONG = re.compile(
    r"[\w)]\*\*[-\d(]|[\d)]\*\*\w|\) ?\*\* ?\w|\*\*/|/\*\*|\*\*\w+[)=]|\*\*(?:kwargs|args|options|params)\b|\$[^$\n]+\$"
)  # powers, globs, **kwargs
_EMPHASIS = re.compile(r"(?<=[ (\"“])\*(?=[^\W\d_])")
_FOREIGN_TICKS = re.compile(
    r"\w`\w|``[^`\n]*''|`[^`'\n]{1,80}'(?!\w)|[\"'“(]`[\"'”)]|`{3,}|´|\\`|\([^()\n`]*+`[^()\n]*+\)"
)
_TICK = re.compile(r"(?:^|[\s(\"“])`[\w.]|\w`(?:[\s.,;:!?)]|$)")  # at the edge of a word
_HALF_LINKS = (
    re.compile(
        r"\[(?=[^\[\]\n]*[^\W\d_])[^\[\]\n]*+\]\((?![^()\n]*(?:\([^()\n]*\)[^()\n]*)*\))(?=https?:|www\.|/|\.|#|mailto:)"
    ),
    re.compile(r"\[(?![^\[\]\n]*\])[^\[\]()\n]{1,80}\((?:https?:|www\.)[^\s()]*\)"),
    re.compile(r"(?m)^[^\[\n]*\]\((?:https?:|www\.)[^\s()]*\)"),
    re.compile(r"(?<!\w)!?\[(?=[^\[\]\n]*[^\W\d_])[^\[\]\n]*+\]\(\s*+\)"),
)
_DELIMITER_ROW = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+")


def unclosed_emphasis(text: str) -> str | None:
    """Names emphasis that a block of text opens and does not close; bullets, footnotes and products are none."""
    blocks = _BLOCK.split(text)
    strong = [block for block in blocks if _is_odd_strong(block)]
    if strong and not _NO_STRONG.search(text) and len(strong) % 2 + len(strong) // 3:
        return "opens or closes bold text `**` only once"
    if not strong and any(_is_open_emphasis(block) for block in blocks):
        return "opens emphasis `*` and does not close it"
    return None


def _is_odd_strong(block: str) -> bool:
    marks = [m for m in _STRONG.finditer(block) if not _stands_free(block, m)]
    return len(marks) % 2 == 1


def _stands_free(block: str, match: re.Match[str]) -> bool:
    before, after = block[match.start() - 1 : match.start()], block[match.end() : match.end() + 1]
    return (not before or before.isspace()) and (not after or after.isspace())


def _is_open_emphasis(block: str) -> bool:
    block = block.strip().lstrip("*-+•> \t")
    marks = _EMPHASIS.findall(block)
    return len(marks) == 1 and block.count("*") == 1


def unclosed_code(text: str) -> str | None:
    """Names a backtick without a partner in its block; fences are D008's."""
    for block in _BLOCK.split(text):
        if (
            block.count("`") % 2
            and _TICK.search(block)
            and not (_FOREIGN_TICKS.search(block) or _is_cut_off(text, block))
        ):
            return "opens or closes inline code with a single backtick"
    return None


def _is_cut_off(text: str, block: str) -> bool:
    """Whether the text ends within the code of its last block, without an end: D001 says that."""
    return text.endswith(block) and "\n" not in block and not re.search(r"[.!?:。！？`)]\s*$", block)


def broken_link(text: str) -> str | None:
    """Names half a link: one of its four brackets is missing, or its target."""
    if any(pattern.search(text) for pattern in _HALF_LINKS):
        return "holds half a link, as `[text](address`"
    return None


def ragged_table(text: str) -> str | None:
    """Names the first table row that has more or fewer cells than the table's head."""
    for head, rows in _tables(text):
        for number, row in enumerate(rows):
            if row != head:
                which = f"row {number}" if number else "rule under the head"
                return f"holds a table with {head} columns whose {which} has {row} cells"
    return None


def _tables(text: str) -> Iterator[tuple[int, list[int]]]:
    """``(cells of the head, cells of each row after the delimiter row)`` of each table; none begins within another."""
    lines = text.split("\n")
    behind = 1
    for place, line in enumerate(lines):
        if place < behind or "|" not in line or not _DELIMITER_ROW.fullmatch(line) or "|" not in lines[place - 1]:
            continue
        piped = lines[place - 1].lstrip().startswith("|")
        rows = [_cells(line)]
        for row in islice(lines, place + 1, None):
            if "|" not in row or (piped and not row.lstrip().startswith("|")):
                break
            rows.append(_cells(row))
        behind = place + len(rows)
        yield _cells(lines[place - 1]), rows


def _cells(row: str) -> int:
    row = re.sub(r"\\\||\$(?=\S)[^$]*(?<=\S)\$", " ", row).strip()
    return row.removeprefix("|").removesuffix("|").count("|") + 1
