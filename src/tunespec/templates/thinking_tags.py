"""The texts around reasoning in a TEMPLATE, as Ollama guesses them: by them it holds a model capable of thinking.

Source: Ollama 0.34.2, ``thinking/template.go`` (``InferTags``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, repeat

from tunespec.templates.go_template.nodes import Action, Branch, Fields, Invocation, Nodes, Pipe, Range, Text


def thinking_tags(nodes: Nodes) -> tuple[str, str]:
    """What stands before and behind ``.Thinking`` in the messages of a main tree, without blanks; empty if nothing."""
    opening = closing = ""
    for around in _around_thinking(nodes, in_messages=False):
        first, last = around[0], around[-1]
        opening = first.text.strip() if isinstance(first, Text) else opening
        closing = last.text.strip() if isinstance(last, Text) else closing
    return opening, closing


def _around_thinking(nodes: Nodes, *, in_messages: bool) -> Iterator[Nodes]:
    """The nodes beside each ``.Thinking`` whose nearest ``range`` goes over ``.Messages``, in the order of the text."""
    for node in nodes:
        if isinstance(node, Action | Invocation):
            yield from _beside(nodes, node.pipe, in_messages=in_messages)
        elif isinstance(node, Range):
            over = "Messages" in _first_names(node.pipe)
            yield from _beside(nodes, node.pipe, in_messages=over)
            yield from _around_thinking(node.body, in_messages=over)
            yield from _around_thinking(node.otherwise or (), in_messages=over)
        elif isinstance(node, Branch):
            (pipe, body), *more = node.arms
            # To Go, `else if` is an `else` with nothing but an `if`.
            otherwise = (replace(node, arms=tuple(more)),) if more else node.otherwise or ()
            yield from _beside(nodes, pipe, in_messages=in_messages)
            yield from _around_thinking(body, in_messages=in_messages)
            yield from _around_thinking(otherwise, in_messages=in_messages)


def _beside(nodes: Nodes, pipe: Pipe | None, *, in_messages: bool) -> Iterator[Nodes]:
    found = in_messages and pipe is not None and "Thinking" in _first_names(pipe)
    return repeat(nodes, 1 if found else 0)


def _first_names(pipe: Pipe) -> Iterator[str]:
    """The first name of each field: Ollama looks neither at variables nor behind parentheses with fields."""
    for operand in chain.from_iterable(command.operands for command in pipe.commands):
        if isinstance(operand, Fields):
            yield operand.names[0]
        elif isinstance(operand, Pipe):
            yield from _first_names(operand)
