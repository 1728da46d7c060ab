"""The cache: facts and results by content. Files are written once, never replaced, and safe to lose."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock

_SIZE_CAP = 2 << 30  # bytes; the least recently used entries go first
_RUNS_KEPT = 20
_GRAMMARS = ("c", "cpp", "go", "java", "javascript", "rust", "sql", "typescript")
# With and without them, facts differ.
_EXTRAS = (
    "ggufdoctor",
    "nltk",
    "rapidfuzz",
    "tensorboard",
    "tokenizers",
    "tree-sitter",
    *(f"tree-sitter-{language}" for language in _GRAMMARS),
)
_LIBRARIES = (
    "ftfy",
    "great-expectations",
    "jinja2",
    "jsonschema",
    "numpy",
    "orjson",
    "pandas",
    "polars",
    "py3langid",
    "pyyaml",
)
_PACKAGE = Path(__file__).resolve().parent


@cache
def code_hash() -> str:
    """Hash of tunespec's own sources and of its libraries' versions: others compute other facts."""
    versions = [sys.version, *(version(library) for library in _LIBRARIES), *map(_version_of_extra, _EXTRAS)]
    digest = hashlib.blake2b("\0".join(versions).encode(), digest_size=16)
    for path in sorted(path for suffix in ("py", "toml") for path in _PACKAGE.rglob(f"*.{suffix}")):
        if "suite" not in path.relative_to(_PACKAGE).parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _version_of_extra(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def key_of(*parts: Any) -> str:
    """A name for everything that a cached value depends on."""
    text = orjson.dumps([code_hash(), parts], default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=16).hexdigest()


class Cache:
    """Entries in one folder, ``<root>/.tunespec_cache`` unless that cannot be written."""

    def __init__(self, root: Path) -> None:
        """Create the folder, with the files that make git and backups pass it over."""
        self.folder = self.folder_of(root)
        for name, text in (
            (".gitignore", "*\n"),
            ("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n# made by tunespec\n"),
        ):
            if not (self.folder / name).exists():
                (self.folder / name).write_text(text, encoding="utf-8")

    @staticmethod
    def folder_of(root: Path) -> Path:
        """Where the cache of a project lies: in it, or in the system's temporary folder if it is read-only."""
        inside, outside = Cache.candidates(root)
        try:
            inside.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=inside):
                return inside
        except OSError:
            outside.mkdir(mode=0o700, exist_ok=True)
            if hasattr(os, "getuid") and outside.stat().st_uid != os.getuid():
                return Path(tempfile.mkdtemp(prefix="tunespec_cache_"))  # somebody else's: not to be trusted
            return outside

    @staticmethod
    def candidates(root: Path) -> tuple[Path, Path]:
        """The two folders that may be a project's cache."""
        name = hashlib.blake2b(str(root.resolve()).encode(), digest_size=8).hexdigest()
        return root / ".tunespec_cache", Path(tempfile.gettempdir()) / f"tunespec_cache_{name}"

    def holds(self, name: str) -> bool:
        """Whether there is an entry of this name."""
        return (self.folder / name).exists()

    def read(self, name: str) -> Any | None:
        """The JSON value of an entry; None if it is absent or damaged."""
        path = self.folder / name
        try:
            value = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return None
        self.touch(name)
        return value

    def touch(self, name: str) -> None:
        """Note that an entry was used; one of another user cannot be noted, and is used all the same."""
        with suppress(OSError):
            os.utime(self.folder / name)

    def write(self, name: str, value: Any) -> None:
        """Store a JSON value under a name, whole or not at all."""
        self.place(name, lambda path: path.write_bytes(orjson.dumps(value)))

    def place(self, name: str, make: Callable[[Path], object]) -> Path:
        """Let ``make`` write a file, then put it under its name in one step."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        os.close(handle)
        try:
            make(Path(temporary))
            Path(temporary).replace(target)
        except PermissionError:  # Windows cannot replace a file that another process reads; equal names, equal content
            if not target.exists():
                raise
        finally:
            Path(temporary).unlink(missing_ok=True)
        return target

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock among processes; it ends with its process, even a killed one."""
        path = self.folder / "locks" / f"{name}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path):
            yield

    def trim(self, cap: int = _SIZE_CAP) -> None:
        """Remove the least recently used entries above the size cap, and all but the last runs.

        Other processes may do the same at the same time, or hold a file open: what cannot be removed stays.
        """
        total = 0
        for _, size, path in sorted(_entries(self.folder), reverse=True):
            total += size
            if total > cap:
                with suppress(OSError):
                    path.unlink()
        for run in sorted((self.folder / "runs").glob("*"))[:-_RUNS_KEPT]:
            shutil.rmtree(run, ignore_errors=True)


def _entries(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """``(last use, bytes, file)`` of what may be removed: entries, and what a killed process left half written."""
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.suffix in {".json", ".arrow"} or path.name.startswith(".new-"):
                status = path.stat()
                yield status.st_mtime, status.st_size, path
