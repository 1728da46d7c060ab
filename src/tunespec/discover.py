"""What lies under the user's paths: datasets, by content and name, and what was passed over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from tunespec import splits
from tunespec.config import Config
from tunespec.discover_templates import company, template_pairs
from tunespec.errors import CannotJudgeError
from tunespec.paths import expand, files_under
from tunespec.reading import Row, format_of, read
from tunespec.reading.source import EXTENSIONS, extension, read_bytes
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile, Dataset, Subject, TemplatePair
from tunespec.templates.artefacts import artefact, why_no_artefact
from tunespec.text import shorten

_SNIFFED = 50  # records looked at before a file is said not to be a dataset
_HEAD = 1 << 18  # bytes read for that
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
    configured = _configured(config) if not paths else []
    base, patterns = (Path.cwd(), paths) if paths else (config.root, config.data or (() if configured else (".",)))
    seen = _Seen()
    for path, named in files_under(base, patterns):
        shown = splits.relative(path, config.root)
        try:
            seen.add(path, shown, shapes, named=named)
        except CannotJudgeError as error:
            if named:
                raise
            seen.unreadable[shown] = str(error)
    datasets = [*configured, *_datasets(seen.data)]
    templates = template_pairs(config, [*seen.artefacts, *company(seen.named, seen.artefacts)], datasets)
    if not datasets and not templates:
        raise CannotJudgeError(_nothing(config, paths, seen.unreadable | seen.passed_over))
    if seen.data and shapes.unused_columns:
        names = ", ".join(map(repr, shapes.unused_columns))
        raise CannotJudgeError(f"columns: no record has {names}; see [columns] in {config.file}")
    return Discovery(tuple(sorted(datasets, key=lambda d: d.name)), seen.passed_over, seen.unreadable, templates)


@dataclass
class _Seen:
    """What lies under the user's paths, by the path as it is shown.

    ``data`` has the file, its format and whether the user named it; ``named`` are the artefacts that the user named.
    """

    data: dict[str, tuple[Path, str, bool]] = field(default_factory=dict)
    artefacts: list[DataFile] = field(default_factory=list)
    named: list[DataFile] = field(default_factory=list)
    passed_over: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)

    def add(self, path: Path, shown: str, shapes: Shapes, *, named: bool) -> None:
        """Take a file for what it is; CannotJudgeError if it cannot be read, or was named and is nothing to judge."""
        if (kind := artefact(path)) is not None:
            file = DataFile(path, shown, None, kind)
            self.artefacts.append(file)
            if named:
                self.named.append(file)
            return
        format_, why = _recognise(path, shapes)
        if not why:
            self.data[shown] = path, format_, named
        elif named:
            raise CannotJudgeError(f"{shown}: {why}")
        else:
            self.passed_over[shown] = why


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
        for path, _ in expand(config.root, pattern)
    ]


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
