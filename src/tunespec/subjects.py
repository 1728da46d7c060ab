"""Subjects: the named things that a user has. Here: datasets."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_CHUNK = 1 << 20


def content_hash(path: Path) -> str:
    """Hash of a file's bytes."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True)
class DataFile:
    """One file of a dataset. ``shown`` is its path as reports print it; ``split`` None if nothing names one."""

    path: Path
    shown: str
    split: str | None
    format: str

    @cached_property
    def content_hash(self) -> str:
        """Hash of the file's bytes."""
        return content_hash(self.path)


@dataclass(frozen=True)
class Dataset:
    """A set of files with their splits; ``alone`` if it is one file that the user named."""

    name: str
    files: tuple[DataFile, ...]
    family: str = "data"
    alone: bool = False
