"""A parsed template and its execution."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.execution import Step, compile_trees
from tunespec.templates.go_template.functions import BUILTINS, Function
from tunespec.templates.go_template.nodes import Nodes
from tunespec.templates.go_template.parser import MAIN, parse_trees
from tunespec.templates.go_template.run import Run
from tunespec.templates.go_template.values import decode, encode

_NO_FUNCTIONS: Mapping[str, Function] = {}


@dataclass(frozen=True)
class Template:
    """The trees of a template by name; the main one is ``""``."""

    trees: Mapping[str, Nodes] = field(repr=False)

    @property
    def main(self) -> Nodes:
        """The main tree."""
        return self.trees[MAIN]

    @cached_property
    def _compiled(self) -> dict[str, Step]:
        return compile_trees(self.trees)

    def execute(
        self, data: Any, functions: Mapping[str, Function] = _NO_FUNCTIONS, *, zero_for_missing: bool = False
    ) -> str:
        """The output for the data (Python's equivalents of Go's values: see ``values``).

        ``functions`` are those beside Go's own; ``zero_for_missing`` is Go's ``missingkey=zero``. Raises TemplateError
        where Go returns an error, and beyond the bounds of ``run`` (steps, characters). A byte that is no UTF-8 comes
        out as U+FFFD.
        """
        run = Run(data, functions, zero_for_missing=zero_for_missing)
        try:
            self._compiled[MAIN](run, data)
        except RecursionError:
            raise TemplateError("the template is nested too deeply") from None
        return _valid("".join(run.out))


def parse(text: str, functions: Collection[str] = ()) -> Template:
    """The template of a text that may call Go's functions and the further ones named.

    Raises TemplateError, with the line, where Go's parser refuses the text.
    """
    return Template(parse_trees(text, BUILTINS.keys() | set(functions)))


def _valid(text: str) -> str:
    """The text with one U+FFFD for each byte that is no UTF-8, as Go writes it into JSON."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return re.sub("[\udc80-\udcff]", "\ufffd", decode(encode(text)))
    return text
