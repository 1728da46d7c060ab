"""Classes of a Python program that extend a trainer's arguments, and the defaults that they give them.

`class MyArguments(TrainingArguments)` is what Hugging Face's examples hand to `HfArgumentParser`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tunespec.templates.python_scopes import Scope
from tunespec.templates.python_values import Values
from tunespec.training.frameworks.trl import ARGUMENTS
from tunespec.training.python_given import Given, Reading, take
from tunespec.training.written import ANY

_PARSERS = "Parser"  # HfArgumentParser, TrlParser, H4ArgumentParser: each takes such classes


@dataclass(frozen=True)
class Extended:
    """A class: the arguments that it extends, and its bodies, its own before those of its parents."""

    arguments: str
    bodies: Sequence[ast.ClassDef]


def extended_in(tree: ast.Module, values: Values, named: Callable[[str], str]) -> dict[str, Extended]:
    """The classes of a program that extend a trainer's arguments, by name.

    Args:
        tree: the program.
        values: what reads its dotted names.
        named: which call a dotted name is; empty for others.
    """
    found = dict[str, Extended]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for base in map(values.path, node.bases):
                parent = found.get(base) or Extended(named(base), ())
                if parent.arguments in ARGUMENTS:
                    found[node.name] = Extended(parent.arguments, (node, *parent.bodies))
                    break
    return found


def parsed_classes(tree: ast.Module, values: Values, classes: Mapping[str, Extended]) -> Iterator[str]:
    """The classes that a parser of the command line is given: `HfArgumentParser((ModelArguments, MyArguments))`."""
    for node in ast.walk(tree) if classes else ():
        if isinstance(node, ast.Call) and values.path(node.func).endswith(_PARSERS):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            named = {one.id for value in given for one in ast.walk(value) if isinstance(one, ast.Name)}
            yield from (name for name in classes if name in named)


def from_command_line(tree: ast.Module, name: str, extended: Extended, reading: Reading, scope: Scope) -> Given:
    """The arguments that a parser makes of such a class: what it does not write may be given there."""
    given = Given(extended.arguments, extended.bodies[0].lineno)
    given.unknown[ANY] = "the command line may give it"
    add_defaults(given, name, extended, reading, scope)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in given.values:
            del given.values[node.attr]
            given.unknown[node.attr] = f"set anew in {reading.code.where(node.lineno)}"
    return given


def add_defaults(given: Given, name: str, extended: Extended, reading: Reading, scope: Scope) -> None:
    """What the class says of each argument that a call does not give."""
    for body in extended.bodies:
        for node in body.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
                key, value = node.target.id, _default(node.value, reading.values)
                if value is not None and key not in given.lines:
                    take(given, key, value, reading, scope)
                    given.said[key] = f"default of `{name}`"


def _default(node: ast.expr, values: Values) -> ast.expr | None:
    """`field(default=2e-5)` is 2e-5; None for a field without a default."""
    if not isinstance(node, ast.Call) or values.path(node.func) not in {"dataclasses.field", "field"}:
        return node
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    return given.get("default") or given.get("default_factory")
