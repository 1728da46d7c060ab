"""Values that a Python program puts together over several statements, and those that a class holds."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace

from tunespec.templates.python_scopes import Scope, changed_names, scope_of


def read_scope(node: ast.AST, outer: Scope | None) -> Scope:
    """The names that a module or function binds, with the dicts that it puts together."""
    own = scope_of(node, outer, changed_names(node))
    return replace(own, names={**own.names, **built(node)})


def built(node: ast.AST) -> dict[str, ast.expr]:
    """The dicts of a module or function that get more keys right after they are made, each as one expression.

    `p = {"model": "m"}` and then `p["options"] = {}`: only where each of these statements follows the other in one
    block, before anything else has the name. What is changed later, or elsewhere, is not told.
    """
    names: dict[str, list[ast.Name]] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            names.setdefault(inner.id, []).append(inner)
    found: dict[str, ast.expr] = {}
    for block in _blocks(node):
        for at, made in enumerate(block):
            name = _bound(made)
            if name is None or not isinstance(made, ast.Assign):
                continue
            adding = list(_adding(block[at + 1 :], name))
            uses = sorted(names[name], key=lambda one: (one.lineno, one.col_offset))
            own = {id(made.targets[0]), *(id(target.value) for target, _ in adding)}
            if adding and {id(one) for one in uses[: len(own)]} == own and not _changes(node, name, own):
                keys, values = [None, *(target.slice for target, _ in adding)], [made.value, *(v for _, v in adding)]
                found[name] = ast.copy_location(ast.Dict(keys, values), made.value)
    return found


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    body = getattr(node, "body", None)
    if isinstance(body, list):
        yield body
        for inner in body:
            if isinstance(inner, ast.If | ast.With | ast.For | ast.While | ast.Try | ast.AsyncWith | ast.AsyncFor):
                yield from _blocks(inner)


def _bound(statement: ast.stmt) -> str | None:
    """The name to which a statement binds a dict."""
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict) and len(statement.targets) == 1:
        target = statement.targets[0]
        return target.id if isinstance(target, ast.Name) else None
    return None


def _adding(statements: list[ast.stmt], name: str) -> Iterator[tuple[ast.Subscript, ast.expr]]:
    """The statements that add a key to it, until something else has the name."""
    for one in statements:
        target = one.targets[0] if isinstance(one, ast.Assign) and len(one.targets) == 1 else None
        if isinstance(one, ast.Assign) and isinstance(target, ast.Subscript) and _is(target.value, name):
            if not isinstance(target.slice, ast.Constant) or _mentions(one.value, name):
                return
            yield target, one.value
        elif _mentions(one, name):
            return


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _mentions(node: ast.AST, name: str) -> bool:
    return any(_is(one, name) for one in ast.walk(node))


def _changes(node: ast.AST, name: str, own: set[int]) -> bool:
    """Whether a name is bound or changed by anything but these."""
    for one in ast.walk(node):
        if _is(one, name) and isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load) and id(one) not in own:
            return True
        if isinstance(one, ast.Subscript | ast.Attribute) and id(one.value) not in own and _is(_base(one), name):
            reads = isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Load)
            if not reads:
                return True
    return False


def _base(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node


def held(tree: ast.Module, outer: Scope) -> Mapping[str, tuple[ast.expr, Scope]]:
    """The attributes that one class alone holds, and that nothing changes: `self.OPTIONS` of `OPTIONS = {...}`."""
    found: dict[str, list[tuple[ast.expr, Scope]]] = {}
    stored = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            own = scope_of(node, outer, frozenset())
            for name, value in own.names.items():
                found.setdefault(name, []).extend([(value, own)] if value is not None else [])
                stored |= {name} if value is None else set()
        elif isinstance(node, ast.Attribute):
            stored |= {node.attr} if not isinstance(node.ctx, ast.Load) else set()
            stored |= {node.value.attr} if isinstance(node.value, ast.Attribute) else set()  # `self.OPTIONS.update()`
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            base = node.value
            stored |= {base.attr} if isinstance(base, ast.Attribute) else set()
    return {name: places[0] for name, places in found.items() if len(places) == 1 and name not in stored}
