"""Two walks of Ollama over a template's tree: the identifiers in it, and the tree cut behind ``{{ .Response }}``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.nodes import (
    Action,
    Branch,
    Command,
    Fields,
    Invocation,
    Node,
    Nodes,
    Operand,
    Pipe,
    Range,
    Variable,
)


def identifiers(nodes: Nodes) -> Iterator[str]:
    """Fields and variables that Ollama finds; it looks neither behind parentheses with fields nor at declarations."""
    for node in nodes:
        if isinstance(node, Action):
            yield from _of_pipe(node.pipe)
        elif isinstance(node, Invocation):
            if node.pipe is None:
                raise TemplateError("undefined template specified", node.line)  # Ollama refuses it without a pipeline
            yield from _of_pipe(node.pipe)
        elif isinstance(node, Branch | Range):
            arms = node.arms if isinstance(node, Branch) else ((node.pipe, node.body),)
            for pipe, body in arms:
                yield from _of_pipe(pipe)
                yield from identifiers(body)
            yield from identifiers(node.otherwise or ())


def _of_pipe(pipe: Pipe) -> Iterator[str]:
    for command in pipe.commands:
        for operand in command.operands:
            yield from _of_operand(operand)


def _of_operand(operand: Operand) -> Iterable[str]:
    if isinstance(operand, Fields):
        return operand.names
    if isinstance(operand, Variable):
        return (operand.name, *operand.fields)
    return _of_pipe(operand) if isinstance(operand, Pipe) else ()


def cut_behind_response(nodes: Nodes) -> Nodes:
    """The tree for the last turn: everything behind the first ``.Response`` is taken out, in the order of the text.

    Pipelines of ``if``, ``with`` and ``range`` do not count, nor ``$.Response``. Raises TemplateError where Ollama
    panics: an ``else`` behind the ``.Response`` of the branch before it.
    """
    return _Cut().nodes(nodes)


class _Cut:
    def __init__(self) -> None:
        self.done = False

    def nodes(self, nodes: Nodes) -> Nodes:
        kept: list[Node] = []
        for node in nodes:
            if self.done:
                break
            if (shorter := self._node(node)) is not None:
                kept.append(shorter)
        return tuple(kept)

    def _node(self, node: Node) -> Node | None:
        if isinstance(node, Action):
            pipe = self._pipe(node.pipe)
            return None if pipe is None else Action(pipe)
        if isinstance(node, Branch):
            arms = tuple((pipe, self._body(body, pipe.line)) for pipe, body in node.arms)
            return replace(node, arms=arms, otherwise=self._otherwise(node.otherwise, node.arms[-1][0].line))
        if isinstance(node, Range):
            body = self.nodes(node.body)
            return replace(node, body=body, otherwise=self._otherwise(node.otherwise, node.pipe.line))
        return node

    def _otherwise(self, nodes: Nodes | None, line: int) -> Nodes | None:
        return None if nodes is None else self._body(nodes, line)

    def _body(self, nodes: Nodes, line: int) -> Nodes:
        if self.done:
            raise TemplateError("Ollama fails on this template: an else follows a branch that has .Response", line)
        return self.nodes(nodes)

    def _pipe(self, pipe: Pipe) -> Pipe | None:
        commands: list[Command] = []
        for command in pipe.commands:
            operands = tuple(kept for operand in command.operands if (kept := self._operand(operand)) is not None)
            if not operands:
                return None
            commands.append(replace(command, operands=operands))
        return replace(pipe, commands=tuple(commands))

    def _operand(self, operand: Operand) -> Operand | None:
        if self.done:
            return None
        if isinstance(operand, Fields) and "Response" in operand.names:
            self.done = True
            return operand
        return self._pipe(operand) if isinstance(operand, Pipe) else operand
