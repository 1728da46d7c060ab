"""Is a block of code well-formed? Each module asks one kind of parser, leniently: a fragment is no error."""

from __future__ import annotations

import textwrap
from typing import NamedTuple


class Complaint(NamedTuple):
    """What a parser says: the line in the block (from 1), and a message that quotes no code."""

    line: int
    message: str


PLACEHOLDERS = ("...", "…", "{{", "{%", "<%", "⋮")


def elides(line: str) -> bool:
    """Whether a line leaves something out, or leaves it to be filled in."""
    return any(mark in line for mark in PLACEHOLDERS)


def is_diff(body: str) -> bool:
    """Whether a block shows a change: a hunk header, or lines that begin with ``+`` and ``-``, and nearly all may."""
    lines = [line for line in body.splitlines() if line.strip()]
    if any(line.startswith(("@@ ", "diff --git", "--- a/", "+++ b/")) for line in lines):
        return True
    signed = [line for line in lines if line[0] in "+-" and not line.startswith("- ")]
    dashed = [line for line in lines if line.startswith("- ")]
    return any(line[0] == "+" for line in signed) and len(signed) + len(dashed) >= 2


def forms(body: str) -> list[str]:
    """The block without the indentation of the text around it: of all its lines, or of all but the first."""
    dedented = textwrap.dedent(body)
    first, _, rest = dedented.lstrip("\n").partition("\n")
    trimmed = f"{first.lstrip()}\n{textwrap.dedent(rest)}"
    return [dedented, trimmed] if rest and trimmed != dedented else [dedented]
