"""The names of a Python program: what each module and function binds and imports, and what is changed in place."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_MUTATING = frozenset("append extend insert remove pop clear update setdefault popitem sort reverse".split())
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class Scope:
    """The names of a module or function: each with the expression that it is bound to, None for more than one."""

    names: Mapping[str, ast.expr | None]
    outer: Scope | None = None

    def find(self, name: str) -> tuple[ast.expr | None, Scope] | None:
        """What a name is bound to, and where; None if nothing here binds it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name], scope
            scope = scope.outer
        return None


def scope_of(node: ast.AST, outer: Scope | None, changed: frozenset[str]) -> Scope:
    """The names that a module or function binds; those of ``changed`` are not known."""
    names: dict[str, ast.expr | None] = {}
    for name, value in _bindings(node):
        names[name] = None if name in names or name in changed else value
    return Scope(names, outer)


def changed_names(node: ast.AST) -> frozenset[str]:
    """Names of a module or function whose values are changed in place: `OPTIONS["stop"] = ...`, `STOPS.append(...)`.

    So do the functions within, as far as they have no such name of their own; and `global` changes it everywhere.
    """
    found = set[str]()
    left = [(node, frozenset[str]())]  # with the names of the functions between
    while left:
        outer, hidden = left.pop()
        for inner in _own_nodes(outer):
            if isinstance(inner, Function):
                left.append((inner, hidden | _hiding(inner)))
            elif isinstance(inner, ast.ClassDef):
                left.append((inner, hidden))
            elif isinstance(inner, ast.Global | ast.Nonlocal):
                found |= set(inner.names)
            elif (name := _changed(inner)) is not None and name not in hidden:
                found.add(name)
    return frozenset(found)


def _hiding(node: ast.AST) -> frozenset[str]:
    """The names that a function binds for itself."""
    shared = {
        name for inner in _own_nodes(node) if isinstance(inner, ast.Global | ast.Nonlocal) for name in inner.names
    }
    return frozenset(name for name, _ in _bindings(node) if name not in shared)


def _changed(node: ast.AST) -> str | None:
    """The name whose value an expression changes."""
    target: ast.AST | None = None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MUTATING:
        target = node.func.value
    elif isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
        target = node.value
    name = _base(target) if target is not None else None
    return name.id if isinstance(name, ast.Name) else None


def _base(node: ast.AST) -> ast.AST:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """Each binding of a name in a module or function itself: what it is bound to, None for what is not read."""
    if isinstance(node, Function):
        own = node.args
        listed = [*own.posonlyargs, *own.args, *own.kwonlyargs, own.vararg, own.kwarg]
        yield from ((one.arg, None) for one in listed if one is not None)
    simple: dict[int, ast.expr | None] = {}
    for inner in _own_nodes(node):
        if isinstance(inner, ast.Assign):
            simple |= {id(target): inner.value for target in inner.targets}
        elif isinstance(inner, ast.AnnAssign | ast.NamedExpr):
            simple[id(inner.target)] = inner.value
        elif isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield inner.name, None
        elif isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            yield inner.id, simple.get(id(inner))


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, without what stands in functions and classes of its own."""
    left = list(ast.iter_child_nodes(node))[::-1]
    while left:
        inner = left.pop()
        yield inner
        if not isinstance(inner, Function | ast.ClassDef):
            left += list(ast.iter_child_nodes(inner))[::-1]


def imports_of(tree: ast.Module) -> dict[str, str]:
    """The names that a program imports, each with its dotted origin."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                found[one.asname or one.name.partition(".")[0]] = one.name if one.asname else one.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found


def assigned(node: ast.AST) -> list[tuple[ast.expr, ast.expr | None]]:
    """The targets that a statement or parameter binds, each with what it is bound to."""
    if isinstance(node, ast.Assign):
        return [pair for target in node.targets for pair in _pairs(target, node.value)]
    if isinstance(node, ast.AnnAssign):
        return [(node.target, node.value)]
    if isinstance(node, ast.withitem) and node.optional_vars is not None:
        return [(node.optional_vars, node.context_expr)]
    if isinstance(node, ast.arg) and node.annotation is not None:  # `client: ollama.Client` is one, however it was made
        return [(ast.Name(node.arg), ast.Call(node.annotation, [], []))]
    return []


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """The targets of an assignment; of what a call returns, only the first: `model, tokenizer = load("m")`."""
    if not isinstance(target, ast.Tuple):
        return [(target, value)]
    if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target.elts[0], value)] if target.elts else []


def dotted(node: ast.expr) -> str:
    """A name with attributes as it is written; empty for other expressions."""
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return node.id if isinstance(node, ast.Name) else ""
