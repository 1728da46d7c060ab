"""The defaults of a program's command line options, which hold unless whoever starts it says otherwise (argparse)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tunespec.templates.python_scopes import Scope, dotted
from tunespec.templates.python_unknown import is_unknown
from tunespec.templates.python_values import Values

_PARSING = frozenset("parse_args parse_known_args parse_intermixed_args".split())
_TYPES = {"float": float, "int": int}  # argparse reads a default that is a text as it would the option's value
# What a function calls the options that it is given, where nothing in the program says so.
_USUAL = frozenset("args opt opts options".split())


@dataclass(frozen=True)
class Default:
    """What holds if nothing is said: the value, its line, and who says so: ``default of `--lr```."""

    value: Any
    line: int
    said: str


class Options:
    """The options of a program with a default that it writes out and nothing in it changes."""

    def __init__(self, tree: ast.Module, values: Values, scope: Scope) -> None:
        """``scope`` is the module's."""
        self._values = values
        self._parsers = _PARSING | set(_functions_that_parse(tree))
        self._names = set[str]()
        self._defaults: dict[str, Default | None] = {}
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        if not any(_called(call) in _PARSING for call in calls) or any(_called(call) == "setattr" for call in calls):
            return
        for call in calls:
            if _called(call) == "add_argument" and (dest := _dest(call)):
                default = self._default(call, scope)
                self._defaults[dest] = default if self._defaults.get(dest, default) == default else None
        self._defaults |= dict.fromkeys(_changed(tree, calls))
        self._names = {name for node in ast.walk(tree) for name in self._parsed_names(node)}

    def default(self, node: ast.expr, scope: Scope) -> Default | None:
        """The default that an expression (`args.lr`) takes; None for any other."""
        found, where = self._values.bound(node, scope)
        if not isinstance(found, ast.Attribute) or not isinstance(found.value, ast.Name):
            return None
        default, name = self._defaults.get(found.attr), found.value.id
        holder = where.find(name)
        if default is None or holder is None:
            return None
        of_parser = isinstance(holder[0], ast.Call) and _called(holder[0]) in self._parsers
        return default if of_parser or (holder[0] is None and name in self._names | _USUAL) else None

    def _parsed_names(self, node: ast.AST) -> Iterator[str]:
        """`args = parser.parse_args()`, and the first of `args, rest = parser.parse_known_args()`."""
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _called(node.value) in self._parsers:
            for target in node.targets:
                first = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target
                if isinstance(first, ast.Name):
                    yield first.id

    def _default(self, call: ast.Call, scope: Scope) -> Default | None:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if "default" not in given or "action" in given:  # a switch is there to be used
            return None
        value = self._values.of(given["default"], scope)
        read = _TYPES.get(dotted(given["type"])) if "type" in given else None
        if isinstance(value, str) and read is not None:
            with suppress(ValueError):
                value = read(value)
        if value is None or is_unknown(value):
            return None
        return Default(value, given["default"].lineno, f"default of `{_flags(call)[0]}`")


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)


def _flags(call: ast.Call) -> list[str]:
    """The option's names, the long ones first."""
    flags = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return sorted((flag for flag in flags if flag.startswith("-")), key=lambda flag: not flag.startswith("--"))


def _dest(call: ast.Call) -> str:
    """The attribute that an option is found under; empty for a call that says no option."""
    own = next((keyword.value for keyword in call.keywords if keyword.arg == "dest"), None)
    if own is not None:
        return str(own.value) if isinstance(own, ast.Constant) and _flags(call) else ""
    return next((flag.lstrip("-").replace("-", "_") for flag in _flags(call)), "")


def _changed(tree: ast.Module, calls: list[ast.Call]) -> Iterator[str]:
    """`args.lr = ...` and `parser.set_defaults(lr=...)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
    for call in calls:
        if _called(call) == "set_defaults":
            yield from (keyword.arg for keyword in call.keywords if keyword.arg)


def _functions_that_parse(tree: ast.Module) -> Iterator[str]:
    """`def get_args(): ... return parser.parse_args()`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            inner = [one for one in ast.walk(node) if isinstance(one, ast.Call) and _called(one) in _PARSING]
            returned = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
            names = {
                target.id
                for one in ast.walk(node)
                if isinstance(one, ast.Assign) and one.value in inner
                for target in one.targets
                if isinstance(target, ast.Name)
            }
            if any(one in inner or (isinstance(one, ast.Name) and one.id in names) for one in returned):
                yield node.name
