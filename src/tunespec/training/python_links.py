"""Which calls of a Python program an expression reaches: by the names that it uses, as they stand where it is used."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tunespec.templates.python_scopes import Function
from tunespec.training.python_given import Given

_DEEPEST = 30  # names of names that are followed
# Parts of which one is done, and not the others.
_BRANCHES: Mapping[type[ast.AST], Sequence[str]] = {
    ast.If: ("body", "orelse"),
    ast.IfExp: ("body", "orelse"),
    ast.Try: ("body", "handlers"),
    ast.Match: ("cases",),
}
_Around = tuple[ast.AST, str]  # what a node stands in, and in which of its parts


@dataclass
class Links:
    """The calls that are known of a program, by what leads to them."""

    tree: ast.Module
    calls: Mapping[int, Given]  # by the id of their nodes
    _around: dict[ast.AST, _Around] = field(default_factory=dict)
    _bound: dict[tuple[ast.AST, str], list[tuple[ast.AST, ast.expr | None]]] = field(default_factory=dict)
    _functions: dict[str, ast.AST] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: ast.Module, calls: Sequence[Given]) -> Links:
        """The links of a program whose calls are these."""
        found = cls(tree, {id(call.node): call for call in calls if call.node is not None})
        for node in ast.walk(tree):
            for part, value in ast.iter_fields(node):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST):
                        found._around[child] = node, part
        for node in ast.walk(tree):
            for name, value in _bindings(node):
                found._bound.setdefault((found._function(node), name), []).append((node, value))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found._functions[node.name] = node
        return found

    def made(self, node: ast.expr, depth: int = 0) -> Iterator[Given]:
        """The calls one of which makes the value of an expression, as far as that can be told."""
        if depth > _DEEPEST:
            return
        inner: Sequence[ast.expr] = ()
        if id(node) in self.calls:
            yield self.calls[id(node)]
        elif isinstance(node, ast.Name):
            inner = [value for value in self._values(node) if value is not None]
        elif isinstance(node, ast.IfExp):
            inner = [node.body, node.orelse]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self._functions:
            body = ast.walk(self._functions[node.func.id])
            inner = [one.value for one in body if isinstance(one, ast.Return) and one.value is not None]
        for one in inner:
            yield from self.made(one, depth + 1)

    def reached(self, call: Given) -> list[Given]:
        """The calls that take part in what a call is given; those behind another trainer take part in that one's."""
        found, seen = dict[int, Given](), set[int]()
        left: list[ast.AST] = [call.node] if call.node is not None else []
        while left:
            node = left.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            known = self.calls.get(id(node))
            if known is not None:
                found[id(node)] = known
            if known is None or known is call or not known.is_trainer:
                left += ast.iter_child_nodes(node)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    left += [value for value in self._values(node) if value is not None]
        return list(found.values())

    def names(self, call: Given) -> set[tuple[ast.AST, str]]:
        """The names that a call is bound to, each with the function that binds it."""
        return {at for at, values in self._bound.items() if any(value is call.node for _, value in values)}

    def are_alternatives(self, one: Given, other: Given) -> bool:
        """Whether only one of two calls is made: they stand in different branches."""
        branches = dict(self._branches(one.node))
        return any(branches.get(at, branch) != branch for at, branch in self._branches(other.node))

    def _branches(self, node: ast.AST | None) -> Iterator[tuple[ast.AST, object]]:
        while node is not None and node in self._around:
            outer, part = self._around[node]
            if part in _BRANCHES.get(type(outer), ()):
                yield outer, node if isinstance(outer, ast.Match) else part
            node = outer

    def _values(self, name: ast.Name) -> list[ast.expr | None]:
        """What a name may stand for: what it was surely bound to last, and what it may have been since."""
        where = self._function(name)
        bound = self._bound.get((where, name.id), [])
        if not bound:
            outer = self.tree if where is not self.tree else None
            return [value for _, value in self._bound.get((outer, name.id), [])] if outer is not None else []
        blocks = set(self._blocks(name))
        found = list[ast.expr | None]()
        for node, value in sorted(bound, key=lambda one: getattr(one[0], "lineno", 0), reverse=True):
            if _is_before(node, name):
                found.append(value)
                if self._around[node] in blocks or isinstance(node, ast.arg):
                    break
        return found

    def _blocks(self, node: ast.AST) -> Iterator[_Around]:
        while node in self._around:
            yield self._around[node]
            node = self._around[node][0]

    def _function(self, node: ast.AST) -> ast.AST:
        """The function that a node stands in, else the program."""
        for outer, _ in self._blocks(node):
            if isinstance(outer, Function):
                return outer
        return self.tree


def _is_before(node: ast.AST, name: ast.Name) -> bool:
    """Whether a binding is done before a name is used: one in the same statement is done after that."""
    end = getattr(node, "end_lineno", None) or getattr(node, "lineno", 0)
    return bool((end, getattr(node, "end_col_offset", 0)) <= (name.lineno, name.col_offset))


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a node itself binds, each with its value; None for what is not read."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Tuple | ast.List):
                yield from ((one.id, node.value) for one in target.elts if isinstance(one, ast.Name))
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name):
        yield node.target.id, node.value
    elif isinstance(node, ast.arg):
        yield node.arg, None
