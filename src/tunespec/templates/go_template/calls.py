"""Calls of functions compiled to closures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.functions import BUILTINS, SHORT_CIRCUITS, Function
from tunespec.templates.go_template.nodes import Command
from tunespec.templates.go_template.run import Run
from tunespec.templates.go_template.values import NO_VALUE

Value: TypeAlias = "Callable[[Run, Any], Any]"
"""The value of an operand or a pipeline, for a run and a dot."""
Stage: TypeAlias = "Callable[[Run, Any, Any], Any]"
"""The value of a command, for a run, a dot and what the command before it gave, or ``ABSENT``."""
ABSENT: Final = object()


def compile_call(name: str, values: list[Value], node: Command) -> Stage:
    """A function called with the values, and with what a pipe gives as the last."""

    def call(run: Run, dot: Any, final: Any) -> Any:
        try:
            callee = _function(run, name)
            callee.check_count(name, len(values) + (final is not ABSENT))
            if name in SHORT_CIRCUITS and callee is BUILTINS[name]:
                return _short_circuit(run, dot, values, final, stop=name == "or")
            return _apply(run, callee, _arguments(run, dot, values, callee, final))
        except TemplateError as error:
            raise error.located(node.line, str(node)) from None

    return call


def _function(run: Run, name: str) -> Function:
    callee = run.functions.get(name) or BUILTINS.get(name)
    if callee is None:
        raise TemplateError(f'"{name}" is not a defined function')
    return callee


def _short_circuit(run: Run, dot: Any, values: list[Value], final: Any, *, stop: bool) -> Any:
    value: Any = NO_VALUE
    run.spend(len(values))
    for evaluate in values:
        value = evaluate(run, dot)
        if bool(value) is stop:
            return value
    return value if final is ABSENT else final


def _arguments(run: Run, dot: Any, values: list[Value], callee: Function, final: Any) -> list[Any]:
    arguments = []
    for place, evaluate in enumerate(values):
        value = evaluate(run, dot)
        if place < callee.strings:
            callee.check_string(place, value)
        arguments.append(value)
    if final is not ABSENT:
        callee.check_string(len(arguments), final)
        arguments.append(final)
    return arguments


def _apply(run: Run, callee: Function, arguments: list[Any]) -> Any:
    run.spend(1 + sum(len(each) >> 8 if isinstance(each, str | list | dict) else 1 for each in arguments))
    result = callee.call(*arguments)
    if isinstance(result, str):
        run.make(len(result))
    return result
