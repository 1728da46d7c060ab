"""The calls of a Python program that make a training run, found in its syntax tree: the program is never run.

Sources: transformers 5.23.0 (``trainer.py``, ``training_args.py``), TRL 1.16.0 (``trainer``), peft 0.19.1, Unsloth of
August 2026 (``FastLanguageModel``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from tunespec.templates.python_code import Code
from tunespec.templates.python_scopes import Function, Scope, changed_names, imports_of, scope_of
from tunespec.templates.python_text import parsed, why_no_python
from tunespec.templates.python_values import Values
from tunespec.training.errors import TrainingError
from tunespec.training.frameworks.trl import ARGUMENTS
from tunespec.training.python_classes import add_defaults, extended_in, from_command_line, parsed_classes
from tunespec.training.python_given import Given, Reading, given_to
from tunespec.training.python_links import Links
from tunespec.training.python_options import Options
from tunespec.training.python_positions import LOADER
from tunespec.training.python_subclasses import trainers_in
from tunespec.training.python_tokenizer import Padding, end_set_anew, padding_of

_LIBRARIES = frozenset("transformers trl peft unsloth".split())
LOADERS = frozenset("FastLanguageModel FastModel FastVisionModel".split())
# Calls whose keys stand under the name of what is called, as in `LoraConfig.r`.
OTHERS = frozenset("LoraConfig BitsAndBytesConfig EarlyStoppingCallback get_peft_model".split())


@dataclass
class Program:
    """A program's syntax tree, and its calls of training libraries in the order in which they stand."""

    code: Code
    tree: ast.Module
    imports: dict[str, str]
    calls: list[Given]

    @classmethod
    def of(cls, code: Code) -> Program:
        """Read a program.

        Raises:
            TrainingError: for a text that Python does not parse.
        """
        try:
            tree = parsed(code.text)
            imports = imports_of(tree)
            return cls(code, tree, imports, list(_calls(code, tree, imports)))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise TrainingError(f"no Python that can be read: {why_no_python(error)}") from error

    @cached_property
    def nodes(self) -> Sequence[ast.AST]:
        """All of the tree, for those who look at it again for each run."""
        return list(ast.walk(self.tree))

    @cached_property
    def links(self) -> Links:
        """What leads to its calls."""
        return Links.of(self.tree, self.calls)

    @cached_property
    def end_line(self) -> int | None:
        """Where it gives its tokenizer an end or a template."""
        return end_set_anew(self.tree)

    @cached_property
    def padding(self) -> Padding | None:
        """What it pads with."""
        return padding_of(self.tree)

    def of_name(self, *names: str) -> list[Given]:
        """The calls of these names."""
        return [call for call in self.calls if call.name in names]

    def trainers(self) -> list[Given]:
        """The calls that make a trainer: `SFTTrainer(...)`."""
        return [call for call in self.calls if call.is_trainer]


def _calls(code: Code, tree: ast.Module, imports: dict[str, str]) -> Iterator[Given]:
    values = Values(imports)
    classes, trainers = extended_in(tree, values, _name), trainers_in(tree, values, _name)
    parsed_ones = sorted(set(parsed_classes(tree, values, classes)))
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    if not parsed_ones and not any(
        _trains(_name(path)) or path in classes or path in trainers for path in (values.path(one.func) for one in nodes)
    ):
        return iter(())  # most programs that mention a trainer: their names need not be followed
    outer = scope_of(tree, None, changed_names(tree))
    reading = Reading(values, Options(tree, values, outer), code)
    found = [from_command_line(tree, name, classes[name], reading, outer) for name in parsed_ones]
    left: list[tuple[ast.AST, Scope, bool]] = [(tree, outer, False)]
    while left:
        node, scope, conditional = left.pop()
        if isinstance(node, ast.Call) and (path := values.path(node.func)):
            own, trainer = classes.get(path), trainers.get(path)
            if name := own.arguments if own is not None else trainer.trainer if trainer is not None else _name(path):
                given = Given(name, node.lineno, conditional, "".join(path.split(".")[-2:-1]))
                found.append(given_to(given, node, reading, scope))
            if trainer is not None:
                trainer.limit(found[-1], path)
            if own is not None:
                add_defaults(found[-1], path, own, reading, outer)
        inner = scope_of(node, scope, changed_names(node)) if isinstance(node, Function) else scope
        below = conditional or _is_condition(node)
        left += [(child, inner, below) for child in ast.iter_child_nodes(node)]
    return iter(sorted(found, key=lambda call: (call.line, call.node.col_offset if call.node is not None else 0)))


def _is_condition(node: ast.AST) -> bool:
    """Whether what stands below is done or not; a program's own beginning (`if __name__ == "__main__"`) is done."""
    return isinstance(node, ast.IfExp) or (isinstance(node, ast.If) and "__name__" not in ast.unparse(node.test))


def _trains(name: str) -> bool:
    return name in ARGUMENTS or name.endswith("Trainer")


def _name(path: str) -> str:
    """What a dotted name calls, of what is known here; empty for others."""
    library, _, rest = path.partition(".")
    *_, owner, last = ("", *rest.split("."))
    if path == "datasets.load_dataset":
        return last
    if library not in _LIBRARIES:
        return ""
    if owner in LOADERS and last == "from_pretrained":
        return LOADER
    if last == "from_pretrained" and ("Model" in owner or owner.endswith("ForCausalLM")):
        return last
    known = last in ARGUMENTS or last in OTHERS or last.endswith("Trainer")
    return last if known or last.startswith("DataCollator") else ""
