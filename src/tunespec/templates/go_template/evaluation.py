"""Pipelines compiled to closures: each takes the run and the dot, and gives a value.

A nil that comes out of a map or a list (``None``) has no fields; the same nil out of a pipeline is ``NO_VALUE``, of
which every field is ``NO_VALUE`` again. Go makes the same difference (``reflect.Value`` of a nil interface, or none).
"""

from __future__ import annotations

from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.calls import ABSENT, Stage, Value, compile_call
from tunespec.templates.go_template.field_access import field_of
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
from tunespec.templates.go_template.run import Run
from tunespec.templates.go_template.values import NO_VALUE

_LARGEST_INT = (1 << 63) - 1


def compile_pipe(pipe: Pipe) -> Value:
    """The value of a pipeline, which also sets its variables."""
    evaluate = _compile_commands(pipe)
    if not pipe.variables:
        return evaluate
    names, assigns, line = pipe.variables, pipe.assigns, pipe.line

    def declare(run: Run, dot: Any) -> Any:
        value = evaluate(run, dot)
        for name in names:
            if assigns:
                run.assign(name, value, line)
            else:
                run.variables.append((name, value))
        return value

    return declare


def _compile_commands(pipe: Pipe) -> Value:
    stages = [_compile_command(command) for command in pipe.commands]
    if len(stages) == 1:
        only = stages[0]

        def evaluate(run: Run, dot: Any) -> Any:
            value = only(run, dot, ABSENT)
            return NO_VALUE if value is None else value

        return evaluate

    def evaluate_all(run: Run, dot: Any) -> Any:
        value: Any = ABSENT
        for stage in stages:
            value = stage(run, dot, value)
            if value is None:
                value = NO_VALUE
        return value

    return evaluate_all


def _compile_command(command: Command) -> Stage:
    first, arguments = command.operands[0], command.operands[1:]
    if isinstance(first, Identifier):
        return compile_call(first.name, [compile_operand(each) for each in arguments], command)
    if isinstance(first, Nil):
        return _failing("nil is not a command", first)
    has_arguments = bool(arguments)
    if isinstance(first, Fields | Chain) or (isinstance(first, Variable) and first.fields):
        return _compile_fields(first, has_arguments=has_arguments)
    evaluate = compile_operand(first)

    def plain(run: Run, dot: Any, final: Any) -> Any:
        if has_arguments or final is not ABSENT:
            raise TemplateError(f"can't give argument to non-function {first}").located(first.line, str(first))
        return evaluate(run, dot)

    return plain


def _failing(message: str, node: Operand) -> Stage:
    def fail(_run: Run, _dot: Any, _final: Any) -> Any:
        raise TemplateError(message).located(node.line, str(node))

    return fail


def compile_operand(operand: Operand) -> Value:
    """The value of an operand: of an argument, or of a command without arguments."""
    if isinstance(operand, Dot):
        return lambda _run, dot: dot
    if isinstance(operand, Pipe):
        return compile_pipe(operand)
    if isinstance(operand, Literal):
        return _compile_literal(operand)
    if isinstance(operand, Nil):
        return lambda _run, _dot: NO_VALUE
    if isinstance(operand, Variable) and not operand.fields:
        name, line = operand.name, operand.line
        return lambda run, _dot: run.lookup(name, line)
    stage = _compile_command(Command((operand,), operand.line))
    return lambda run, dot: stage(run, dot, ABSENT)


def _compile_literal(literal: Literal) -> Value:
    value = literal.value
    if isinstance(value, int) and value > _LARGEST_INT:
        stage = _failing(f"{literal} overflows int", literal)
        return lambda run, dot: stage(run, dot, ABSENT)
    return lambda _run, _dot: value


def _compile_fields(operand: Fields | Chain | Variable, *, has_arguments: bool) -> Stage:
    names = operand.names if isinstance(operand, Fields) else operand.fields
    start: Value | None = None
    if isinstance(operand, Chain):
        start = compile_operand(operand.operand)
    elif isinstance(operand, Variable):
        start = compile_operand(Variable(operand.name, (), operand.line))
    last = len(names) - 1

    def walk(run: Run, dot: Any, final: Any) -> Any:
        value = dot if start is None else start(run, dot)
        try:
            for place, name in enumerate(names):
                if value is NO_VALUE:
                    return NO_VALUE
                called = place == last and (has_arguments or final is not ABSENT)
                value = field_of(value, name, zero_for_missing=run.zero_for_missing, called=called)
        except TemplateError as error:
            raise error.located(operand.line, str(operand)) from None
        return value

    return walk
