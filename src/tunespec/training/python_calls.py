"""The calls of a Python program that make a training run, found in its syntax tree: the program is never run.

Sources: transformers 5.23.0 (``trainer.py``, ``training_args.py``), TRL 1.16.0 (``trainer``), peft 0.19.1, Unsloth of
August 2026 (``FastLanguageModel``).
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tunespec.templates.python_scopes import Function, Scope, changed_names, imports_of, scope_of
from tunespec.templates.python_values import UNKNOWN, Values, is_unknown
from tunespec.training.errors import TrainingError
from tunespec.training.frameworks.trl import TRAINERS
from tunespec.training.written import ANY

_LIBRARIES = frozenset("transformers trl peft unsloth".split())
ARGUMENTS = frozenset([*TRAINERS, "TrainingArguments", "Seq2SeqTrainingArguments", "UnslothTrainingArguments"])
LOADERS = frozenset("FastLanguageModel FastModel FastVisionModel".split())
LOADER = "FastLanguageModel"  # what all of them are called here
# Calls whose keys stand under the name of what is called, as in `LoraConfig.r`.
OTHERS = frozenset("LoraConfig BitsAndBytesConfig EarlyStoppingCallback get_peft_model".split())
_POSITIONS = {
    "Trainer": ("model", "args", "data_collator", "train_dataset", "eval_dataset"),
    "TrainingArguments": ("output_dir",),
    "EarlyStoppingCallback": ("early_stopping_patience", "early_stopping_threshold"),
    "from_pretrained": ("model_name",),
    LOADER: ("model_name",),
    "load_dataset": ("path",),
}
_ENUMERATIONS = frozenset("IntervalStrategy SaveStrategy SchedulerType EvaluationStrategy".split())
_LONGEST = 60  # characters of an expression in a message


@dataclass
class Given:
    """What a call is given: known values, why others are not known, the expressions of all, and their lines.

    ``conditional``: whether only a run would tell if the call is made.
    """

    name: str
    line: int
    conditional: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    nodes: dict[str, ast.expr] = field(default_factory=dict)


@dataclass
class Program:
    """A program's syntax tree, and its calls of training libraries in the order in which they stand."""

    tree: ast.Module
    imports: dict[str, str]
    calls: list[Given]

    @classmethod
    def of(cls, text: str) -> Program:
        """Read a program.

        Raises:
            TrainingError: for a text that Python does not parse.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the program's own
                tree = ast.parse(text)
            imports = imports_of(tree)
            return cls(tree, imports, list(_calls(tree, imports)))
        except SyntaxError as error:
            raise TrainingError(f"no Python that can be read: {error.msg} (line {error.lineno})") from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise TrainingError(f"no Python that can be read: {error or type(error).__name__}") from error

    def of_name(self, *names: str) -> list[Given]:
        """The calls of these names."""
        return [call for call in self.calls if call.name in names]

    def trainers(self) -> list[Given]:
        """The calls that make a trainer: `SFTTrainer(...)`."""
        return [call for call in self.calls if call.name.endswith("Trainer")]


def shown_code(node: ast.AST) -> str:
    """An expression as a message shows it."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]} ..."


def _calls(tree: ast.Module, imports: dict[str, str]) -> Iterator[Given]:
    values = Values(imports)
    if not any(_trains(_name(values.path(node.func))) for node in ast.walk(tree) if isinstance(node, ast.Call)):
        return iter(())  # most programs that mention a trainer: their names need not be followed
    left: list[tuple[ast.AST, Scope, bool]] = [(tree, scope_of(tree, None, changed_names(tree)), False)]
    found = []
    while left:
        node, scope, conditional = left.pop()
        if isinstance(node, ast.Call) and (name := _name(values.path(node.func))):
            found.append(_given(Given(name, node.lineno, conditional), node, values, scope))
        inner = scope_of(node, scope, changed_names(node)) if isinstance(node, Function) else scope
        below = conditional or _is_condition(node)
        left += [(child, inner, below) for child in ast.iter_child_nodes(node)]
    return iter(sorted(found, key=lambda call: call.line))


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
    if last == "from_pretrained" and "Model" in owner:
        return last
    known = last in ARGUMENTS or last in OTHERS or last.endswith("Trainer")
    return last if known or last.startswith("DataCollator") else ""


def _given(given: Given, node: ast.Call, values: Values, scope: Scope) -> Given:
    name = given.name
    positions = _POSITIONS.get(name) or next((own for end, own in _POSITIONS.items() if name.endswith(end)), ())
    if name in ARGUMENTS:
        positions = _POSITIONS["TrainingArguments"]
    for at, value in enumerate(node.args):
        if isinstance(value, ast.Starred):
            given.unknown[ANY] = shown_code(value)
        elif at < len(positions):
            _take(given, positions[at], value, value.lineno, values, scope)
    for keyword in node.keywords:
        if keyword.arg is None:
            _unpack(given, keyword.value, values, scope)
        else:
            _take(given, keyword.arg, keyword.value, keyword.value.lineno, values, scope)
    return given


def _take(given: Given, key: str, node: ast.expr, line: int, values: Values, scope: Scope) -> None:
    value = _enumerated(node, values)
    value = values.of(node, scope) if value is UNKNOWN else value
    given.lines[key], given.nodes[key] = line, node
    if is_unknown(value):
        given.unknown[key] = shown_code(node)
    else:
        given.values[key] = value


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
