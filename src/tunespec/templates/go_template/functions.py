"""The functions that every Go template may call; ``and`` and ``or`` are part of the evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template import comparison, escaping
from tunespec.templates.go_template.collections_of import cut, index, length
from tunespec.templates.go_template.printf import sprintf
from tunespec.templates.go_template.printing import sprint, sprintln
from tunespec.templates.go_template.values import NO_VALUE, type_name


@dataclass(frozen=True)
class Function:
    """A function, the least and the most arguments that it takes, and the number of the first that must be strings."""

    call: Callable[..., Any]
    least: int = 0
    most: float = float("inf")
    strings: float = 0

    def check_count(self, name: str, count: int) -> None:
        """Raises TemplateError on a wrong number of arguments."""
        if not self.least <= count <= self.most:
            least = "" if self.least == self.most else "at least "
            raise TemplateError(f"wrong number of args for {name}: want {least}{self.least} got {count}")

    def check_string(self, place: int, value: Any) -> None:
        """Raises TemplateError if the argument at that place must be a string and is none."""
        if place < self.strings and not isinstance(value, str):
            if value is NO_VALUE:
                raise TemplateError("invalid value; expected string")
            raise TemplateError(f"wrong type for value; expected string; got {type_name(value)}")


SHORT_CIRCUITS = frozenset({"and", "or"})


def _never(*_: Any) -> Any:
    raise TemplateError("and/or are evaluated by the template itself")


def _call(callee: Any, *_: Any) -> Any:
    raise TemplateError("call of nil" if callee is None or callee is NO_VALUE else f"non-function {type_name(callee)}")


BUILTINS: Mapping[str, Function] = {
    "and": Function(_never, 1),
    "or": Function(_never, 1),
    "call": Function(_call, 1),
    "html": Function(escaping.html),
    "index": Function(index, 1),
    "slice": Function(cut, 1),
    "js": Function(escaping.js),
    "len": Function(length, 1, 1),
    "not": Function(lambda value: not value, 1, 1),
    "print": Function(lambda *values: sprint(values)),
    "printf": Function(lambda text, *values: sprintf(text, values), 1, strings=1),
    "println": Function(lambda *values: sprintln(values)),
    "urlquery": Function(escaping.urlquery),
    "eq": Function(comparison.equal, 1),
    "ne": Function(comparison.unequal, 2, 2),
    "lt": Function(comparison.less, 2, 2),
    "le": Function(comparison.less_or_equal, 2, 2),
    "gt": Function(comparison.greater, 2, 2),
    "ge": Function(comparison.greater_or_equal, 2, 2),
}
