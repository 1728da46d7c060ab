"""Texts as Go quotes them (``strconv.Quote``), and what it holds for printable."""

from __future__ import annotations

import unicodedata

_SHORT = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v", "\\": r"\\"}
_RAW_BYTES = range(0xDC80, 0xDD00)  # how surrogateescape holds a byte that is no UTF-8


def is_printable(sign: str) -> bool:
    """``strconv.IsPrint``: letters, marks, numbers, punctuation, symbols and the blank."""
    return sign == " " or unicodedata.category(sign)[0] in "LMNPS"


def quote(text: str, mark: str = '"', *, ascii_only: bool = False) -> str:
    """The text as a Go literal in quotation marks."""
    return mark + "".join(_escape(sign, mark, ascii_only) for sign in text) + mark


def can_backquote(text: str) -> bool:
    """``strconv.CanBackquote``: one line without control characters but the tab."""
    return not any(sign in "`\ufeff\x7f" or (sign < " " and sign != "\t") or ord(sign) in _RAW_BYTES for sign in text)


def _escape(sign: str, mark: str, ascii_only: bool) -> str:
    code = ord(sign)
    if sign == mark:
        return "\\" + sign
    if sign in _SHORT:
        return _SHORT[sign]
    if code in _RAW_BYTES:
        return f"\\x{code - 0xDC00:02x}"
    if is_printable(sign) and (code < 0x80 or not ascii_only):
        return sign
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
