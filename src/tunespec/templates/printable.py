"""Which characters a Modelfile's values keep: Ollama drops each one that Go's ``strconv.IsPrint`` denies."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right

_KEPT = frozenset("LMNPS")  # letters, marks, numbers, punctuation, symbols; and the blank
# Go 1.21 to 1.26 know Unicode 15.0; Python 3.11 knows 14.0. These are what 15.0 added: first and last of each range.
# Characters that are newer still are taken as this Python knows them, since Ollama's next Go will know them too.
_ADDED = (
    (0x0CF3, 0x0CF3), (0x0ECE, 0x0ECE), (0x10EFD, 0x10EFF), (0x1123F, 0x11241), (0x11B00, 0x11B09), (0x11F00, 0x11F10),
    (0x11F12, 0x11F3A), (0x11F3E, 0x11F59), (0x1342F, 0x1342F), (0x13440, 0x13455), (0x1B132, 0x1B132),
    (0x1B155, 0x1B155), (0x1D2C0, 0x1D2D3), (0x1DF25, 0x1DF2A), (0x1E030, 0x1E06D), (0x1E08F, 0x1E08F),
    (0x1E4D0, 0x1E4F9), (0x1F6DC, 0x1F6DC), (0x1F774, 0x1F776), (0x1F77B, 0x1F77F), (0x1F7D9, 0x1F7D9),
    (0x1FA75, 0x1FA77), (0x1FA87, 0x1FA88), (0x1FAAD, 0x1FAAF), (0x1FABB, 0x1FABD), (0x1FABF, 0x1FABF),
    (0x1FACE, 0x1FACF), (0x1FADA, 0x1FADB), (0x1FAE8, 0x1FAE8), (0x1FAF7, 0x1FAF8), (0x2B739, 0x2B739),
    (0x31350, 0x323AF),
)  # fmt: skip
_STARTS = tuple(first for first, _ in _ADDED)


def is_printable(character: str) -> bool:
    """Whether Go's ``strconv.IsPrint`` holds for a character: U+00A0, U+200B and U+FEFF are not printable.

    Source: https://pkg.go.dev/strconv#IsPrint; compared with Go 1.26 over all code points on 2026-11-26.
    """
    if " " <= character <= "~":
        return True
    if unicodedata.category(character)[0] in _KEPT:
        return True
    code = ord(character)
    place = bisect_right(_STARTS, code) - 1
    return place >= 0 and code <= _ADDED[place][1]
