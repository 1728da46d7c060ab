"""A template's text as tokens, as Go's ``text/template/parse`` cuts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tunespec.templates.go_template.quoting import quote

SPACES = " \t\r\n"
KEYWORDS = frozenset("block break continue define else end if range nil template with".split())
_TRIM_LEFT = re.compile(r"-[ \t\r\n]")
_RIGHT = re.compile(r"(?:[ \t\r\n]-)?\}\}")
_TERMINATOR = re.compile(r"[ \t\r\n.,|:()]|\}\}|\Z")
_QUOTED = {
    '"': ("string", re.compile(r'"(?:[^"\\\n]|\\[^\n])*"'), "unterminated quoted string"),
    "'": ("character", re.compile(r"'(?:[^'\\\n]|\\[^\n])*'"), "unterminated character constant"),
    "`": ("string", re.compile(r"`[^`]*`"), "unterminated raw quoted string"),
}
_NUMBER_START = re.compile(r"[+-]|\.?[0-9]|\.\Z")
_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)


class Token(NamedTuple):
    """A piece of a template: its kind, its text as written and the line it starts in."""

    kind: str
    text: str
    line: int

    def __str__(self) -> str:
        """As Go names it in an error message."""
        if self.kind == "end of file":
            return "EOF"
        if self.kind == "error":
            return self.text
        if self.kind in {"keyword", "dot"}:
            return f"<{self.text}>"
        return quote(self.text[:10]) + ("..." if len(self.text) > 10 else "")


class Lexer:
    """The state of one pass over a text; ``tokens()`` yields them until the end or the first error."""

    def __init__(self, text: str) -> None:
        """Takes the template's text."""
        self.text = text
        self.position = 0
        self.line = 1
        self.parentheses = 0

    def tokens(self) -> Iterator[Token]:
        """Literal texts, and the tokens inside each action between ``left`` and ``right``."""
        start = 0  # of literal text that no trim marker has taken
        while (opening := self.text.find("{{", self.position)) >= 0:
            inside = opening + 2
            trims = _TRIM_LEFT.match(self.text, inside)
            literal = self.text[start:opening].rstrip(SPACES) if trims else self.text[start:opening]
            if literal:
                yield Token("text", literal, self.line)
            self._move(opening)
            content = inside + 2 if trims else inside
            if self.text.startswith("/*", content):
                if (problem := self._comment(content)) is not None:
                    yield problem
                    return
            else:
                self.position = inside
                yield Token("left", "{{", self.line)
                self._move(content)
                yield from self._action()
                if self.position < 0:
                    return
            start = self.position
        if start < len(self.text):
            yield Token("text", self.text[start:], self.line)
            self._move(len(self.text))
        yield Token("end of file", "", self.line)

    def _move(self, position: int) -> None:
        self.line += self.text.count("\n", self.position, position)
        self.position = position

    def _comment(self, content: int) -> Token | None:
        closing = self.text.find("*/", content + 2)
        if closing < 0:
            return Token("error", "unclosed comment", self.line)
        right = _RIGHT.match(self.text, closing + 2)
        if right is None:
            return Token("error", "comment ends before closing delimiter", self.line)
        self._leave(right)
        return None

    def _leave(self, right: re.Match[str]) -> None:
        """Behind a right delimiter, and behind the spaces that its trim marker takes."""
        end = right.end()
        if right.group() != "}}":
            end += len(self.text) - end - len(self.text[end:].lstrip(SPACES))
        self._move(end)

    def _action(self) -> Iterator[Token]:
        self.parentheses = 0
        while True:
            right = _RIGHT.match(self.text, self.position)
            if right is not None and self.parentheses == 0:
                line = self.line + right.group().count("\n")
                self._leave(right)
                yield Token("right", "}}", line)
                return
            token = self._next() if right is None else self._error("unclosed left paren")
            yield token
            if token.kind == "error":
                self.position = -1
                return
            self._move(self.position + len(token.text))

    def _error(self, message: str) -> Token:
        return Token("error", message, self.line)

    def _next(self) -> Token:
        text, position = self.text, self.position
        sign = text[position : position + 1]
        if not sign:
            return self._error("unclosed action")
        if sign in SPACES:
            return self._space()
        if sign in _QUOTED:
            return self._quoted(*_QUOTED[sign])
        if _NUMBER_START.match(text, position):
            return self._number()
        if sign in "$.":
            return self._named("variable" if sign == "$" else "field", position + 1)
        return self._named("identifier", position) if _is_alphanumeric(sign) else self._sign(sign)

    def _quoted(self, kind: str, pattern: re.Pattern[str], problem: str) -> Token:
        found = pattern.match(self.text, self.position)
        return self._error(problem) if found is None else Token(kind, found.group(), self.line)

    def _space(self) -> Token:
        end = self.position
        while self.text[end : end + 1] in SPACES and end < len(self.text):
            end += 1
        if self.text.startswith("-}}", end) and end - self.position > 1:
            end -= 1  # the last space belongs to the trim marker
        return Token("space", self.text[self.position : end], self.line)

    def _named(self, kind: str, end: int) -> Token:
        while end < len(self.text) and _is_alphanumeric(self.text[end]):
            end += 1
        name = self.text[self.position : end]
        if _TERMINATOR.match(self.text, end) is None:
            return self._error(f"bad character {_code_point(self.text[end])}")
        if name == ".":
            kind = "dot"
        elif name in KEYWORDS:
            kind = "keyword"
        elif name in {"true", "false"}:
            kind = "boolean"
        return Token(kind, name, self.line)

    def _number(self) -> Token:
        found = _NUMBER.match(self.text, self.position)
        end = found.end() if found else self.position
        bad = self.text[end : end + 1]
        if bad in {"+", "-"}:  # a complex constant: 1+2i
            second = _NUMBER.match(self.text, end)
            end = second.end() if second else end
            bad = self.text[end : end + 1]
            if self.text[end - 1] != "i":
                return self._error(f'bad number syntax: "{self.text[self.position : end]}"')
        if bad and _is_alphanumeric(bad):
            return self._error(f'bad number syntax: "{self.text[self.position : end + 1]}"')
        return Token("number", self.text[self.position : end], self.line)

    def _sign(self, sign: str) -> Token:
        if sign == ":":
            declares = self.text.startswith(":=", self.position)
            return Token("declare", ":=", self.line) if declares else self._error("expected :=")
        if sign in "()":
            self.parentheses += 1 if sign == "(" else -1
            if self.parentheses < 0:
                return self._error("unexpected right paren")
        elif not (sign.isascii() and sign.isprintable()):
            return self._error(f"unrecognized character in action: {_code_point(sign)}")
        return Token({"=": "assign", "|": "pipe"}.get(sign, sign), sign, self.line)


def _is_alphanumeric(sign: str) -> bool:
    return sign == "_" or sign.isalpha() or sign.isdecimal()


def _code_point(sign: str) -> str:
    shown = f" '{sign}'" if sign.isprintable() else ""
    return f"U+{ord(sign):04X}{shown}"
