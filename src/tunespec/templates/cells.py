"""The cell of a notebook in which a finding stands: whoever opens a notebook sees cells, not lines of its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from tunespec.findings import Place
from tunespec.subjects import DataFile
from tunespec.templates.python_code import CodeError, is_notebook, notebook_code


class Cells:
    """The cells of those programs that are notebooks, read when a place is first asked for.

    Args:
        programs: scripts and notebooks.
    """

    def __init__(self, programs: Iterable[DataFile]) -> None:
        """Nothing is read yet."""
        self._programs = {file.shown: file for file in programs if file.path.suffix.lower() == ".ipynb"}

    def where(self, place: Place) -> str:
        """`cell 7, line 3`; empty for other files, and where one line of the file holds several of the code."""
        return self._lines.get((place.path, place.line or 0), "") if place.path in self._programs else ""

    @cached_property
    def _lines(self) -> Mapping[tuple[str, int], str]:
        found: dict[tuple[str, int], str] = {}
        for shown, file in self._programs.items():
            content = file.path.read_bytes()
            try:
                lines = notebook_code(content).lines if is_notebook(content) else ()
            except CodeError:  # whoever reads it says so
                continue
            for line in lines:
                key = (shown, line.physical)
                found[key] = "" if key in found else str(line)
        return found
