"""Values in a Python program, read from its syntax tree: constants, and names that are bound once. Nothing is run."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tunespec.templates.python_scopes import Scope
from tunespec.templates.python_unknown import ANY, OWN_END, UNKNOWN, is_unknown

_LARGEST = 100_000  # characters or items of a value: names that double each other would grow without end
_LONGEST = 4_096  # characters of an address that somebody typed
_CONTAINERS = ("dict", "ollama.Options", "transformers.GenerationConfig")  # their keywords are their keys
_OBJECTS = frozenset({"self", "cls"})


@dataclass
class Values:
    """Reads the values of a module's expressions.

    ``imports`` maps its names to what they were imported from, ``held`` those of the attributes of its classes to what
    they are bound to.
    """

    imports: Mapping[str, str]
    held: Mapping[str, tuple[ast.expr, Scope]] = field(default_factory=dict)
    _known: dict[int, Any] = field(default_factory=dict)
    _texts: dict[int, str] = field(default_factory=dict)

    def of(self, node: ast.expr | None, scope: Scope) -> Any:
        """A text, number, bool, None, list or dict, or UNKNOWN. A dict's values may be UNKNOWN, and a key ``ANY``."""
        if node is None:
            return UNKNOWN
        if id(node) not in self._known:
            self._known[id(node)] = UNKNOWN  # while it is read: a name that is bound to itself
            self._known[id(node)] = _bounded(self._read(node, scope))
        return self._known[id(node)]

    def bound(self, node: ast.expr | None, scope: Scope) -> tuple[ast.expr | None, Scope]:
        """The expression that a name stands for; other expressions stand for themselves."""
        for _ in range(20):
            if not isinstance(node, ast.Name) or (found := scope.find(node.id)) is None:
                break
            node, scope = found
        return node, scope

    def _read(self, node: ast.expr, scope: Scope) -> Any:
        read = self._readers.get(type(node))
        return read(self, node, scope) if read is not None else UNKNOWN

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        found = scope.find(node.id)
        return UNKNOWN if found is None else self.of(*found)

    def _list(self, node: ast.List | ast.Tuple, scope: Scope) -> Any:
        items = [self.of(item, scope) for item in node.elts]
        return UNKNOWN if any(map(is_unknown, items)) else items

    def _dict(self, node: ast.Dict, scope: Scope) -> Any:
        return self.dict_of(list(zip(node.keys, node.values, strict=True)), scope)

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        """A dict by its keywords, also beside another dict: `dict(BASE, stop=STOPS)`."""
        if self.path(node.func) not in _CONTAINERS:
            return UNKNOWN
        unpacked: list[tuple[str | None, ast.expr]] = [(None, value) for value in node.args]
        return self.dict_of([*unpacked, *((keyword.arg, keyword.value) for keyword in node.keywords)], scope)

    def _negative(self, node: ast.UnaryOp, scope: Scope) -> Any:
        value = self.of(node.operand, scope)
        wanted = isinstance(node.op, ast.USub) and isinstance(value, int | float) and not isinstance(value, bool)
        return -value if wanted else UNKNOWN

    def _both(self, node: ast.BinOp, scope: Scope) -> Any:
        return _combined(self.of(node.left, scope), node.op, self.of(node.right, scope))

    def _part(self, node: ast.Subscript, scope: Scope) -> Any:
        return _item(self.of(node.value, scope), self.of(node.slice, scope))

    def _attribute(self, node: ast.Attribute, _: Scope) -> Any:
        if isinstance(node.value, ast.Name) and node.value.id in _OBJECTS and node.attr in self.held:
            return self.of(*self.held[node.attr])
        return OWN_END if node.attr == "eos_token_id" else UNKNOWN

    def _own(self, node: ast.Constant, _: Scope) -> Any:
        return _constant(node.value)

    _readers: ClassVar[Mapping[type[ast.expr], Callable[[Values, Any, Scope], Any]]] = {
        ast.Constant: _own,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.List: _list,
        ast.Tuple: _list,
        ast.Dict: _dict,
        ast.Call: _call,
        ast.UnaryOp: _negative,
        ast.BinOp: _both,
        ast.Subscript: _part,
    }

    def dict_of(self, pairs: Sequence[tuple[ast.expr | str | None, ast.expr]], scope: Scope) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            read = self.of(value, scope)
            name = self.of(key, scope) if isinstance(key, ast.expr) else key
            if key is None and isinstance(read, dict):
                found |= read
            elif isinstance(name, str):
                found[name] = read
            else:
                found[ANY] = UNKNOWN
        return found

    def text(self, node: ast.expr, scope: Scope) -> str:
        """The texts within an expression, in their order: of `f"{HOST}/api/chat"`, HOST's own if it is known.

        Empty if it is longer than an address.
        """
        found, where = self.bound(node, scope)
        if found is None:
            return ""
        if id(found) not in self._texts:
            self._texts[id(found)] = ""  # while it is read: as in ``of``
            self._texts[id(found)] = self._text(found, where)
        return self._texts[id(found)]

    def _text(self, node: ast.expr, scope: Scope) -> str:
        if (value := self.of(node, scope)) is not UNKNOWN or isinstance(node, ast.Constant):
            return value if isinstance(value, str) else ""
        parts = (self.text(one, scope) for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr))
        whole = "".join(parts)
        return whole if len(whole) <= _LONGEST else ""

    def path(self, node: ast.expr) -> str:
        """A dotted name, by what was imported; empty for other expressions."""
        if isinstance(node, ast.Name):
            return self.imports.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            inner = self.path(node.value)
            return f"{inner}.{node.attr}" if inner else ""
        return ""


def _constant(value: Any) -> Any:
    if isinstance(value, str):
        return UNKNOWN if any("\ud800" <= sign <= "\udfff" for sign in value) else value  # no JSON has half a character
    if isinstance(value, float):
        return value if math.isfinite(value) else UNKNOWN
    return value if value is None or isinstance(value, int) else UNKNOWN


def _combined(left: Any, operator: ast.operator, right: Any) -> Any:
    if left is UNKNOWN or right is UNKNOWN or isinstance(left, bool) or isinstance(right, bool):
        return UNKNOWN
    if isinstance(left, int) and isinstance(right, int):
        if isinstance(operator, ast.FloorDiv) and right:
            return left // right
        products = {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right}
        return products.get(type(operator), UNKNOWN)
    if isinstance(operator, ast.Add) and type(left) is type(right) and isinstance(left, str | list):
        return left + right
    if isinstance(operator, ast.BitOr) and isinstance(left, dict) and isinstance(right, dict):
        return left | right
    return UNKNOWN


def _item(value: Any, key: Any) -> Any:
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key, UNKNOWN)
    return UNKNOWN


def _bounded(value: Any) -> Any:
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return UNKNOWN
    return UNKNOWN if _size(value) > _LARGEST else value


def _size(value: Any) -> int:
    """Characters or parts of a value, counted up to the largest size."""
    count, left = 0, [value]
    while left and count <= _LARGEST:
        one = left.pop()
        count += len(one) if isinstance(one, str | list | dict) else 1
        if count <= _LARGEST and isinstance(one, list | dict):
            left += one.values() if isinstance(one, dict) else one
    return count
