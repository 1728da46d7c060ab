"""What one call of a Python program is given, as far as the program says: values, and why others are not known."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from tunespec.templates.python_code import Code
from tunespec.templates.python_scopes import Scope
from tunespec.templates.python_unknown import UNKNOWN, is_unknown
from tunespec.templates.python_values import Values
from tunespec.training.python_options import Options
from tunespec.training.python_positions import positions_of
from tunespec.training.written import ANY

_ENUMERATIONS = frozenset("IntervalStrategy SaveStrategy SchedulerType EvaluationStrategy".split())
_LONGEST = 60  # characters of an expression in a message


@dataclass(eq=False)
class Given:
    """What a call is given: known values, why others are not known, the expressions of all, and their lines.

    ``conditional``: whether only a run would tell if the call is made. ``owner`` is the class that is called upon:
    `AutoModelForCausalLM.from_pretrained`. ``said`` tells of a known value that it is the default of an option, which
    whoever starts the program may change.
    """

    name: str
    line: int
    conditional: bool = False
    owner: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    nodes: dict[str, ast.expr] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    node: ast.Call | None = None

    @property
    def is_trainer(self) -> bool:
        """Whether it makes a trainer: `SFTTrainer(...)`."""
        return self.name.endswith("Trainer")


@dataclass(frozen=True)
class Reading:
    """What reads the values of a program's expressions: those that it writes, and its options' defaults.

    ``code`` says where a line of it stands.
    """

    values: Values
    options: Options
    code: Code


def shown_code(node: ast.AST) -> str:
    """An expression as a message shows it."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]} ..."


def given_to(given: Given, node: ast.Call, reading: Reading, scope: Scope) -> Given:
    """A call with what its positions and names give it; a trainer may be given any in a position that is not known."""
    given.node = node
    positions = positions_of(given.name, node.args)
    for at, value in enumerate(node.args):
        if isinstance(value, ast.Starred):
            given.unknown[ANY] = shown_code(value)
        elif at < len(positions):
            take(given, positions[at], value, reading, scope)
        elif given.is_trainer:
            given.unknown[ANY] = shown_code(value)
    for keyword in node.keywords:
        if keyword.arg is None:
            _unpack(given, keyword.value, reading.values, scope)
        else:
            take(given, keyword.arg, keyword.value, reading, scope)
    return given


def take(given: Given, key: str, node: ast.expr, reading: Reading, scope: Scope) -> None:
    """Add what an expression gives a key."""
    value = _enumerated(node, reading.values)
    value = reading.values.of(node, scope) if value is UNKNOWN else value
    given.lines[key], given.nodes[key] = node.lineno, node
    if not is_unknown(value):
        given.values[key] = value
    elif (default := reading.options.default(node, scope)) is not None:
        given.values[key], given.lines[key], given.said[key] = default.value, default.line, default.said
    else:
        given.unknown[key] = shown_code(node)


def _enumerated(node: ast.expr, values: Values) -> Any:
    """`IntervalStrategy.EPOCH` is written as `epoch`."""
    *_, owner, last = ("", "", *values.path(node).split("."))
    return last.lower() if owner in _ENUMERATIONS else UNKNOWN


def _unpack(given: Given, node: ast.expr, values: Values, scope: Scope) -> None:
    """The keys of a dict that a call unpacks, as far as the program says them."""
    found, where = values.bound(node, scope)
    read = values.of(node, scope)
    if not isinstance(read, dict):
        given.unknown[ANY] = f"**{shown_code(node)}"
        return
    lines = {}
    if isinstance(found, ast.Dict):
        keys = [(values.of(key, where), key.lineno) for key in found.keys if key is not None]
        lines = {key: line for key, line in keys if isinstance(key, str)}
    for key, value in read.items():
        if is_unknown(value):
            given.unknown[key] = f"**{shown_code(node)}"
        else:
            given.values[key] = value
        given.lines[key] = lines.get(key, node.lineno)
