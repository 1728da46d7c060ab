"""Values as Go's ``fmt`` prints them: ``print``, ``println``, and each verb of ``printf``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.numbers import Style, show_float, show_integer
from tunespec.templates.go_template.quoting import can_backquote, quote
from tunespec.templates.go_template.values import NO_VALUE, Struct, encode, method_of, type_name

MOST_TEXT = 1 << 24  # characters that one function may make, or one template print; templates are hostile
ADDRESS = 0xC000000000
"""Where every pointer points, for Go prints addresses, which differ in each run."""
_PLAIN = Style()
_STRINGABLE = "vsxXq"
_NIL = "<nil>"


class Writer:
    """Text in the making, of bounded length."""

    def __init__(self) -> None:
        """An empty one."""
        self._parts: list[str] = []
        self._room = MOST_TEXT

    def write(self, text: str) -> None:
        """Appends a text. Raises TemplateError beyond the bound."""
        self._room -= len(text)
        if self._room < 0:
            raise TemplateError(f"the template makes a text of more than {MOST_TEXT:,} characters")
        self._parts.append(text)

    def text(self) -> str:
        """What was written."""
        return "".join(self._parts)


def sprint(values: Sequence[Any]) -> str:
    """``fmt.Sprint``: a blank between two values of which neither is a string."""
    writer = Writer()
    after_string = True
    for value in values:
        is_string = isinstance(value, str)
        if not (is_string or after_string):
            writer.write(" ")
        show(writer, value, _PLAIN)
        after_string = is_string
    return writer.text()


def sprintln(values: Sequence[Any]) -> str:
    """``fmt.Sprintln``: blanks between all values, and a line's end."""
    writer = Writer()
    for place, value in enumerate(values):
        writer.write(" " if place else "")
        show(writer, value, _PLAIN)
    writer.write("\n")
    return writer.text()


def printed(value: Any) -> Any:
    """What a template prints for a value: a pointer's target, and ``<no value>`` for nothing."""
    if value is None or value is NO_VALUE:
        return "<no value>"
    if isinstance(value, Struct) and value.pointer and not value.nil:
        return Struct(value.type, value.fields)
    return value


def show(writer: Writer, value: Any, style: Style, *, inside: bool = False) -> None:
    """Prints one value by a verb; ``inside`` a list, a map or a struct."""
    if value is None or value is NO_VALUE:
        _show_nil(writer, style, inside=inside)
        return
    if style.verb == "T" and not inside:
        writer.write(_text(type_name(value), replace(style, verb="s")) or "")
        return
    if not style.raw and style.verb in _STRINGABLE and (method := method_of(value, "String")) is not None:
        value = method(value)
    shown = _scalar(value, style)
    if shown is not None:
        writer.write(shown)
    elif isinstance(value, list | dict | Struct):
        _show_parts(writer, value, style, inside=inside)
    else:
        _complain(writer, value, style)


def _show_nil(writer: Writer, style: Style, *, inside: bool) -> None:
    if inside:
        writer.write(_NIL)
    else:
        writer.write(style.pad(_NIL) if style.verb in "Tv" else f"%!{style.verb}({_NIL})")


def _scalar(value: Any, style: Style) -> str | None:
    """A value that has no parts; None if it has, or if the verb is not for it."""
    if isinstance(value, str):
        return _text(value, style)
    if isinstance(value, bool):
        return style.pad("true" if value else "false") if style.verb in "tv" else None
    if isinstance(value, int):
        return show_integer(value, style)
    if isinstance(value, float):
        return show_float(value, style)
    if isinstance(value, complex):
        real, imaginary = show_float(value.real, style), show_float(value.imag, replace(style, plus=True))
        return f"({real}{imaginary}i)" if real is not None else None
    return None


def _text(text: str, style: Style) -> str | None:
    if style.verb in "xX":
        return _hexadecimal(text, style)
    short = text if style.precision is None else text[: style.precision]
    if style.verb == "q" or style.go_syntax:
        if style.sharp and can_backquote(short):
            return style.pad(f"`{short}`")
        return style.pad(quote(short, ascii_only=style.plus))
    return style.pad(short) if style.verb in "sv" else None


def _hexadecimal(text: str, style: Style) -> str:
    raw = encode(text)[: style.precision]
    prefix = "0x" if style.sharp and raw else ""
    digits = (
        prefix + raw.hex(f" {prefix}"[:1]).replace(" ", " " + prefix) if style.space and raw else prefix + raw.hex()
    )
    return style.pad(digits.upper() if style.verb == "X" else digits)


def _complain(writer: Writer, value: Any, style: Style) -> None:
    writer.write(f"%!{style.verb}({type_name(value)}=")
    show(writer, value, replace(style, verb="v", raw=True))
    writer.write(")")


def _show_parts(writer: Writer, value: Any, style: Style, *, inside: bool) -> None:
    if style.go_syntax or style.verb == "p":
        raise TemplateError(f"tunespec does not print {type_name(value)} with %{'#v' if style.go_syntax else 'p'}")
    if isinstance(value, Struct) and value.pointer:
        if inside or value.nil:
            _show_pointer(writer, value, style)
            return
        writer.write("&")
    opening, closing = ("{", "}") if isinstance(value, Struct) else ("map[" if isinstance(value, dict) else "[", "]")
    writer.write(opening)
    for place, (label, part) in enumerate(_parts(value)):
        writer.write(" " if place else "")
        if isinstance(value, dict):
            show(writer, label, style, inside=True)
            writer.write(":")
        elif label and style.names:
            writer.write(f"{label}:")
        show(writer, part, style, inside=True)
    writer.write(closing)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        return iter(sorted(value.items()))
    if isinstance(value, Struct):
        return ((field.name, value.fields[field.name]) for field in value.type.fields)
    return (("", part) for part in value)


def _show_pointer(writer: Writer, value: Struct, style: Style) -> None:
    if value.nil and style.verb == "v":
        writer.write(style.pad(_NIL))
    elif style.verb in "vdxXbo":
        address = f"0x{ADDRESS:x}" if style.verb == "v" else show_integer(0 if value.nil else ADDRESS, style)
        writer.write(style.pad(address or ""))
    else:
        _complain(writer, value, style)
