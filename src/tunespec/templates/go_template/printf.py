"""``printf``: formats as Go's ``fmt.Sprintf`` reads them, with its complaints in the text (``%!d(string=x)``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tunespec.templates.go_template.numbers import Style
from tunespec.templates.go_template.printing import Writer, show
from tunespec.templates.go_template.values import NO_VALUE, is_integer, type_name

_LARGEST = 1_000_000  # width or precision, as in Go


def sprintf(text: str, values: Sequence[Any]) -> str:
    """The values in a format."""
    return _Format(text, values).run()


class _Format:
    def __init__(self, text: str, values: Sequence[Any]) -> None:
        self.text = text
        self.values = values
        self.writer = Writer()
        self.position = 0
        self.argument = 0
        self.reordered = False
        self.valid = True  # the argument index of the current verb
        self.after_index = False

    def run(self) -> str:
        while (percent := self.text.find("%", self.position)) >= 0:
            self.writer.write(self.text[self.position : percent])
            self.position = percent + 1
            self._verb(self._style())
        self.writer.write(self.text[self.position :])
        self._extra()
        return self.writer.text()

    def _peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def _style(self) -> Style:
        self.valid = True
        flags = set()
        while (sign := self._peek()) and sign in "#0+- ":
            flags.add(sign)
            self.position += 1
        self._index()
        style = Style(sharp="#" in flags, zero="0" in flags, plus="+" in flags, minus="-" in flags, space=" " in flags)
        style = self._width(style)
        if self._peek() == "." and self.position + 1 < len(self.text):
            self.position += 1
            style = replace(style, precision=self._precision())
        if not self.after_index:
            self._index()
        return style

    def _width(self, style: Style) -> Style:
        if self._peek() == "*":
            self.position += 1
            width = self._number_argument()
            self.after_index = False
            if width is None:
                self.writer.write("%!(BADWIDTH)")
            if width is not None and width < 0:
                return replace(style, width=-width, minus=True, zero=False)
            return replace(style, width=width)
        width = self._digits()
        self.valid = self.valid and not (self.after_index and width is not None)
        return replace(style, width=width)

    def _precision(self) -> int | None:
        self.valid = self.valid and not self.after_index
        self._index()
        if self._peek() != "*":
            return self._digits() or 0
        self.position += 1
        precision = self._number_argument()
        self.after_index = False
        if precision is None or precision < 0:
            self.writer.write("%!(BADPREC)")
            return None
        return precision

    def _digits(self) -> int | None:
        start = self.position
        number = 0
        while (sign := self._peek()).isascii() and sign.isdigit():
            if number > _LARGEST:
                self.position = len(self.text)
                return None
            number = number * 10 + int(sign)
            self.position += 1
        return number if self.position > start else None

    def _number_argument(self) -> int | None:
        if self.argument >= len(self.values):
            return None
        value = self.values[self.argument]
        self.argument += 1
        return int(value) if is_integer(value) and abs(value) <= _LARGEST else None

    def _index(self) -> None:
        """An explicit argument index such as ``[2]``."""
        self.after_index = False
        if self._peek() != "[":
            return
        self.reordered = True
        closing = self.text.find("]", self.position)
        if closing < 0 or len(self.text) - self.position < 3:
            self.position += 1
            self.valid = False
            return
        inner = self.text[self.position + 1 : closing]
        self.position = closing + 1
        number = int(inner) if inner.isascii() and inner.isdigit() and len(inner) < 8 else None
        if number is not None and 1 <= number <= len(self.values):
            self.argument = number - 1
            self.after_index = True
        else:
            self.valid = False
            self.after_index = number is not None

    def _verb(self, style: Style) -> None:
        verb = self._peek()
        self.position += 1
        if not verb:
            self.writer.write("%!(NOVERB)")
        elif verb == "%":
            self.writer.write("%")
        elif not self.valid:
            self.writer.write(f"%!{verb}(BADINDEX)")
        elif self.argument >= len(self.values):
            self.writer.write(f"%!{verb}(MISSING)")
        else:
            show(self.writer, self.values[self.argument], style.of_verb(verb))
            self.argument += 1

    def _extra(self) -> None:
        if self.reordered or self.argument >= len(self.values):
            return
        self.writer.write("%!(EXTRA ")
        for place, value in enumerate(self.values[self.argument :]):
            self.writer.write(", " if place else "")
            nil = value is None or value is NO_VALUE
            self.writer.write("" if nil else f"{type_name(value)}=")
            show(self.writer, value, Style())
        self.writer.write(")")
