"""Go's literals: quoted strings, characters and numbers, as ``strconv`` reads them."""

from __future__ import annotations

import math
import re

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.values import decode

_ESCAPE = re.compile(
    r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|)", re.DOTALL
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}
_SURROGATES = range(0xD800, 0xE000)
_UNICODE_END = 0x110000
_OCTAL = re.compile(r"([+-]?)0(?:_?[0-7]+)+")
_HEX_FLOAT = re.compile(r"[+-]?0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*[pP][+-]?[0-9_]+")


def unquote(literal: str) -> str:
    """The text of a string literal, in double quotes or in backquotes."""
    body = literal[1:-1]
    if literal[0] == "`":
        return body.replace("\r", "")  # as strconv.Unquote does
    if "\\" not in body:
        return body
    raw = bytearray()
    end = 0
    for found in _ESCAPE.finditer(body):
        raw += body[end : found.start()].encode("utf-8", "surrogateescape") + _escaped(found, '"')
        end = found.end()
    return decode(bytes(raw + body[end:].encode("utf-8", "surrogateescape")))


def _escaped(found: re.Match[str], quote: str) -> bytes:
    simple, byte, octal, short, long = found.groups()
    if simple and (simple not in "'\"" or simple == quote):
        return _SIMPLE[simple].encode()
    if byte or (octal and int(octal, 8) < 256):
        return bytes([int(byte, 16) if byte else int(octal, 8)])
    if short or long:
        point = int(short or long, 16)
        if point < _UNICODE_END and point not in _SURROGATES:
            return chr(point).encode()
    raise TemplateError("invalid syntax")


def character(literal: str) -> int:
    """The code point of a character literal, with its quotes."""
    body = literal[1:-1]
    if body.startswith("\\"):
        found = _ESCAPE.match(body)
        if found is not None and found.end() == len(body):
            if found[2] or found[3]:  # a byte is a code point here
                return int.from_bytes(_escaped(found, "'"))
            return ord(_escaped(found, "'").decode())
    elif len(body) == 1 and body != "'":
        return ord(body)
    raise TemplateError(f"malformed character constant: {literal}" if body else "invalid syntax")


def number(literal: str) -> int | float | complex:
    """The value of a number as an untyped constant: an int unless it has a point, an exponent or an ``i``."""
    if literal.endswith("i"):
        return _complex(literal[:-1])
    value = integer(literal)
    if value is not None:
        if not -(1 << 63) <= value < 1 << 64:
            raise TemplateError(f'integer overflow: "{literal}"')
        return value
    if (real := _float(literal)) is None:
        raise TemplateError(f'illegal number syntax: "{literal}"')
    if not re.search(r"[.eEpP]", literal):
        raise TemplateError(f'integer overflow: "{literal}"')
    return real


def integer(literal: str) -> int | None:
    """An integer of any base by its prefix; a leading zero means octal."""
    if octal := _OCTAL.fullmatch(literal):
        return int(octal[1] + literal.lstrip("+-").replace("_", ""), 8)
    try:
        return int(literal, 0)
    except ValueError:
        return None


def _float(literal: str) -> float | None:
    try:
        value = float.fromhex(literal.replace("_", "")) if _HEX_FLOAT.fullmatch(literal) else float(literal)
    except (ValueError, OverflowError):
        return None
    return None if math.isinf(value) else value


def _complex(literal: str) -> complex:
    split = max(literal.rfind("+"), literal.rfind("-"))
    if split > 0 and literal[split - 1] in "eEpP":
        split = max(literal.rfind("+", 0, split), literal.rfind("-", 0, split))
    parts = [literal[:split], literal[split:]] if split > 0 else ["0", literal]
    real, imaginary = (_float(part) for part in parts)
    if real is None or imaginary is None:
        raise TemplateError(f'illegal number syntax: "{literal}i"')
    return complex(real, imaginary)
