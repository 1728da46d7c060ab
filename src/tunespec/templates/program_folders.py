"""The folders that a Python program or notebook names in its texts: it may load a model from one of them."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

from tunespec.templates.python_code import is_notebook, notebook_code
from tunespec.templates.python_text import parsed
from tunespec.training.folders import found_from

_LONGEST = 255  # characters of a path that somebody typed
_MOST = 1_000  # paths of one program that are looked for
_ELSEWHERE = ("/", "\\", "~")  # no path of the project: a machine's own folder, or a network's


def named_folders(program: Path, root: Path) -> list[Path]:
    """The folders of the project that a program's texts name, such as the one of ``from_pretrained("out/model")``.

    Args:
        program: the file.
        root: the project's folder.

    Returns:
        Their resolved paths, each once, as :func:`tunespec.training.folders.found_from` finds them; none of a file that
        is no Python.
    """
    try:
        content = program.read_bytes()
    except OSError:
        return []
    near = [folder for folder in program.parents if folder == root or root in folder.parents]
    folders = [program.parent, *near, root]
    there = {name.casefold() for folder in folders for name in _names(folder)}
    texts = islice((text for text in _paths(content) if _begins(text) in there), _MOST)
    found = (found_from(program, text, root) for text in texts)
    own = [path for path in found if path is not None and path.is_dir() and _is_within(path, folders)]
    return list(dict.fromkeys(path.resolve() for path in own))


def _names(folder: Path) -> list[str]:
    """What may begin a path from there: nearly every text of a program is no path, and looks for none."""
    try:
        return [*(one.name for one in folder.iterdir()), "..", "."]
    except OSError:
        return []


def _begins(text: str) -> str:
    return next(iter(Path(text).parts), ".").casefold()


def _is_within(path: Path, folders: Sequence[Path]) -> bool:
    """Whether a path as it is written stays in the project; a folder in it may be a link to another disk."""
    written = _straight(path)
    return any(written.is_relative_to(_straight(folder)) for folder in folders)


def _straight(path: Path) -> Path:
    return Path(os.path.normpath(path.absolute()))


@lru_cache(maxsize=64)
def _paths(content: bytes) -> tuple[str, ...]:
    """The texts that may be paths, each once: several ask the same of one program."""
    try:
        tree = parsed(notebook_code(content).text if is_notebook(content) else content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a CodeError is a ValueError
        return ()
    return tuple(dict.fromkeys(_texts(tree)))


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(text := node.value, str):
            is_path = 0 < len(text) <= _LONGEST and not text.startswith(_ELSEWHERE) and not Path(text).drive
            if is_path and text.isprintable() and not any(map(str.isspace, text)):
                yield text
