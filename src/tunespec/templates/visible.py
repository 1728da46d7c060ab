r"""Text with everything visible that decides: blanks nobody sees, line ends, tabs, and characters without an ink.

No mark hides what it stands for: a character of the text that looks like a mark is written by its code point, so that
:func:`literal` gives the text back, exactly.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

BLANK, LINE_END, TAB, RETURN = "·", "⏎", "→", "␍"
_SIGNS = {"\n": f"{LINE_END}\n", "\t": f"{TAB}\t", "\r": RETURN}
_MEANING = {BLANK: " ", LINE_END: "\n", TAB: "\t", RETURN: "\r"}
_MEANT = frozenset({BLANK, LINE_END, RETURN, "\\"})  # in a text they would be taken for marks; a tab follows its own
_UNPRINTED = frozenset("CZ")  # categories: control, format, unassigned, separators
# Letters, marks and symbols that nothing is drawn for: fillers, an empty Braille cell, joiners, variation selectors.
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
# Blanks at a line's end or beside another one; then whatever may need a sign.
_UNSEEN = re.compile(r"  +| (?=[\n\r\t]|\Z)|[^ -~]|\\(?=u[0-9a-f]{4}|U[0-9a-f]{8})")
_WRITTEN = re.compile(rf"{BLANK}|{LINE_END}\n?|{TAB}\t|{RETURN}|\\u([0-9a-f]{{4}})|\\U([0-9a-f]{{8}})")


def visible(text: str, also: str = "") -> str:
    r"""The text with `·` for blanks at a line's end or in a row, `⏎` before line ends, `→` before tabs, `␍`, `\u200b`.

    ``also`` are further characters that are written by their code points.
    """
    return "".join(signs(text, also))


def signs(text: str, also: str = "") -> list[str]:
    """The same, one sign for each character of the text; those that are no mark are the character itself."""
    found = list(text)
    for match in _UNSEEN.finditer(text):
        start, end = match.span()
        found[start:end] = [BLANK] * (end - start) if match[0][0] == " " else [_sign(match[0], also)]
    return found


def literal(shown: str) -> str:
    """The text that :func:`visible` made this of; what it shows as the last line's end may have no line behind it."""
    return _WRITTEN.sub(_meant, shown)


def code_point(character: str) -> str:
    r"""A character by its number, as Python and JSON write it: `\u200b`."""
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _sign(character: str, also: str) -> str:
    return code_point(character) if character in also else _usual_sign(character)


@lru_cache(maxsize=1024)
def _usual_sign(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    code = ord(character)
    hidden = unicodedata.category(character)[0] in _UNPRINTED or character in _BLANK_LETTERS
    hidden = hidden or any(first <= code <= last for first, last in _SELECTORS)
    return code_point(character) if hidden or character in _MEANT else character


def _meant(match: re.Match[str]) -> str:
    if number := match[1] or match[2]:
        return chr(int(number, 16))
    return _MEANING[match[0][0]]
