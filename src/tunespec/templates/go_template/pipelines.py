"""Pipelines, commands and operands: what stands inside one action."""

from __future__ import annotations

from collections.abc import Collection

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template import literals
from tunespec.templates.go_template.lexer import Lexer, Token
from tunespec.templates.go_template.nodes import (
    Chain,
    Command,
    Dot,
    Fields,
    Identifier,
    Literal,
    Nil,
    Operand,
    Pipe,
    Variable,
)
from tunespec.templates.go_template.quoting import quote

_STARTS = {"boolean", "character", "dot", "field", "identifier", "number", "string", "variable", "("}
_INERT = (Literal, Dot, Nil)  # cannot take what a pipe gives


class PipelineParser:
    """Reads pipelines from a text's tokens; knows the functions and the variables declared so far."""

    def __init__(self, text: str, functions: Collection[str]) -> None:
        """``functions``: every name that a template may call."""
        self._lexed = Lexer(text).tokens()
        self._ahead: list[Token] = []
        self._functions = functions
        self.line = 1  # of the token read last
        self.action_line = 0  # where the current action began
        self.variables = ["$"]

    def next(self) -> Token:
        """The next token."""
        if self._ahead:
            return self._ahead.pop()
        token = next(self._lexed)
        self.line = token.line
        return token

    def push(self, *tokens: Token) -> None:
        """Puts tokens back, to be read in that order."""
        self._ahead.extend(reversed(tokens))

    def next_solid(self) -> Token:
        """The next token that is no space."""
        while (token := self.next()).kind == "space":
            pass
        return token

    def peek_solid(self) -> Token:
        """The next token that is no space, left to be read."""
        token = self.next_solid()
        self.push(token)
        return token

    def fail(self, message: str) -> TemplateError:
        """An error in the line that was read last."""
        return TemplateError(message, self.line)

    def unexpected(self, token: Token, context: str) -> TemplateError:
        """The error of a token that cannot stand where it does."""
        if token.kind != "error":
            return self.fail(f"unexpected {token} in {context}")
        started = self.action_line if self.action_line != token.line else 0
        if not started:
            return self.fail(token.text)
        word = "started at" if token.text.endswith(" action") else "in action started at"
        return self.fail(f"{token.text} {word} line {started}")

    def expect(self, kind: str, context: str) -> Token:
        """The next token, which must be of that kind."""
        token = self.next_solid()
        if token.kind != kind:
            raise self.unexpected(token, context)
        return token

    def pipeline(self, context: str, end: str = "right") -> Pipe:
        """``variables? command ('|' command)*`` up to the end, which is read."""
        line = self.peek_solid().line
        names, assigns = self._declarations(context)
        commands: list[Command] = []
        while (token := self.next_solid()).kind != end:
            if token.kind not in _STARTS and token.text != "nil":
                raise self.unexpected(token, context)
            self.push(token)
            commands.append(self._command())
        if not commands:
            raise self.fail(f"missing value for {context}")
        for stage, command in enumerate(commands[1:], 2):
            if isinstance(command.operands[0], _INERT):
                raise self.fail(f"non executable command in pipeline stage {stage}")
        return Pipe(names, assigns, tuple(commands), line)

    def _declarations(self, context: str) -> tuple[tuple[str, ...], bool]:
        names: list[str] = []
        while self.peek_solid().kind == "variable":
            variable = self.next_solid()
            after = self.next()
            following = after if after.kind != "space" else self.next_solid()
            if following.kind in {"assign", "declare"}:
                self._declare(names, variable)
                return tuple(names), following.kind == "assign"
            if following.text != ",":
                self.push(variable, after, *([] if following is after else [following]))
                break
            self._declare(names, variable)
            if context != "range" or len(names) > 1:
                raise self.fail(f"too many declarations in {context}")
            if self.peek_solid().kind not in {"variable", "right", ")"}:
                raise self.fail("range can only initialize variables")
        return tuple(names), False

    def _declare(self, names: list[str], variable: Token) -> None:
        names.append(variable.text)
        self.variables.append(variable.text)

    def _command(self) -> Command:
        operands: list[Operand] = []
        line = self.peek_solid().line
        while True:
            self.peek_solid()
            operand = self._operand()
            if operand is not None:
                operands.append(operand)
            token = self.next()
            if token.kind == "space":
                continue
            if token.kind in {"right", ")"}:
                self.push(token)
            elif token.kind != "pipe":
                raise self.unexpected(token, "operand")
            break
        if not operands:
            raise self.fail("empty command")
        return Command(tuple(operands), line)

    def _operand(self) -> Operand | None:
        term = self._term()
        if term is None:
            return None
        fields: list[str] = []
        while (token := self.next()).kind == "field":
            fields.append(token.text[1:])
        self.push(token)
        if not fields:
            return term
        if isinstance(term, Fields):
            return Fields((*term.names, *fields), term.line)
        if isinstance(term, Variable):
            return Variable(term.name, tuple(fields), term.line)
        if isinstance(term, _INERT):
            raise self.fail(f"unexpected . after term {quote(str(term))}")
        return Chain(term, tuple(fields), term.line)

    def _term(self) -> Operand | None:
        token = self.next_solid()
        if token.kind == "(":
            return self.pipeline("parenthesized pipeline", ")")
        if token.kind == "identifier":
            if token.text not in self._functions:
                raise self.fail(f'function "{token.text}" not defined')
            return Identifier(token.text, token.line)
        if token.kind == "variable":
            if token.text not in self.variables:
                raise self.fail(f'undefined variable "{token.text}"')
            return Variable(token.text, (), token.line)
        if token.kind == "field":
            return Fields((token.text[1:],), token.line)
        return self._constant(token)

    def _constant(self, token: Token) -> Operand | None:
        if token.kind == "dot":
            return Dot(token.line)
        if token.text == "nil":
            return Nil(token.line)
        reader = _LITERALS.get(token.kind)
        if reader is None:
            self.push(token)
            return None
        try:
            return Literal(reader(token.text), token.text, token.line)
        except TemplateError as error:
            raise self.fail(error.message) from None


_LITERALS = {
    "boolean": lambda text: text == "true",
    "character": literals.character,
    "number": literals.number,
    "string": literals.unquote,
}
