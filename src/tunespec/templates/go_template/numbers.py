"""Numbers as Go's ``fmt`` prints them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.quoting import is_printable, quote

_BASES = {"b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}
_PREFIXES = {"b": "0b", "o": "0", "O": "0o", "x": "0x", "X": "0X"}
_LAST_RUNE = 0x10FFFF
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class Style:
    """How a verb of a format prints its argument: ``%-8.3q``."""

    verb: str = "v"
    width: int | None = None
    precision: int | None = None
    plus: bool = False
    minus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    names: bool = False  # %+v
    go_syntax: bool = False  # %#v
    raw: bool = False  # inside a complaint, where methods are not called

    def of_verb(self, verb: str) -> Style:
        """The style for a verb; for ``v`` the flags ``+`` and ``#`` mean something else."""
        if verb not in "vw":
            return replace(self, verb=verb)
        return replace(self, verb=verb, names=self.plus, plus=False, go_syntax=self.sharp, sharp=False)

    def pad(self, text: str, *, zero: bool = True) -> str:
        """The text in its width; zeros stand for blanks on the left only."""
        if not self.width:
            return text
        if self.minus:
            return text.ljust(self.width)
        return text.rjust(self.width, "0" if self.zero and zero else " ")


def show_integer(value: int, style: Style) -> str | None:
    """An integer, or None if the verb is not for integers."""
    if style.verb in "dvboOxX":
        return _show_digits(value, style)
    if style.verb == "c":
        return style.pad(_rune(value))
    if style.verb == "q":
        return style.pad(quote(_rune(value), "'", ascii_only=style.plus))
    if style.verb == "U":
        code = f"U+{value % (1 << 64):0{max(4, style.precision or 0)}X}"
        shown = style.sharp and 0 <= value <= _LAST_RUNE and is_printable(chr(value))
        return style.pad(f"{code} '{chr(value)}'" if shown else code, zero=False)
    return None


def _rune(value: int) -> str:
    valid = 0 <= value <= _LAST_RUNE and not 0xD800 <= value < 0xE000
    return chr(value) if valid else _REPLACEMENT


def _show_digits(value: int, style: Style) -> str:
    signed = value < 0 or style.plus or style.space
    least = style.precision
    if least is None and style.zero and not style.minus and style.width:
        least = style.width - signed
    elif least == 0 and value == 0:
        return " " * (style.width or 0)
    digits = format(abs(value), _BASES.get(style.verb, "d")).rjust(least or 0, "0")
    if (
        style.verb == "O"
        or (style.sharp and style.verb in "bxX")
        or (style.sharp and style.verb == "o" and digits[0] != "0")
    ):
        digits = (
            _PREFIXES[style.verb] + ("0" if style.verb == "O" and style.sharp and digits[0] != "0" else "") + digits
        )
    sign = "-" if value < 0 else "+" if style.plus else " " if style.space else ""
    return style.pad(sign + digits, zero=False)


def show_float(value: float, style: Style) -> str | None:
    """A float, or None if the verb is not for floats."""
    verb = "g" if style.verb == "v" else style.verb
    if verb not in "gGeEfF":
        if verb in "bxX":
            raise TemplateError(f"tunespec does not print floats with %{verb}")
        return None
    if style.sharp:
        raise TemplateError("tunespec does not print floats with the # flag")
    if math.isnan(value) or math.isinf(value):
        name = "NaN" if math.isnan(value) else "Inf"
        sign = (
            "-"
            if value < 0
            else "+"
            if style.plus or (name == "Inf" and not style.space)
            else " "
            if style.space
            else ""
        )
        return style.pad(sign + name, zero=False)
    digits = _float_digits(value, verb, style.precision)
    sign = "-" if digits.startswith("-") else "+" if style.plus else " " if style.space else ""
    digits = digits.removeprefix("-")
    if sign and style.zero and not style.minus and style.width:
        return sign + digits.rjust(style.width - 1, "0")
    return style.pad(sign + digits)


def _float_digits(value: float, verb: str, precision: int | None) -> str:
    if verb in "gG" and precision is None:
        shown = shortest(value)
        return shown.upper() if verb == "G" else shown
    return f"{value:.{6 if precision is None else precision}{verb}}"


def shortest(value: float) -> str:
    """``%v``: the fewest digits that mean this number, with an exponent part where it is below -4 or above 5."""
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).lstrip("0")
    stripped = text.rstrip("0") or "0"
    point = len(text) + exponent  # digits before the decimal point
    minus = "-" if sign else ""
    if not text:
        return f"{minus}0"
    if -4 <= point - 1 < 6:
        if point <= 0:
            return f"{minus}0.{'0' * -point}{stripped}"
        whole, part = stripped[:point].ljust(point, "0"), stripped[point:]
        return f"{minus}{whole}.{part}" if part else minus + whole
    mantissa = stripped[0] + (f".{stripped[1:]}" if len(stripped) > 1 else "")
    return f"{minus}{mantissa}e{'-' if point < 1 else '+'}{abs(point - 1):02d}"
