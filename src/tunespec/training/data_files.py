"""The data that a training configuration names: files with their splits, and how their columns are called.

Sources: LLaMA-Factory 0.9.5 (``data/parser.py``, ``data/README.md``), Axolotl 0.19 (``utils/schemas/datasets.py``),
mlx-lm 0.32 (``tuner/datasets.py``), mistral-finetune (``finetune/args.py``), TRL 1.16 (``scripts/utils.py``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tunespec.reading import format_of
from tunespec.reading.source import EXTENSIONS, extension
from tunespec.splits import relative
from tunespec.subjects import DataFile, Dataset
from tunespec.training.configuration import spec_in
from tunespec.training.errors import TrainingError
from tunespec.training.folders import found_from
from tunespec.training.values import texts
from tunespec.training.written import Written

_MOST = 200  # files of a folder that is named as data
# LLaMA-Factory's column or tag -> the canonical column or role.
_COLUMNS = {"prompt": "prompt", "response": "answer", "system": "system", "messages": "messages"}
_TAGS = {
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
    "observation_tag": "tool",
    "function_tag": "call",
}


@dataclass
class Trained:
    """What a configuration trains on and writes to.

    ``files`` have the split that the configuration gives them; ``absent`` are data that it names and that are not at
    hand, as those of a hub.
    """

    files: list[tuple[Path, str]] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    held_out: str = ""
    deepspeed: str = ""
    output_dir: str = ""

    def of(self, dataset: Dataset) -> Dataset:
        """The dataset with what the configuration says of its columns, roles and validation."""
        columns = tuple(sorted((dict(dataset.columns) | self.columns).items()))
        roles = tuple(sorted((dict(dataset.roles) | self.roles).items()))
        held_out = dataset.held_out or self.held_out
        return replace(dataset, alone=False, columns=columns, roles=roles, held_out=held_out)

    def data_files(self, root: Path) -> Iterator[DataFile]:
        """Its files; of those that two sets name, the first."""
        for path, split in dict(reversed(self.files)).items():
            yield DataFile(path, relative(path, root), split, format_of(path))

    @property
    def why_none(self) -> str:
        """Why its records are not judged with it; empty if it names none."""
        if self.files or not self.absent:
            return ""
        return f"its data ({', '.join(self.absent[:3])}{', ...' if len(self.absent) > 3 else ''}) are not at hand"


def trained_in(file: DataFile, root: Path) -> Trained:
    """What a configuration says of its data; nothing for one that cannot be read.

    Args:
        file: the configuration.
        root: the project's folder.
    """
    try:
        spec = spec_in(file)
    except TrainingError:
        spec = None
    if spec is None:
        return Trained()
    deepspeed = spec.value("deepspeed")
    found = Trained(
        deepspeed=deepspeed if isinstance(deepspeed, str) else "", output_dir=str(spec.value("output_dir") or "")
    )
    share = spec.setting("validation_share")
    if share is not None and share.value:
        found.held_out = f"{share} ({share.place})"
    for named in _READERS.get(spec.framework.name, _of_flat)(spec.written, root):
        named.into(found, file.path, root)
    return found


@dataclass(frozen=True)
class _Named:
    """One data set that is named: its path, its split, and what its columns and roles are called."""

    name: str
    split: str = "train"
    columns: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None

    def into(self, found: Trained, configuration: Path, root: Path) -> None:
        path = self.path or found_from(configuration, self.name, root)
        if path is None:
            found.absent.append(self.name)
            return
        found.columns |= self.columns
        found.roles |= self.roles
        found.files += [(file, self.split) for file in _files(path)]


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    there = sorted(one for one in path.iterdir() if one.is_file() and extension(one) in EXTENSIONS)
    yield from there[:_MOST]


def _of_llamafactory(written: Written, root: Path) -> Iterator[_Named]:
    folder = str(written.get("dataset_dir") or "data")
    for key, split in (("dataset", "train"), ("eval_dataset", "validation")):
        for name in texts(written.get(key)):
            yield _registered(name, split, folder, written.file.path, root)


def _registered(name: str, split: str, folder: str, configuration: Path, root: Path) -> _Named:
    """What ``dataset_info.json`` says of a name, there or in a folder of the project."""
    registry = found_from(configuration, f"{folder}/dataset_info.json", root)
    own = _json(registry).get(name) if registry is not None else None
    if not isinstance(own, Mapping) or not isinstance(own.get("file_name"), str) or registry is None:
        return _Named(name, split)
    path = registry.parent / own["file_name"]
    columns, tags = own.get("columns"), own.get("tags")
    return _Named(
        f"{name}: {own['file_name']}",
        split,
        {_COLUMNS[key]: text for key, text in _texts_in(columns) if key in _COLUMNS},
        {text: _TAGS[key] for key, text in _texts_in(tags) if key in _TAGS},
        path if path.exists() else None,
    )


def _texts_in(table: Any) -> Iterator[tuple[str, str]]:
    yield from ((k, v) for k, v in table.items() if isinstance(v, str)) if isinstance(table, Mapping) else ()


def _json(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _of_axolotl(written: Written, _: Path) -> Iterator[_Named]:
    for key, split in (("datasets", "train"), ("test_datasets", "validation")):
        datasets = written.get(key)
        for one in datasets if isinstance(datasets, list) else []:
            if isinstance(one, Mapping) and isinstance(one.get("path"), str):
                own = {"messages": one["field_messages"]} if isinstance(one.get("field_messages"), str) else {}
                given = texts(one.get("data_files")) or [one["path"]]
                yield from (_Named(name, split, own) for name in given)


def _of_mlx(written: Written, _: Path) -> Iterator[_Named]:
    """A folder with train, valid and test; a name of the hub is no folder here."""
    if isinstance(folder := written.get("data"), str):
        for word, split in (("train", "train"), ("valid", "validation"), ("test", "test")):
            yield _Named(f"{folder}/{word}.jsonl", split)


def _of_mistral(written: Written, _: Path) -> Iterator[_Named]:
    """`path:weight,path:weight`."""
    for key, split in (("data.instruct_data", "train"), ("data.eval_instruct_data", "validation")):
        for part in texts(written.get(key)):
            yield _Named(part.rpartition(":")[0] if part.rpartition(":")[2].replace(".", "").isdigit() else part, split)


def _of_flat(written: Written, _: Path) -> Iterator[_Named]:
    keys = (
        ("train_file", "train"),
        ("dataset_name", "train"),
        ("validation_file", "validation"),
        ("test_file", "test"),
    )
    for key, split in keys:
        if isinstance(name := written.get(key), str) and name:
            yield _Named(name, split)


_READERS: Mapping[str, Callable[[Written, Path], Iterator[_Named]]] = {
    "LLaMA-Factory": _of_llamafactory,
    "Axolotl": _of_axolotl,
    "mlx-lm": _of_mlx,
    "mistral-finetune": _of_mistral,
}
