"""Pages that more than one benchmark writes: each its own part, under its own heading."""

from __future__ import annotations

import re
from pathlib import Path


def write_parts(page: Path, text: str) -> None:
    """Put each part of a text, which begins with a heading, where the part of that heading stood."""
    for part in _parts(text):
        write_part(page, part)


def write_part(page: Path, text: str) -> None:
    """Put a part, whose first line is its heading, where the part of that heading stood, else behind all others."""
    parts = _parts(page.read_text(encoding="utf-8")) if page.is_file() else []
    kept = {part.partition("\n")[0]: part.rstrip() for part in parts}
    kept[text.partition("\n")[0]] = text.rstrip()
    page.write_text("\n\n".join(kept.values()) + "\n", encoding="utf-8", newline="\n")


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"^(?=##? )", text, flags=re.MULTILINE) if part.strip()]
