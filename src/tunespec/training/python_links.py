"""Which calls of a Python program an expression reaches: by the names that it uses, as they stand where it is used."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tunespec.templates.python_scopes import Function
from tunespec.training.python_bindings import COMPREHENSIONS, Around, Binding, bindings_of
from tunespec.training.python_given import Given

# Parts of which one is done, and not the others.
_BRANCHES: Mapping[type[ast.AST], Sequence[str]] = {
    ast.If: ("body", "orelse"),
    ast.IfExp: ("body", "orelse"),
    ast.Try: ("body", "handlers"),
    ast.Match: ("cases",),
}
_MOST = 50  # bindings of a name that are followed: a program that was made may have thousands


@dataclass
class Links:
    """The calls that are known of a program, by what leads to them."""

    tree: ast.Module
    calls: Mapping[int, Given]  # by the id of their nodes
    _around: dict[ast.AST, Around] = field(default_factory=dict)
    _bound: dict[tuple[ast.AST, str], list[Binding]] = field(default_factory=dict)
    _names: dict[int, set[tuple[ast.AST, str]]] = field(default_factory=dict)
    _shared: set[tuple[ast.AST, str]] = field(default_factory=set)
    _functions: dict[str, ast.AST] = field(default_factory=dict)
    _branches: dict[int, Mapping[ast.AST, object]] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: ast.Module, calls: Sequence[Given]) -> Links:
        """The links of a program whose calls are these."""
        found = cls(tree, {id(call.node): call for call in calls if call.node is not None})
        for node in ast.walk(tree):
            for part, value in ast.iter_fields(node):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST):
                        found._around[child] = node, part
            if isinstance(node, ast.Global):
                found._shared |= {(found._function(node), name) for name in node.names}
        for node in ast.walk(tree):
            found._bind(node)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found._functions[node.name] = node
        for bindings in found._bound.values():
            bindings.sort(key=lambda one: one.end)
        return found

    def _bind(self, node: ast.AST) -> None:
        for binding in bindings_of(node, self._around):
            for at in self._binders(node, binding.name):
                self._bound.setdefault(at, []).append(binding)
                if binding.value is not None:
                    self._names.setdefault(id(binding.value), set()).add(at)

    def made(self, node: ast.expr) -> list[Given]:
        """The calls one of which makes the value of an expression, as far as that can be told."""
        found, seen = list[Given](), set[int]()
        left = [node]
        while left:
            one = left.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            if id(one) in self.calls:
                found.append(self.calls[id(one)])
            elif isinstance(one, ast.Name):
                left += self._values(one)
            elif isinstance(one, ast.IfExp):
                left += [one.body, one.orelse]
            elif isinstance(one, ast.Starred):
                left.append(one.value)
            elif isinstance(one, ast.Call):
                left += self.returned(one)
        return found

    def reached(self, start: ast.AST | None) -> list[Given]:
        """The calls that take part in an expression; those behind another trainer take part in that one's."""
        found, seen = dict[int, Given](), set[int]()
        left: list[ast.AST] = [start] if start is not None else []
        while left:
            node = left.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            known = self.calls.get(id(node))
            if known is not None:
                found[id(node)] = known
            if known is None or node is start or not known.is_trainer:
                left += ast.iter_child_nodes(node)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    left += self._values(node)
        return list(found.values())

    def names(self, call: Given) -> set[tuple[ast.AST, str]]:
        """The names that a call is bound to, each with the function that binds it."""
        return self._names.get(id(call.node), set())

    def are_alternatives(self, one: Given, other: Given) -> bool:
        """Whether only one of two calls is made: they stand in different branches."""
        own, others = self._branches_of(one.node), self._branches_of(other.node)
        return any(others.get(at, branch) != branch for at, branch in own.items())

    def _branches_of(self, node: ast.AST | None) -> Mapping[ast.AST, object]:
        """What decides whether a node is done, each with the branch that it stands in."""
        if id(node) not in self._branches:
            self._branches[id(node)] = dict(self._conditions(node))
        return self._branches[id(node)]

    def _conditions(self, node: ast.AST | None) -> Iterator[tuple[ast.AST, object]]:
        while node is not None and node in self._around:
            outer, part = self._around[node]
            if part in _BRANCHES.get(type(outer), ()):
                yield outer, node if isinstance(outer, ast.Match) else part
            yield from ((one, "orelse") for one in _before(getattr(outer, part), node) if _ends(one))
            node = outer

    def _values(self, name: ast.Name) -> list[ast.expr]:
        """What a name may stand for, as far as that is read."""
        return [value for value in self.bound(name) if value is not None]

    def returned(self, call: ast.Call) -> list[ast.expr]:
        """What a function of the program may return where it is called; nothing for others."""
        own = self._functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
        return list(_returned(own)) if own is not None else []

    def bound(self, name: ast.Name) -> list[ast.expr | None]:
        """What a name was surely bound to last, and what it may have been since; None for what is not read."""
        own = self._function(name)
        for where, _ in self._blocks(name):
            bound = self._bound.get((where, name.id), [])
            if bound and where is own:
                return self._latest(name, bound)
            if bound:
                return [one.value for one in bound[-_MOST:]]
        return []

    def _latest(self, name: ast.Name, bound: Sequence[Binding]) -> list[ast.expr | None]:
        """What a name was bound to before it is used in the same function."""
        blocks = set(self._blocks(name))
        found = list[ast.expr | None]()
        before = bisect_right(bound, (name.lineno, name.col_offset), key=lambda one: one.end)
        for one in bound[before - 1 :: -1] if before else ():
            found.append(one.value)
            if one.block is None or one.block in blocks or len(found) == _MOST:
                break
        return found

    def _blocks(self, node: ast.AST) -> Iterator[Around]:
        while node in self._around:
            yield self._around[node]
            node = self._around[node][0]

    def _binders(self, node: ast.AST, name: str) -> Iterator[tuple[ast.AST, str]]:
        """Where a name is known that a node binds: a comprehension's is its own, a `global` one the program's, too."""
        where = node if isinstance(node, COMPREHENSIONS) else self._function(node)
        yield where, name
        if (where, name) in self._shared:
            yield self.tree, name

    def _function(self, node: ast.AST) -> ast.AST:
        """The function that a node stands in, else the program."""
        for outer, _ in self._blocks(node):
            if isinstance(outer, Function):
                return outer
        return self.tree


def _before(block: object, node: ast.AST) -> Sequence[ast.AST]:
    """The statements of a block that come before one of them."""
    return block[: block.index(node)] if isinstance(block, list) else ()


def _ends(node: ast.AST) -> bool:
    """Whether what follows is only done where a condition does not hold: `if small: return SFTTrainer(...)`."""
    return isinstance(node, ast.If) and isinstance(node.body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def _returned(function: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value
