"""What lies under the user's paths: datasets, by content and name, and what was passed over."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tunespec import splits
from tunespec.config import Config
from tunespec.discover_templates import artefact, company, may_be_artefact, template_pairs, why_no_artefact
from tunespec.errors import CannotJudgeError
from tunespec.reading import Row, format_of, read
from tunespec.reading.source import EXTENSIONS, extension, read_bytes
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile, Dataset, Subject, TemplatePair
from tunespec.text import shorten

_SKIPPED_FOLDERS = {"node_modules", "__pycache__", "venv", "site-packages", "wandb"}
_SNIFFED = 50  # records looked at before a file is said not to be a dataset
_HEAD = 1 << 18  # bytes read for that
# Files of every model's folder that no reader asks for by themselves, and that are no data.
_OF_MODELS = frozenset(
    "config.json generation_config.json special_tokens_map.json tokenizer.json added_tokens.json adapter_config.json "
    "preprocessor_config.json processor_config.json vocab.json model.safetensors.index.json".split()
)
_LOG_KEYS = {"loss", "eval_loss", "current_steps", "train_loss"}


@dataclass(frozen=True)
class Discovery:
    """``datasets`` and ``templates`` to judge, ``passed_over`` (path -> why it is neither) and ``unreadable`` (path ->
    what is wrong).
    """

    datasets: tuple[Dataset, ...]
    passed_over: dict[str, str]
    unreadable: dict[str, str]
    templates: tuple[TemplatePair, ...] = ()

    def refuse_overwriting(self, target: Path) -> None:
        """Refuse to write a report over the data that it is about.

        Raises:
            CannotJudgeError: if ``target`` is a file of a subject.
        """
        subjects: tuple[Subject, ...] = (*self.datasets, *self.templates)
        files = [file for subject in subjects for file in subject.files]
        files += [file for pair in self.templates for file in pair.beside]
        if target.resolve() in {file.path.resolve() for file in files}:
            raise CannotJudgeError(f"{target}: a report would overwrite the data that it is about")


def discover(config: Config, paths: Sequence[str]) -> Discovery:
    """Find the datasets and templates under ``paths`` (files, folders, globs), or under the configured ones.

    Raises:
        CannotJudgeError: for a path that does not exist, a named file whose columns nothing knows, or nothing to judge.
    """
    shapes = Shapes(config.columns, config.roles)
    found: dict[str, tuple[Path, str, bool]] = {}
    passed_over: dict[str, str] = {}
    configured = _configured(config) if not paths else []
    base, patterns = (Path.cwd(), paths) if paths else (config.root, config.data or (() if configured else (".",)))
    unreadable: dict[str, str] = {}
    artefacts: list[DataFile] = []
    alone: list[DataFile] = []
    for path, named in _files(base, patterns):
        shown = splits.relative(path, config.root)
        try:
            if (kind := artefact(path)) is not None:
                artefacts += [DataFile(path, shown, None, kind)]
                alone += artefacts[-1:] if named else []
                continue
            format_, why = _recognise(path, shapes)
        except CannotJudgeError as error:
            if named:
                raise
            unreadable[shown] = str(error)
            continue
        if not why:
            found[shown] = path, format_, named
        elif named:
            raise CannotJudgeError(f"{shown}: {why}")
        else:
            passed_over[shown] = why
    datasets = [*configured, *_datasets(found)]
    templates = template_pairs(config, [*artefacts, *company(alone, artefacts)], datasets)
    if not datasets and not templates:
        raise CannotJudgeError(_nothing(config, paths, unreadable | passed_over))
    if found and shapes.unused_columns:
        names = ", ".join(map(repr, shapes.unused_columns))
        raise CannotJudgeError(f"columns: no record has {names}; see [columns] in {config.file}")
    return Discovery(tuple(sorted(datasets, key=lambda d: d.name)), passed_over, unreadable, templates)


def _datasets(found: dict[str, tuple[Path, str, bool]]) -> Iterator[Dataset]:
    for name, files in splits.group(found).items():
        alone = len(files) == 1 and found[files[0][0]][2]
        own = tuple(DataFile(found[file][0], file, split, found[file][1]) for file, split in files)
        yield Dataset(name, own, alone=alone)


def _configured(config: Config) -> list[Dataset]:
    return [
        Dataset(name, tuple(file for split, patterns in by_split.items() for file in files_of(config, patterns, split)))
        for name, by_split in config.datasets.items()
    ]


def files_of(config: Config, patterns: Sequence[str], split: str | None) -> list[DataFile]:
    """The files that configured paths or globs name; they are relative to the project's root.

    Raises:
        CannotJudgeError: for a path that does not exist.
    """
    return [
        DataFile(path, splits.relative(path, config.root), split, format_of(path))
        for pattern in patterns
        for path, _ in _expand(config.root, pattern)
    ]


def _files(base: Path, patterns: Sequence[str]) -> Iterator[tuple[Path, bool]]:
    """``(file, whether the user named it)`` for every file under the patterns, each once."""
    seen: set[Path] = set()
    for pattern in patterns:
        for path, named in _expand(base, pattern):
            if path not in seen:
                seen.add(path)
                yield path, named


def _expand(base: Path, pattern: str) -> Iterator[tuple[Path, bool]]:
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
            if extension(Path(name)) in EXTENSIONS or may_be_artefact(name):
                yield Path(where, name)


def _recognise(path: Path, shapes: Shapes) -> tuple[str, str]:
    """``(format, "")`` if the file holds records of a known shape, else ``("", why not)``."""
    if why := why_no_artefact(path):
        return "", why
    if extension(path) not in EXTENSIONS and extension(path) not in {".txt", ""}:
        return "", f"not a dataset file (expected {', '.join(EXTENSIONS)}, or one of these with .gz or .zst)"
    format_ = format_of(path)
    rows = list(islice(_head_rows(path, format_), _SNIFFED))
    if not rows:
        return "", "the file is empty: it holds no record"
    records = [row.data for row in rows if row.data is not None]
    if not records:
        return (format_, "") if extension(path) != ".json" else ("", f"no record could be read: {rows[0].defect}")
    if any((conversation := shapes.convert(r)) is not None and not conversation.defect for r in records):
        return format_, ""
    return "", _unknown(records[0], shapes)


def _head_rows(path: Path, format_: str) -> Iterator[Row]:
    """Rows of the file's head; JSON arrays and tables are read from the head too, whose cut last row is dropped."""
    if format_ == "parquet":
        return read(path, format_)
    from tunespec.reading import csv_table, json_array, lines

    head = read_bytes(path, _HEAD)
    if len(head) == _HEAD and format_ != "json":
        whole_lines = head[: head.rfind(b"\n") + 1]
        head = whole_lines if whole_lines.count(b"\n") > 1 else read_bytes(path)
    if format_ == "json":
        rows = list(islice(json_array.read_json(head), _SNIFFED))
        if len(head) == _HEAD and rows[0].data is None:  # one record is longer than the head
            return json_array.read_json(read_bytes(path))
        return iter(rows)
    return csv_table.read_csv(head) if format_ in {"csv", "tsv"} else lines.read_jsonl(head)


def _unknown(record: dict[str, object], shapes: Shapes) -> str:
    conversation = shapes.convert(record)
    if conversation is not None and conversation.defect:
        return f"no record has a shape that a trainer could read: {conversation.defect}"
    keys = list(record)
    if len(_LOG_KEYS & set(keys)) > 0:
        return "a training log, not a dataset"
    if all(isinstance(value, dict) for value in record.values()) and len(keys) > 3:
        return "a registry or configuration, not a dataset"
    if not keys:
        return "its records are empty objects"
    shown = ", ".join(map(shorten, keys[:12])) + (", ..." if len(keys) > 12 else "")
    mapping = f"columns = {{prompt = {json.dumps(keys[0])}, answer = {json.dumps(keys[-1])}}}"
    return f"its columns ({shown}) are of no known shape; say which are which in [tool.tunespec]: {mapping}"


def _nothing(config: Config, paths: Sequence[str], passed_over: dict[str, str]) -> str:
    where = ", ".join(paths or config.data or ["the current folder"])
    reasons = "".join(f"\n  {path}: {why}" for path, why in list(passed_over.items())[:10])
    return f"nothing to judge: no dataset and no template in {where}{reasons}"
