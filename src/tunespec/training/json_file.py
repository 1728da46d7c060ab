"""JSON files that a training run refers to, and that count only where they can be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def mapping_in(path: Path) -> Mapping[str, Any] | None:
    """The mapping that a JSON file holds; None if it is not there, cannot be read, or holds something else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None
