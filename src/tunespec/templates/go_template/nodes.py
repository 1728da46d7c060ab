"""The parse tree of a template. ``str(node)`` is Go's text of it, as its error messages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Text:
    """Literal text."""

    text: str


@dataclass(frozen=True)
class Dot:
    """``.``"""

    line: int

    def __str__(self) -> str:
        return "."


@dataclass(frozen=True)
class Nil:
    """``nil``"""

    line: int

    def __str__(self) -> str:
        return "nil"


@dataclass(frozen=True)
class Literal:
    """A boolean, a number or a string, with its text as written."""

    value: Any
    written: str
    line: int

    def __str__(self) -> str:
        return self.written


@dataclass(frozen=True)
class Fields:
    """``.A.B``"""

    names: tuple[str, ...]
    line: int

    def __str__(self) -> str:
        return "".join(f".{name}" for name in self.names)


@dataclass(frozen=True)
class Variable:
    """``$``, ``$x`` or ``$x.A.B``"""

    name: str
    fields: tuple[str, ...]
    line: int

    def __str__(self) -> str:
        return ".".join((self.name, *self.fields))


@dataclass(frozen=True)
class Identifier:
    """The name of a function."""

    name: str
    line: int

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Chain:
    """Fields of a pipeline in parentheses or of a function's result: ``(index .Messages 0).Role``."""

    operand: Operand
    fields: tuple[str, ...]
    line: int

    def __str__(self) -> str:
        return ".".join((_argument(self.operand), *self.fields))


@dataclass(frozen=True)
class Command:
    """An operand, or a function or method and its arguments."""

    operands: tuple[Operand, ...]
    line: int

    def __str__(self) -> str:
        return " ".join(_argument(operand) for operand in self.operands)


@dataclass(frozen=True)
class Pipe:
    """Commands joined by ``|``, and the variables that get the result: declared (``:=``) or assigned (``=``)."""

    variables: tuple[str, ...]
    assigns: bool
    commands: tuple[Command, ...]
    line: int

    def __str__(self) -> str:
        names = ", ".join(self.variables) + (" = " if self.assigns else " := ") if self.variables else ""
        return names + " | ".join(str(command) for command in self.commands)


@dataclass(frozen=True)
class Action:
    """A pipeline whose value is printed, unless it sets variables."""

    pipe: Pipe


@dataclass(frozen=True)
class Branch:
    """``if`` or ``with``: the first arm whose pipeline is true, else the otherwise; ``else if`` is a further arm."""

    keyword: str
    arms: tuple[tuple[Pipe, Nodes], ...]
    otherwise: Nodes | None


@dataclass(frozen=True)
class Range:
    """``range``, and what stands for an empty one."""

    pipe: Pipe
    body: Nodes
    otherwise: Nodes | None


@dataclass(frozen=True)
class Leave:
    """``break`` or ``continue``."""

    keyword: str


@dataclass(frozen=True)
class Invocation:
    """``template "name" pipeline``, also where a ``block`` stands."""

    name: str
    pipe: Pipe | None
    line: int


Operand: TypeAlias = Dot | Nil | Literal | Fields | Variable | Identifier | Chain | Pipe
Node: TypeAlias = Text | Action | Branch | Range | Leave | Invocation
Nodes: TypeAlias = tuple[Node, ...]


def _argument(operand: Operand) -> str:
    return f"({operand})" if isinstance(operand, Pipe) else str(operand)
