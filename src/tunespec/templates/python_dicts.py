"""Values that a Python program puts together over several statements, and those that a class holds."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

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
    uses, changes, blocks = _uses(node), _changes(node), list(_blocks(node))
    stores = {id(store.made): store for block in blocks for one in block if (store := _store(one, block)) is not None}
    found: dict[str, ast.expr] = {}
    for block in blocks:
        for statement in block:
            if (made := _bound(statement)) is None or uses[made[0].id][0] is not made[0]:
                continue
            name, first = made
            adding = list(_adding(uses[name.id][1:], block, stores))
            if adding and not changes.get(name.id, set()) - {id(name), *(id(one.made) for one in adding)}:
                keys, values = [None, *(one.key for one in adding)], [first, *(one.value for one in adding)]
                found[name.id] = ast.copy_location(ast.Dict(keys, values), first)
    return found


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    body = getattr(node, "body", None)
    if isinstance(body, list):
        yield body
        for inner in body:
            if isinstance(inner, ast.If | ast.With | ast.For | ast.While | ast.Try | ast.AsyncWith | ast.AsyncFor):
                yield from _blocks(inner)


def _bound(statement: ast.stmt) -> tuple[ast.Name, ast.Dict] | None:
    """The name to which a statement binds a dict, and the dict."""
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict) and len(statement.targets) == 1:
        target = statement.targets[0]
        return (target, statement.value) if isinstance(target, ast.Name) else None
    return None


class _Store(NamedTuple):
    """A statement that adds a constant key to a dict: where the dict's name stands, and in which block."""

    made: ast.Name
    key: ast.expr
    value: ast.expr
    block: list[ast.stmt]


def _store(statement: ast.stmt, block: list[ast.stmt]) -> _Store | None:
    """What a statement adds to a dict, if it is no more than that."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
    if not isinstance(statement, ast.Assign) or not isinstance(target, ast.Subscript):
        return None
    if not isinstance(target.value, ast.Name) or not isinstance(target.slice, ast.Constant):
        return None
    named = any(isinstance(one, ast.Name) and one.id == target.value.id for one in ast.walk(statement.value))
    return None if named else _Store(target.value, target.slice, statement.value, block)


def _adding(uses: Iterable[ast.Name], block: list[ast.stmt], stores: Mapping[int, _Store]) -> Iterator[_Store]:
    """The statements of a block that add a key, as long as these uses of the name are no others."""
    for use in uses:
        store = stores.get(id(use))
        if store is None or store.block is not block:
            return
        yield store


def _uses(node: ast.AST) -> dict[str, list[ast.Name]]:
    """Where each name stands, in the order of the text."""
    found: dict[str, list[ast.Name]] = {}
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            found.setdefault(one.id, []).append(one)
    return {name: sorted(uses, key=lambda one: (one.lineno, one.col_offset)) for name, uses in found.items()}


def _changes(node: ast.AST) -> dict[str, set[int]]:
    """The expressions through which each name is bound, or may be changed: the name itself, or a part of it."""
    found: dict[str, set[int]] = {}
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            found.setdefault(one.id, set()).add(id(one))
        elif isinstance(one, ast.Attribute) or (isinstance(one, ast.Subscript) and not isinstance(one.ctx, ast.Load)):
            base = _base(one)
            if isinstance(base, ast.Name):
                found.setdefault(base.id, set()).add(id(one.value))
    return found


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
