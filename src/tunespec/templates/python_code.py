"""A Python program as it lies in a file: a script, or the code cells of a Jupyter notebook, which is never run.

Sources: nbformat 5.10 (``v4/nbformat.v4.schema.json``: `cells` with `source`; ``v3/nbformat.v3.schema.json``:
`worksheets` of `cells`, whose code is `input`). A cell's number counts all cells from 1, as Ruff's does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from tunespec.templates.notebook_lines import cell_lines, plain_ends
from tunespec.templates.python_text import plain, why_no_python

SCRIPT, NOTEBOOK = ".py", ".ipynb"
LARGEST = 1 << 20  # bytes of a program that somebody wrote
LARGEST_NOTEBOOK = 32 << 20  # bytes: its outputs hold pictures, too
_JSON = re.compile(rb'[ \t\r\n]*+\{[ \t\r\n]*+["}]')


class CodeError(ValueError):
    """The file holds no program that can be read: its text is a message for the user."""


class Line(NamedTuple):
    """Where a line of a notebook's code stands: the file's physical line, the cell, and the line in it, from 1."""

    physical: int
    cell: int
    line: int

    def __str__(self) -> str:
        return f"cell {self.cell}, line {self.line}"


@dataclass(frozen=True)
class Code:
    """A program's text.

    Args:
        text: Python.
        lines: of a notebook, where each line of the text stands; empty for a script.
        broken: of a notebook, the cells that are no Python: their code, and why.
    """

    text: str
    lines: Sequence[Line] = ()
    broken: Sequence[tuple[str, str]] = ()

    def line(self, line: int) -> int:
        """The file's physical line of one of the text's."""
        return self.lines[line - 1].physical if self.lines else line

    def where(self, line: int) -> str:
        """One of the text's lines as a message names it: `line 7`; in a notebook, `cell 7, line 3`."""
        return str(self.lines[line - 1]) if self.lines else f"line {line}"

    def cell(self, line: int | None) -> str:
        """The same, but empty for a script's."""
        return str(self.lines[line - 1]) if self.lines and line is not None else ""


class _Cell(NamedTuple):
    """A cell's number, its source as it is written, and the lines of it if it is code."""

    number: int
    source: str | list[str]
    is_code: bool


def is_program(path: Path) -> bool:
    """Whether a file is a script or a notebook, by its name."""
    return path.suffix.lower() in {SCRIPT, NOTEBOOK}


def largest(path: Path) -> int:
    """The bytes of such a file that are read."""
    return LARGEST_NOTEBOOK if path.suffix.lower() == NOTEBOOK else LARGEST


def is_notebook(content: bytes) -> bool:
    """Whether a program is a notebook's file, by how JSON begins: a script may be a template, `{% if ... %}`."""
    return _JSON.match(content.removeprefix(b"\xef\xbb\xbf")) is not None


def notebook_code(content: bytes) -> Code:
    """The code of a notebook as one program, without the cells that are no Python and without IPython's lines.

    Args:
        content: the file's bytes.

    Raises:
        CodeError: for what is no notebook, or one of another language.
    """
    if isinstance(found := _read(content), str):
        raise CodeError(found)
    return found


@lru_cache(maxsize=32)
def _read(content: bytes) -> Code | str:
    """The code, or why there is none: several ask the same of one file, and the cache keeps no exception."""
    try:
        text = content.decode("utf-8-sig")
        cells = list(_cells(json.loads(text)))
    except UnicodeDecodeError:
        return "no notebook that can be read: it is no UTF-8"
    except (ValueError, RecursionError) as error:
        return f"no notebook that can be read: {error or type(error).__name__}"
    found, lines, broken = list[str](), list[Line](), list[tuple[str, str]]()
    for cell, places in zip(cells, cell_lines(text, [cell.source for cell in cells]), strict=True):
        code = _text(cell.source)
        if not cell.is_code or not code:
            continue
        try:
            found.append(plain(code))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            broken.append((code, f"cell {cell.number} is no Python that can be read: {why_no_python(error)}"))
            continue
        lines += [Line(physical, cell.number, at) for at, physical in enumerate(places, 1)]
    if sum(map(len, found)) > LARGEST:
        return "it holds more code than somebody wrote"
    return Code("\n".join(found), tuple(lines), tuple(broken))


def _cells(notebook: Any) -> Iterator[_Cell]:
    """The cells in the order in which they stand."""
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise ValueError("it has no `nbformat`")  # noqa: TRY004  as what JSON does not parse
    if (language := _language(notebook.get("metadata"))) and not language.startswith(("python", "ipython")):
        raise ValueError(f"its language is {language}")
    sheets = notebook.get("worksheets")
    held = [notebook, *(sheets if isinstance(sheets, list) else [])]
    lists = [one.get("cells") for one in held if isinstance(one, dict)]
    cells = [cell for own in lists if isinstance(own, list) for cell in own]
    for number, cell in enumerate(cells, 1):
        own = cell if isinstance(cell, dict) else {}
        yield _Cell(number, _source(own.get("source", own.get("input"))), own.get("cell_type") == "code")


def _source(value: Any) -> str | list[str]:
    """A cell's text or texts; empty for anything else."""
    is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return list(value) if is_list else value if isinstance(value, str) else ""


def _language(metadata: Any) -> str:
    """The language of the kernel, in small letters; empty where nothing says it."""
    for holder, key in (("kernelspec", "language"), ("language_info", "name")):
        told = metadata.get(holder) if isinstance(metadata, Mapping) else None
        if isinstance(told, Mapping) and isinstance(told.get(key), str):
            return str(told[key]).lower()
    return ""


def _text(source: str | list[str]) -> str:
    return plain_ends(source if isinstance(source, str) else "".join(source)).removesuffix("\n")
