"""Sheets: which records or outputs are to be judged, one a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from tunespec.errors import CannotJudgeError
from tunespec.reading import format_of, read
from tunespec.review.draw import Drawn
from tunespec.review.judgement import is_sheet, named_in
from tunespec.review.material import Material


def sheet_lines(material: Material, drawn: Sequence[Drawn], *, texts: bool = False) -> bytes:
    """JSON lines: hash and model, why it was drawn, where it stands; with ``texts`` what a person reads of it."""
    return b"".join(orjson.dumps(_line(material, one, texts=texts)) + b"\n" for one in drawn)


def _line(material: Material, one: Drawn, *, texts: bool) -> dict[str, object]:
    place = material.place(one.row)
    told: dict[str, object] = {material.kind: one.hash}
    told |= {"model": material.model} if material.model else {}
    told |= {"why": one.why, "path": place.path}
    told |= {"line": place.line} if place.line is not None else {"row": place.row}
    if texts:
        told["texts"] = [{said.who: said.text} for said in material.said(one.row)]
    return told


def read_sheet(path: Path, material: Material) -> tuple[list[Drawn], int]:
    """What a sheet asks for, and how many of its lines are of nothing that is here.

    Raises:
        CannotJudgeError: for a file that cannot be read, and a line that is none of a sheet.
    """
    drawn: dict[str, Drawn] = {}
    lost = 0
    for row in read(path, format_of(path)):
        if row.data is None or not is_sheet(row.data):
            raise CannotJudgeError(f"{path}:{row.line}: no line of a sheet (tunespec review sample writes those)")
        kind, named = named_in(row.data)
        if kind != material.kind or named not in material.rows:
            lost += 1
        else:
            drawn[named] = Drawn(named, material.rows[named], str(row.data["why"]))
    return list(drawn.values()), lost


def write_sheet(path: Path, lines: bytes) -> None:
    """Write a sheet to a new file: one that is there may be half done.

    Raises:
        CannotJudgeError: if there is a file already, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            stream.write(lines)
    except FileExistsError:
        raise CannotJudgeError(f"{path} is there already; name another file, or remove it") from None
    except OSError as error:
        raise CannotJudgeError(f"{path}: {error.strerror or error}") from error
