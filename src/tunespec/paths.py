"""Which files the paths and globs of a user mean: in folders, those that may be data or a template."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from tunespec.errors import CannotJudgeError
from tunespec.inference.event_lines import may_hold_events
from tunespec.reading import format_of
from tunespec.reading.source import EXTENSIONS, extension
from tunespec.splits import relative
from tunespec.subjects import DataFile
from tunespec.templates.artefacts import may_ask, may_be_artefact
from tunespec.training.recognise import is_of_training

_SKIPPED_FOLDERS = {"node_modules", "__pycache__", "venv", "site-packages", "wandb"}
# Files of every model's folder that no reader asks for by themselves, and that are no data.
_OF_MODELS = frozenset(
    "config.json generation_config.json special_tokens_map.json tokenizer.json added_tokens.json adapter_config.json "
    "preprocessor_config.json processor_config.json vocab.json model.safetensors.index.json".split()
)


def files_under(base: Path, patterns: Sequence[str]) -> Iterator[tuple[Path, bool]]:
    """``(file, whether the user named it)`` for every file under the patterns, each once."""
    seen: set[Path] = set()
    for pattern in patterns:
        for path, named in expand(base, pattern):
            if path not in seen:
                seen.add(path)
                yield path, named


def expand(base: Path, pattern: str) -> Iterator[tuple[Path, bool]]:
    """The same for one of them.

    Raises:
        CannotJudgeError: if there is no such file or folder.
    """
    if not pattern.strip():
        raise CannotJudgeError("an empty path names nothing to judge; write . for this folder")
    path = base / Path(pattern).expanduser()
    if path.is_file():
        yield path, True
    elif path.is_dir():
        yield from ((file, False) for file in _walk(path))
    else:
        # Against its base, not joined to it: names of folders that are there may hold brackets.
        folder, rest = _existing_part(base, pattern)
        matches = sorted(glob.glob(rest, root_dir=folder, recursive=True))  # noqa: PTH207
        if not matches:
            raise CannotJudgeError(f"{pattern}: no such file or folder")
        for match in (folder / name for name in matches):
            yield from ((f, False) for f in _walk(match)) if match.is_dir() else [(match, False)]


def files_of(root: Path, patterns: Sequence[str], split: str | None = None) -> list[DataFile]:
    """The files that configured paths or globs name; they are relative to the project's root.

    Raises:
        CannotJudgeError: for a path that does not exist.
    """
    return [
        DataFile(path, relative(path, root), split, format_of(path))
        for pattern in patterns
        for path, _ in expand(root, pattern)
    ]


def _existing_part(base: Path, pattern: str) -> tuple[Path, str]:
    """The folder that a glob begins with, by its name as it is written, and the rest of the glob."""
    parts = Path(pattern).expanduser().parts
    folder, count = base, 0
    while count < len(parts) - 1 and (folder / parts[count]).is_dir():
        folder, count = folder / parts[count], count + 1
    return folder, str(Path(*parts[count:]))


def _walk(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in _SKIPPED_FOLDERS
            and not Path(where, name, "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            if name.startswith(".") or name in _OF_MODELS:
                continue
            path = Path(where, name)
            if extension(path) in EXTENSIONS or may_be_artefact(name) or may_ask(path) or _may_tell(path):
                yield path


def _may_tell(path: Path) -> bool:
    """Whether a file is of a training run, or holds what a server streamed."""
    return is_of_training(path) or may_hold_events(path)
