"""Notebooks made by hand, as Jupyter writes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def cell(text: str, kind: str = "code", outputs: Sequence[Any] = ()) -> dict[str, Any]:
    """A cell of version 4 of the format, with one text for each line."""
    told: dict[str, Any] = {"cell_type": kind, "metadata": {}}
    if kind == "code":
        told |= {"execution_count": 1, "outputs": list(outputs)}
    return told | {"source": text.splitlines(keepends=True)}


def notebook(*cells: dict[str, Any] | str, indent: int | None = 1, language: str = "python", version: int = 4) -> bytes:
    """A notebook's file; a text is the code of a cell."""
    own = [cell(one) if isinstance(one, str) else one for one in cells]
    if version < 4:  # whose cells lie in sheets, and whose code is `input`
        own = [{("input" if key == "source" else key): value for key, value in one.items()} for one in own]
        sheets = {"worksheets": [{"cells": own}]}
        return json.dumps({"metadata": {"name": "n"}, "nbformat": version, **sheets}, indent=indent).encode()
    metadata = {"kernelspec": {"language": language, "name": "k"}, "language_info": {"name": language}}
    told = {"cells": own, "metadata": metadata, "nbformat": version, "nbformat_minor": 5}
    return json.dumps(told, indent=indent, ensure_ascii=False).encode()


def write(folder: Path, *cells: dict[str, Any] | str, name: str = "train.ipynb", **options: Any) -> Path:
    """The same as a file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(notebook(*cells, **options))
    return path
