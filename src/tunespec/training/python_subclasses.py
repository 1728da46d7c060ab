"""Classes of a Python program that extend a trainer: whose run theirs is, and what of it they do themselves.

Source: transformers 5.23.0 (``trainer.py``: what calls the methods that are named here).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tunespec.templates.python_values import Values
from tunespec.training.python_given import Given
from tunespec.training.written import ANY

_LOOPS = frozenset("train _inner_training_loop".split())
_EVALUATING = _LOOPS | set("evaluate get_eval_dataloader evaluation_loop _evaluate _maybe_log_save_evaluate".split())
# Argument -> the methods of the Trainer that take it: where a class has its own, only a run would tell what they take.
_TAKEN_BY: Mapping[str, frozenset[str]] = {
    "train_dataset": _LOOPS | {"get_train_dataloader"},
    "data_collator": _LOOPS | {"get_train_dataloader"},
    "eval_dataset": _EVALUATING,
    "compute_metrics": _EVALUATING | {"_determine_best_metric"},
}
_WITHOUT_ARGUMENTS = frozenset("object ABC Generic".split())  # bases that add nothing to what a call takes


@dataclass(frozen=True)
class OwnTrainer:
    """A class: the library's trainer that it extends, and the methods that it has itself.

    ``is_open``: what its calls take is not the library's, or not known: it has an ``__init__``, or another base has.
    """

    trainer: str
    methods: frozenset[str]
    is_open: bool

    def limit(self, given: Given, name: str) -> None:
        """Leave of what a call of the class is given what is known to be the library's argument."""
        if self.is_open:
            kept = {key: node for key, node in given.nodes.items() if key == "args"}
            given.nodes, given.values = kept, {}
            given.unknown = {ANY: f"`{name}` takes arguments of its own"}
            return
        for key, methods in _TAKEN_BY.items():
            if own := sorted(self.methods & methods):
                given.nodes.pop(key, None)
                given.values.pop(key, None)
                given.unknown[key] = f"`{name}` has its own `{own[0]}`"


def trainers_in(tree: ast.Module, values: Values, named: Callable[[str], str]) -> dict[str, OwnTrainer]:
    """The classes of a program that extend a trainer, by name.

    Args:
        tree: the program.
        values: what reads its dotted names.
        named: which call a dotted name is; empty for others.
    """
    found = dict[str, OwnTrainer]()
    classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and (own := _extended(node, values, named, found, classes)):
            same = found.get(node.name, own) == own
            found[node.name] = own if same else OwnTrainer(own.trainer, own.methods, is_open=True)
    return found


def _extended(
    node: ast.ClassDef,
    values: Values,
    named: Callable[[str], str],
    known: Mapping[str, OwnTrainer],
    classes: Mapping[str, ast.ClassDef],
) -> OwnTrainer | None:
    bases = [values.path(base) for base in node.bases]
    parents = [known.get(base) or OwnTrainer(named(base), frozenset(), is_open=False) for base in bases]
    parent = next((one for one in parents if one.trainer.endswith("Trainer")), None)
    if parent is None:
        return None
    others = [base for base, one in zip(bases, parents, strict=True) if one is not parent]
    methods = parent.methods.union(_methods(node), *(_methods(classes[base]) for base in others if base in classes))
    strange = any(
        base.rpartition(".")[2] not in _WITHOUT_ARGUMENTS if base not in classes else bool(classes[base].bases)
        for base in others
    )
    return OwnTrainer(parent.trainer, methods, parent.is_open or strange or "__init__" in methods)


def _methods(node: ast.ClassDef) -> Iterator[str]:
    return (one.name for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
