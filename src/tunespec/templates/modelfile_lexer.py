"""A Modelfile's instructions, read exactly as Ollama reads them.

Source: Ollama 0.34.2, ``parser/parser.go`` (``ParseFile``), which is a machine over characters. A value's end depends
only on the end of a line, so this reads lines; ``tests/test_modelfile.py`` holds the grammar, rule by rule.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator

from tunespec.templates.instruction import BLANK, Dropped, Instruction, ModelfileError, opening
from tunespec.templates.printable import is_printable

_COMMANDS = frozenset("from license template system adapter draft renderer parser parameter message requires".split())
_ROLES = frozenset({"system", "user", "assistant"})
_UNKNOWN_COMMAND = (
    'command must be one of "from", "license", "template", "system", "adapter", "draft", "renderer", "parser", '
    '"parameter", "message", or "requires"'
)
_UNKNOWN_ROLE = 'message role must be one of "system", "user", or "assistant"'
_UNEXPECTED_END = "unexpected EOF"
_BETWEEN = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*)*")  # blanks and comments between instructions
_NAME = re.compile(r"(.[A-Za-z]*)(.?)", re.DOTALL)  # any first character: the check comes later, when it is dropped
_ARGUMENT = {
    "PARAMETER": re.compile(r"([A-Za-z0-9_]*)(.?)", re.DOTALL),
    "MESSAGE": re.compile(r"([A-Za-z]*)(.?)", re.DOTALL),
}
_LINE = re.compile(r"([^\r\n]*)([\r\n]?)")
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def decode(content: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 if it begins with that BOM; what is invalid becomes U+FFFD."""
    for mark, encoding in _UTF16.items():
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    return content.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")


def instructions(text: str) -> Iterator[Instruction]:
    """The instructions of a decoded Modelfile, in order.

    Raises:
        ModelfileError: a text that Ollama's parser refuses.
    """
    lines = _Lines(text)
    position = _after(_BETWEEN.match(text, 0))
    given: Instruction | None = None
    while position < len(text):
        keyword, start = _keyword(text, position, lines, given)
        argument, start = _argument(text, keyword, start, lines)
        value, written, dropped = _value(text, start, lines)
        given = Instruction(keyword, argument, value, *lines.place(start), written, tuple(dropped))
        yield given
        position = _after(_BETWEEN.match(text, start + len(written)))


def _keyword(text: str, position: int, lines: _Lines, before: Instruction | None) -> tuple[str, int]:
    """The command at a position, and where its argument or value starts."""
    found = _NAME.match(text, position)
    assert found is not None
    name = found[1] if is_printable(found[1][0]) else found[1][1:]
    if not found[2]:
        raise ModelfileError(_UNEXPECTED_END, lines.place(position)[0], f"the file ends after `{name}`")
    if found[2] not in " \t" or name.lower() not in _COMMANDS:
        raise ModelfileError(_UNKNOWN_COMMAND, lines.place(position)[0], _why(before))
    return name.upper(), found.end()


def _why(before: Instruction | None) -> str:
    """Why a text is taken for a command: the value before it ended earlier than it seems to."""
    if before is None or before.quotes == '"""':
        return ""
    if before.quotes:
        return f'the value of {before.keyword} in line {before.line} has ended: a line before this one ends with `"`'
    return f'a value without quotes ends with its line, such as {before.keyword} in line {before.line}; use `"""`'


def _argument(text: str, keyword: str, start: int, lines: _Lines) -> tuple[str, int]:
    """A parameter's name or a message's role, and where the value starts."""
    pattern = _ARGUMENT.get(keyword)
    if pattern is None:
        return "", start
    found = pattern.match(text, start)
    assert found is not None
    line = lines.place(start)[0]
    if not found[2] or found[2] not in " \t":
        message = f"{_UNEXPECTED_END}: {found[1]}" if found[2] else _UNEXPECTED_END
        hint = f"{keyword} needs a name, a blank and a value in one line"
        if keyword == "MESSAGE" and found[2] == ":":
            hint = f"a blank stands behind the role, and no colon: MESSAGE {found[1].lower()} ..."
        raise ModelfileError(message, line, hint)
    if keyword == "MESSAGE" and found[1] not in _ROLES:
        lower = found[1].lower()
        raise ModelfileError(_UNKNOWN_ROLE, line, f"write `{lower}` in small letters" if lower in _ROLES else "")
    return found[1], found.end()


def _value(text: str, start: int, lines: _Lines) -> tuple[str, str, list[Dropped]]:
    """The value from a position on, as Ollama takes it and as it is written, and the characters that are left out.

    It ends with the first line at whose end every quote that opened it is closed.
    """
    kept: list[str] = []
    dropped: list[Dropped] = []
    quotes, position = "", start
    while True:
        found = _LINE.match(text, position)
        assert found is not None
        line = _printable(found, lines, dropped)
        bare = line.strip(BLANK)
        kept.append(line)
        if position == start:
            quotes = opening(bare)
            closed = bare.endswith(quotes) and len(bare) >= 2 * len(quotes)
        else:
            closed = bare.endswith(quotes)
        if closed:
            value = "".join(kept).strip(BLANK)
            return value[len(quotes) : len(value) - len(quotes)], text[start : found.end(1)], dropped
        if not found[2]:
            raise _unterminated(quotes, text, start, lines)
        kept.append(found[2])
        position = found.end()


def _printable(found: re.Match[str], lines: _Lines, dropped: list[Dropped]) -> str:
    """A line without what Ollama drops; a TAB stays."""
    line = found[1]
    if line.isascii() and line.isprintable():
        return line
    kept: list[str] = []
    for column, character in enumerate(line):
        if character == "\t" or is_printable(character):
            kept.append(character)
        else:
            dropped.append(Dropped(character, *lines.place(found.start() + column)))
    return "".join(kept)


def _unterminated(quotes: str, text: str, start: int, lines: _Lines) -> ModelfileError:
    """The error for a quote that nothing closes, at the line where it opens, with what may have kept it open."""
    first = text[start:].split("\n", 1)[0].strip(BLANK)
    hint = f"the value that begins with {quotes} is closed by {quotes} at the end of a line, and no line ends so"
    behind = re.search(rf"(?<=.){quotes}[ \t]+(#.*)", first)
    if behind:
        hint += f"; `{behind[1][:40]}` is no comment there, but text of the value"
    return ModelfileError(_UNEXPECTED_END, lines.place(start)[0], hint)


def _after(found: re.Match[str] | None) -> int:
    assert found is not None
    return found.end()


class _Lines:
    """Line and column of a position; a line ends with CRLF, LF or CR."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", text))]

    def place(self, position: int) -> tuple[int, int]:
        """Both count from 1."""
        row = bisect_right(self._starts, position)
        return row, position - self._starts[row - 1] + 1
