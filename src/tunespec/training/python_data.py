"""Which files a run of a Python program trains on and evaluates on, as its trainer takes what `load_dataset` makes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from tunespec.splits import HELD_OUT, parse_name, split_word
from tunespec.training.python_gathered import Gathered
from tunespec.training.python_given import Given, shown_code
from tunespec.training.python_links import Links
from tunespec.training.python_parts import Part
from tunespec.training.values import texts
from tunespec.training.written import ANY

TRAIN, HELD = "train_dataset", "eval_dataset"  # a trainer's arguments
FILES = "data_files"
_FORMATS = frozenset("json csv parquet".split())
_ALL = "train"  # what datasets calls files that are given without a split
_OF_SPLITS = frozenset("DatasetDict dict".split())
_LOAD = "load_dataset"
_MOST = 20  # steps from a name to what it stands for


def of_data(found: Gathered, links: Links, part: Part) -> None:
    """`load_dataset("json", data_files=...)`: files by split, as they are named there, or as the trainer takes them."""
    files = dict[str, list[str]]()
    loads = [one for one in part.of_name(_LOAD) if one.values.get("path") in _FORMATS]
    trained, held_out = (_taken(links, part, key) for key in (TRAIN, HELD))
    for one in (one for one in loads if one.values.get(FILES)):
        role = _role(one, trained, held_out)
        for split, named in _by_split(one, role):
            files.setdefault(split, []).extend(name for name in named if name not in files.get(split, ()))
            line = one.lines[FILES]
            found.lines.setdefault(FILES, line)
            found.lines.setdefault(f"{FILES}.{split_word(split) or _ALL}", line)
    if files:
        found.data[FILES] = {split: named[0] if len(named) == 1 else named for split, named in files.items()}


def _taken(links: Links, part: Part, key: str) -> set[Given]:
    """The calls that load what the run's trainers are given in an argument."""
    nodes = [one.nodes[key] for one in part.trainers if key in one.nodes]
    return {call for node in nodes for call in _made(links, node) if call.name == _LOAD}


def _made(links: Links, start: ast.expr) -> set[Given]:
    """The calls that take part in data: of a table of splits only those of the split that is taken."""
    found, seen, left = set[Given](), set[int](), list[ast.AST]([start])
    while left:
        node = left.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        known = links.calls.get(id(node))
        if known is not None:
            found.add(known)
        elif isinstance(node, ast.Subscript) and (split := split_of(links, node)) is not None:
            left.append(split)
        else:
            left += [*ast.iter_child_nodes(node), *(links.returned(node) if isinstance(node, ast.Call) else ())]
            if isinstance(node, ast.Name):
                left += [value for value in links.bound(node) if value is not None]
    return found


def split_of(links: Links, node: ast.Subscript) -> ast.expr | None:
    """What `DatasetDict({"train": ...})["train"]` takes; None where no such table is in sight."""
    table: ast.expr | None = node.value
    for _ in range(_MOST):
        if isinstance(table, ast.Name):
            values = links.bound(table)
            table = values[0] if len(values) == 1 else None
        elif isinstance(table, ast.Call) and _name(table.func) in _OF_SPLITS:
            own = {one.arg: one.value for one in table.keywords if one.arg is not None}
            if isinstance(node.slice, ast.Constant) and node.slice.value in own:
                return own[node.slice.value]
            table = table.args[0] if table.args else None
        elif isinstance(table, ast.Call) and isinstance(table.func, ast.Attribute):
            table = table.func.value  # `splits.map(...)["train"]`
        else:
            break
    pairs = zip(table.keys, table.values, strict=True) if isinstance(table, ast.Dict) else ()
    named = {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
    return named.get(node.slice.value) if isinstance(node.slice, ast.Constant) else None


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _role(call: Given, trained: set[Given], held_out: set[Given]) -> str:
    """Which split a call's files are, where it names none; empty where they are neither.

    What both are made of is split later; where the trainer's records come from elsewhere, a file's name says it.
    """
    if call in trained or call in held_out:
        return _ALL if call in trained else "validation"
    named = texts(call.values[FILES]) if not isinstance(call.values[FILES], Mapping) else []
    own = parse_name(PurePosixPath(named[0]))[1] if named else None
    return own if own in HELD_OUT else "" if trained else _ALL


def _by_split(call: Given, role: str) -> Iterator[tuple[str, Sequence[str]]]:
    """A call's files by split: datasets calls all of them `train` where none is named."""
    given = call.values[FILES]
    if isinstance(given, Mapping) and set(given) != {_ALL}:
        yield from ((str(split), texts(named)) for split, named in given.items())
    elif role:
        yield role, texts(given[_ALL] if isinstance(given, Mapping) else given)


def same_data(links: Links, trainers: Sequence[Given]) -> str:
    """What trainers both train and evaluate on, as the program names it; empty where that is not the same."""
    pairs = [(one.nodes.get(TRAIN), one.nodes.get(HELD)) for one in trainers if ANY not in one.unknown]
    if not pairs or len(pairs) < len(trainers) or not all(_are_same(links, *pair) for pair in pairs):
        return ""
    return shown_code(trainers[0].nodes[HELD])


def _are_same(links: Links, one: ast.expr | None, other: ast.expr | None) -> bool:
    """Whether two expressions are the same data: by the same name, by another (`held_out = records`), or loaded again.

    Other calls need not return the same twice, and what is not known to be the same is none.
    """
    if one is None or other is None:
        return False
    if _is_plain(one) and _is_plain(other) and ast.unparse(one) == ast.unparse(other):
        return True
    origin = _origin(links, one)
    return origin is not None and origin == _origin(links, other)


def _is_plain(node: ast.expr) -> bool:
    """`records`, `self.records`, `records["train"]`."""
    while isinstance(node, ast.Attribute) or (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)):
        node = node.value
    return isinstance(node, ast.Name)


def _origin(links: Links, node: ast.expr | None, left: int = _MOST) -> tuple[object, ...] | None:
    """What data are made of: the call that loads them, or what a name was bound to, and the parts that are taken."""
    if not left:
        return None
    if isinstance(node, ast.Name):
        values = links.bound(node)
        own = _origin(links, values[0], left - 1) if len(values) == 1 else None
        return own or (tuple(map(id, values)) if values and None not in values else None)
    if isinstance(node, ast.Attribute) or (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)):
        inner = _origin(links, node.value, left - 1)
        part = node.attr if isinstance(node, ast.Attribute) else ast.unparse(node.slice)
        return (*inner, part) if inner is not None else None
    known = links.calls.get(id(node))
    if known is not None and known.name == _LOAD and not known.unknown:
        return tuple(sorted((key, repr(value)) for key, value in known.values.items()))
    return None
