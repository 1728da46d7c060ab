"""What binds the names of a Python program: where each binding is done, and where what comes next is sure to follow it.

Source: Python 3.14, Language Reference, 4.2.1 "Binding of names".
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Around = tuple[ast.AST, str]  # what a node stands in, and in which of its parts
_Position = tuple[int, int]


@dataclass(frozen=True)
class Binding:
    """A name, and what it is bound to; None for what is not read.

    ``end``: line and column where it is done; what stands in it is still what the name stood for before. ``block``:
    where it is sure to have been done, if the same block comes later; None for the whole of its scope.
    """

    name: str
    value: ast.expr | None
    end: _Position
    block: Around | None


def bindings_of(node: ast.AST, around: Mapping[ast.AST, Around]) -> Iterator[Binding]:
    """The names that a node itself binds.

    Args:
        node: any of a program's.
        around: what each node stands in.
    """
    if isinstance(node, ast.arg):
        yield Binding(node.arg, None, _end(node), None)
    elif isinstance(node, ast.For | ast.AsyncFor):
        yield from _unread(node.target, (node, "body"))
    elif isinstance(node, COMPREHENSIONS):
        for one in node.generators:
            yield from _unread(one.target, None)
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            yield from _unread(item.optional_vars, around[node])
    elif isinstance(node, ast.ExceptHandler) and node.name is not None:
        yield Binding(node.name, None, _end(node.type) if node.type else _start(node), (node, "body"))
    else:
        for name, value in _assigned(node):
            yield Binding(name, value, _end(node), around[node])


def _unread(target: ast.expr | None, block: Around | None) -> Iterator[Binding]:
    for node in ast.walk(target) if target is not None else ():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield Binding(node.id, None, _end(node), block)


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a node binds for what stands after it."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _targets(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
        yield from _targets(node.target, node.value)
    elif isinstance(node, ast.AugAssign):
        yield from _targets(node.target, None)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((one.asname or one.name.partition(".")[0], None) for one in node.names)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.MatchAs | ast.MatchStar):
        yield from [(node.name, None)] if node.name is not None else ()
    elif isinstance(node, ast.MatchMapping) and node.rest is not None:
        yield node.rest, None


def _targets(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, ast.expr | None]]:
    """`a, b = x, y` binds each to its own; of another value each is bound to a part, written as `*value`."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value, None)
    elif isinstance(target, ast.Tuple | ast.List):
        for inner, part in zip(target.elts, _parts(value, len(target.elts)), strict=True):
            yield from _targets(inner, part)


def _parts(value: ast.expr | None, wanted: int) -> Sequence[ast.expr | None]:
    parts = value.elts if isinstance(value, ast.Tuple | ast.List) else ()
    if len(parts) == wanted and not any(isinstance(one, ast.Starred) for one in parts):
        return parts
    return [ast.Starred(value) if value is not None else None for _ in range(wanted)]


def _start(node: ast.ExceptHandler) -> _Position:
    return node.lineno, node.col_offset


def _end(node: ast.AST) -> _Position:
    return getattr(node, "end_lineno", None) or 0, getattr(node, "end_col_offset", None) or 0
