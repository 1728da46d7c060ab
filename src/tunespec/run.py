"""A run's folder: each test leaves its verdict there as a file, so that xdist's workers need no other channel.

Findings never travel in pytest's ``user_properties``: they would land in JUnit files.
"""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


def new_run_id() -> str:
    """A name that sorts by time."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{time.monotonic_ns() % 1_000_000:06d}"


@dataclass(frozen=True)
class Run:
    """The folder of one run."""

    folder: Path

    def write(self, name: str, value: dict[str, Any]) -> None:
        """Leave a value under a name of any characters; the last one written counts."""
        self.folder.mkdir(parents=True, exist_ok=True)
        stem = hashlib.blake2b(name.encode(), digest_size=12).hexdigest()
        temporary = self.folder / f".{stem}-{os.getpid()}"
        temporary.write_bytes(orjson.dumps(value))
        try:
            temporary.replace(self.folder / f"{stem}.json")
        except PermissionError:  # Windows, another worker is writing the same value
            temporary.unlink(missing_ok=True)

    def keep(self, name: str, text: str) -> Path:
        """Leave a text for a person to read; says where."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        return path

    def read(self) -> list[dict[str, Any]]:
        """Every value, in an order that does not depend on who wrote first."""
        return [orjson.loads(path.read_bytes()) for path in sorted(self.folder.glob("*.json"))]
