"""Pages that more than one benchmark writes: each its own part, under its own heading."""

from __future__ import annotations

import re
from pathlib import Path


def write_part(page: Path, text: str) -> None:
    """Put a part, whose first line is its heading, where the part of that heading stood, else behind all others."""
    parts = re.split(r"^(?=##? )", page.read_text(encoding="utf-8") if page.is_file() else "", flags=re.MULTILINE)
    kept = {part.partition("\n")[0]: part.rstrip() for part in parts if part.strip()}
    kept[text.partition("\n")[0]] = text.rstrip()
    page.write_text("\n\n".join(kept.values()) + "\n", encoding="utf-8", newline="\n")
