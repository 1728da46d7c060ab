"""The folders that a Python program or notebook names in its texts: it may load a model from one of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from tunespec.templates.python_code import is_notebook, notebook_code
from tunespec.templates.python_text import parsed
from tunespec.training.folders import found_from

_LONGEST = 255  # characters of a path that somebody typed
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
    found = (found_from(program, text, root) for text in _paths(content))
    return list(dict.fromkeys(path.resolve() for path in found if path is not None and path.is_dir()))


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
