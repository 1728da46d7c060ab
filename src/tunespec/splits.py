"""Split names in file and folder names: which files are the splits of one dataset."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from tunespec.reading.source import COMPRESSED, EXTENSIONS

_WORDS = {
    "train": "train", "training": "train",
    "valid": "validation", "val": "validation", "validation": "validation", "dev": "validation",
    "eval": "validation", "evaluation": "validation",
    "test": "test", "testing": "test", "holdout": "test", "heldout": "test", "held_out": "test",
}  # fmt: skip
TRAINED = (None, "train")  # of a record that is trained on: where nothing names a split, all are
HELD_OUT = frozenset(("validation", "test"))
_SUFFIXES = {*EXTENSIONS, ".txt", *COMPRESSED}
_WORD = "|".join(_WORDS)
_BETWEEN = r"(?: +[-–—] +|[-_. ])"  # a split's word and the dataset's name
_START = re.compile(rf"(?i)^({_WORD})(?:$|{_BETWEEN}(.+)$)")
_END = re.compile(rf"(?i)^(.+?){_BETWEEN}({_WORD})$")
_SHARD_OF = re.compile(r"(?i)[-_.]\d+[-_]of[-_]\d+$")
_SHARD = re.compile(r"(?i)[-_.]?(?:shard[-_]?)?\d+(?:[-_]of[-_]\d+)?$")


def split_word(text: str) -> str | None:
    """The canonical split (train, validation, test) that a word names."""
    return _WORDS.get(text.strip().lower())


def parse_name(path: PurePosixPath) -> tuple[str, str | None]:
    """``(dataset, split)`` that a path says; split is None if neither file nor folder names one.

    ``data/train.jsonl`` -> ``("data", "train")``, ``data/qa_test-00000-of-00002.parquet`` -> ``("data/qa", "test")``,
    ``data/train/part-0.jsonl`` -> ``("data", "train")``, ``data/all.jsonl`` -> ``("data/all.jsonl", None)``.
    """
    stem = path.name
    while PurePosixPath(stem).suffix.lower() in _SUFFIXES:
        stem = PurePosixPath(stem).stem
    folder = path.parent
    for name in (_SHARD_OF.sub("", stem), stem, _SHARD.sub("", stem)):
        if match := _START.match(name):
            return _named(folder, match[2]), _WORDS[match[1].lower()]
        if match := _END.match(name):
            return _named(folder, match[1]), _WORDS[match[2].lower()]
    if (split := split_word(folder.name)) is not None:
        return str(folder.parent), split
    return str(path), None


def _named(folder: PurePosixPath, rest: str | None) -> str:
    return str(folder / rest) if rest else str(folder)


def group(paths: Iterable[str]) -> dict[str, list[tuple[str, str | None]]]:
    """Paths into datasets: name -> ``(path, split)``. A lone file keeps its path as name."""
    grouped: dict[str, list[tuple[str, str | None]]] = {}
    for path in sorted(paths):
        name, split = parse_name(PurePosixPath(path))
        grouped.setdefault(name, []).append((path, split))
    return {(files[0][0] if len(files) == 1 else name): files for name, files in grouped.items()}


def relative(path: Path, root: Path) -> str:
    """``path`` relative to ``root`` with forward slashes; absolute if it lies outside.

    The file's own name counts, not what it links to: stores of blobs link meaningful names to hashes.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  resolve() would follow the links
    for candidate in (absolute, absolute.parent.resolve() / absolute.name):
        for base in (root, root.resolve()):
            if candidate.is_relative_to(base):
                return _printable(candidate.relative_to(base))
    return _printable(absolute)


def _printable(path: Path) -> str:
    """The path as text that every report can hold: bytes of a name that are no UTF-8 are replaced."""
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
