"""The state of one execution: its output, its variables and what it may still spend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.functions import Function
from tunespec.templates.go_template.printing import MOST_TEXT

MOST_STEPS = 500_000
"""Nodes that one execution may visit, a second or two; a conversation of a thousand turns takes some ten thousand."""


class Run:
    """One execution of a template. Templates are hostile: steps and characters are counted down to an error."""

    __slots__ = ("_characters", "_steps", "functions", "out", "variables", "zero_for_missing")

    def __init__(self, data: Any, functions: Mapping[str, Function], *, zero_for_missing: bool) -> None:
        """``zero_for_missing``: Go's option ``missingkey=zero``."""
        self.out: list[str] = []
        self.variables: list[tuple[str, Any]] = [("$", data)]
        self.functions = functions
        self.zero_for_missing = zero_for_missing
        self._steps = MOST_STEPS
        self._characters = MOST_TEXT

    def spend(self, steps: int) -> None:
        """Counts steps. Raises TemplateError when none are left."""
        self._steps -= steps
        if self._steps < 0:
            raise TemplateError(f"the template takes more than {MOST_STEPS:,} steps")

    def make(self, characters: int) -> None:
        """Counts characters, printed or made by functions. Raises TemplateError when none are left."""
        self._characters -= characters
        if self._characters < 0:
            raise TemplateError(f"the template makes more than {MOST_TEXT:,} characters")

    def write(self, text: str) -> None:
        """Appends to the output."""
        self.make(len(text))
        self.out.append(text)

    def lookup(self, name: str, line: int) -> Any:
        """The variable declared last under that name."""
        for known, value in reversed(self.variables):
            if known == name:
                return value
        raise TemplateError(f"undefined variable: {name}", line)

    def assign(self, name: str, value: Any, line: int) -> None:
        """Sets the variable declared last under that name."""
        for place in range(len(self.variables) - 1, -1, -1):
            if self.variables[place][0] == name:
                self.variables[place] = (name, value)
                return
        raise TemplateError(f"undefined variable: {name}", line)
