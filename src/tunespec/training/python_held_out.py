"""Which share of the records that a Python program loads it does not train on: what it splits off before.

Source: datasets 4 (``arrow_dataset.py::train_test_split``, ``arrow_reader.py::ReadInstruction``).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from tunespec.training.python_calls import Program
from tunespec.training.python_data import split_of
from tunespec.training.python_given import Given

_SPLITS = "train_test_split"
_DEFAULT = 0.25  # what `train_test_split` holds out where it is not told
_PART = re.compile(r"\w+\[(?:(\d{1,3})%)?:(?:(\d{1,3})%)?\]")  # `train[:90%]`
_MOST = 20  # steps from a trainer's argument to what loads it


def held_out(program: Program, trainers: Sequence[Given]) -> float | None:
    """The share of the loaded records, from 0 to 1, that a run's trainers are not given; None: not known."""
    shares = {_of(program, one.nodes["train_dataset"]) for one in trainers if "train_dataset" in one.nodes}
    if len(shares) == 1:
        return shares.pop()
    return None if shares else _unsplit(program)


def _of(program: Program, start: ast.expr) -> float | None:
    node: ast.expr | None = start
    taken, part = 1.0, ""
    for _ in range(_MOST):
        known = program.links.calls.get(id(node))
        if known is not None and known.name == "load_dataset":
            loaded = _share_of(known)
            return None if loaded is None else round(1 - taken * loaded, 9)
        if isinstance(node, ast.Name):
            values = program.links.bound(node)
            node = values[0] if len(values) == 1 else None
        elif isinstance(node, ast.Subscript):
            part = str(node.slice.value) if isinstance(node.slice, ast.Constant) else ""
            node = split_of(program.links, node) or node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            share = _kept(node, part) if node.func.attr == _SPLITS else 1.0
            if share is None:
                return None
            taken, node = taken * share, node.func.value
        else:
            break
    return _unsplit(program)


def _unsplit(program: Program) -> float | None:
    """None where the program splits records in a place from which no way leads to its trainer."""
    splits = any(isinstance(node, ast.Attribute) and node.attr == _SPLITS for node in program.nodes)
    parts = any(_share_of(call) != 1 for call in program.of_name("load_dataset"))
    return None if splits or parts else 0.0


def _kept(call: ast.Call, part: str) -> float | None:
    """The share in one part of `train_test_split(test_size=0.1)`; None where it says numbers, or what is not read."""
    named = {one.arg: one.value for one in call.keywords}
    given = {"test_size": call.args[0] if call.args else named.get("test_size"), "train_size": named.get("train_size")}
    sizes = {key: _literal(node) for key, node in given.items() if node is not None}
    if None in named or part not in {"train", "test"} or len(call.args) > 1 or None in sizes.values():
        return None
    test, train = sizes.get("test_size"), sizes.get("train_size")
    if part == "train":
        return train or 1 - (test or _DEFAULT)
    return test or (1 - train if train else _DEFAULT)


def _literal(node: ast.expr) -> float | None:
    """A share that is written as a number; None for a number of records, and what is not read."""
    size = node.value if isinstance(node, ast.Constant) else None
    return size if isinstance(size, float) and 0 < size < 1 else None


def _share_of(load: Given) -> float | None:
    """The share that a call loads: `split="train[:90%]"`; None where it says numbers of records."""
    split = load.values.get("split")
    if "split" in load.unknown:
        return None
    if not isinstance(split, str) or "[" not in split:
        return 1.0
    found = _PART.fullmatch(split)
    if found is None:
        return None
    first, last = int(found[1] or 0), int(found[2] or 100)
    return max(0, min(last, 100) - first) / 100
