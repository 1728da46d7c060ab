"""The data that a training configuration names, and how their columns are called, as each framework says it.

Sources: LLaMA-Factory 0.9.5 (``data/parser.py``, ``data/README.md``), Axolotl 0.19 (``utils/schemas/datasets.py``),
mlx-lm 0.32 (``tuner/datasets.py``), mistral-finetune (``finetune/args.py``), TRL 1.16 (``scripts/utils.py``), torchtune
0.6 (``datasets``), LLaMA-Factory's v1 (``v1/core/data_engine.py``), Unsloth Studio (``data:`` of its configuration).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunespec.named_files import found_from
from tunespec.reading.source import EXTENSIONS, extension
from tunespec.splits import split_word
from tunespec.training.dataset_registry import Registry, registry_of
from tunespec.training.run_spec import RunSpec
from tunespec.training.values import text, texts
from tunespec.training.written import Written
from tunespec.training.yaml_text import read_yaml

_LOADERS = frozenset("json csv text parquet".split())  # a source that says how data_files are read
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


@dataclass(frozen=True)
class NamedData:
    """Data that a configuration names: path or name, split, and what its columns and roles are called.

    ``key`` is the setting that names it, ``part`` the part of it that is taken, as `train[:90%]`. ``path`` is where it
    lies, if the configuration says that otherwise than by the name.
    """

    name: str
    split: str = "train"
    key: str = ""
    part: str = "train"
    columns: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None

    def place(self, configuration: Path, root: Path) -> Path | None:
        """The file or folder in which it lies; None if it is not at hand."""
        return self.path or found_from(configuration, self.name, root)

    def files(self, configuration: Path, root: Path) -> list[Path]:
        """Its files; none if it is not at hand."""
        path = self.place(configuration, root)
        return list(_files(path)) if path is not None else []


def named_data(spec: RunSpec, root: Path) -> Iterator[NamedData]:
    """What a configuration names, in the order in which it does."""
    yield from _READERS.get(spec.framework.name, _of_flat)(spec.written, root)


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    there = sorted(one for one in path.iterdir() if one.is_file() and extension(one) in EXTENSIONS)
    yield from there[:_MOST]


def _of_llamafactory(written: Written, root: Path) -> Iterator[NamedData]:
    registry = registry_of("LLaMA-Factory", written, root)
    for key, split in (("dataset", "train"), ("eval_dataset", "validation")):
        for name in texts(written.get(key)):
            yield _registered(name, split, key, registry)


def _registered(name: str, split: str, key: str, registry: Registry | None) -> NamedData:
    """What ``dataset_info.json`` says of a name, there or in a folder of the project."""
    own = registry.entries.get(name) if registry is not None else None
    if not isinstance(own, Mapping) or not isinstance(own.get("file_name"), str) or registry is None:
        return NamedData(name, split, key)
    path = registry.path.parent / own["file_name"]
    columns, tags = own.get("columns"), own.get("tags")
    return NamedData(
        f"{name}: {own['file_name']}",
        split,
        key,
        _part(own),
        columns={_COLUMNS[key]: text for key, text in _texts_in(columns) if key in _COLUMNS},
        roles={text: _TAGS[key] for key, text in _texts_in(tags) if key in _TAGS},
        path=path if path.exists() else None,
    )


def _texts_in(table: Any) -> Iterator[tuple[str, str]]:
    yield from ((k, v) for k, v in table.items() if isinstance(v, str)) if isinstance(table, Mapping) else ()


def _of_axolotl(written: Written, _: Path) -> Iterator[NamedData]:
    for key, split in (("datasets", "train"), ("test_datasets", "validation")):
        datasets = written.get(key)
        for one in datasets if isinstance(datasets, list) else []:
            if isinstance(one, Mapping) and isinstance(one.get("path"), str):
                own = {"messages": one["field_messages"]} if isinstance(one.get("field_messages"), str) else {}
                given = texts(one.get("data_files")) or [one["path"]]
                yield from (NamedData(name, split, key, _part(one), own) for name in given)


def _of_mlx(written: Written, _: Path) -> Iterator[NamedData]:
    """A folder with train, valid and test; a name of the hub is no folder here."""
    if isinstance(folder := written.get("data"), str):
        for word, split in (("train", "train"), ("valid", "validation"), ("test", "test")):
            yield NamedData(f"{folder}/{word}.jsonl", split, "data")


def _of_mistral(written: Written, _: Path) -> Iterator[NamedData]:
    """`path:weight,path:weight`."""
    for key, split in (("data.instruct_data", "train"), ("data.eval_instruct_data", "validation")):
        for part in texts(written.get(key)):
            yield NamedData(
                part.rpartition(":")[0] if part.rpartition(":")[2].replace(".", "").isdigit() else part, split, key
            )


def _of_flat(written: Written, _: Path) -> Iterator[NamedData]:
    """Of TRL's scripts and transformers' examples, the alignment handbook, and a program's `load_dataset`."""
    keys = {"train_file": "train", "dataset_name": "train", "validation_file": "validation", "test_file": "test"}
    for key, split in keys.items():
        if isinstance(name := written.get(key), str) and name:
            yield NamedData(name, split, key, _part({"split": written.get("dataset_train_split")}))
    if (name := text(written.get("dataset_name"))) and (part := text(written.get("dataset_test_split"))):
        yield NamedData(name, "validation", "dataset_test_split", part)
    for key in ("datasets", "dataset_mixture.datasets"):
        listed = written.get(key)
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, Mapping) and isinstance(name := one.get("path", one.get("id")), str):
                yield from (NamedData(given, key=key) for given in texts(one.get("data_files")) or [name])
    mixed = written.get("dataset_mixer")
    yield from (NamedData(str(name), key="dataset_mixer") for name in (mixed if isinstance(mixed, Mapping) else ()))
    loaded = written.get("data_files")
    for split, given in loaded.items() if isinstance(loaded, Mapping) else ():
        yield from (NamedData(name, split_word(str(split)) or "train", "data_files") for name in texts(given))


def _of_torchtune(written: Written, _: Path) -> Iterator[NamedData]:
    for key, split in (("dataset", "train"), ("dataset_val", "validation")):
        parts = written.get(key)
        for part in parts if isinstance(parts, list) else [parts]:
            if isinstance(part, Mapping):
                given = texts(part.get("data_files")) or texts(part.get("source"))
                yield from (NamedData(name, split, key, _part(part)) for name in given if name not in _LOADERS)


def _part(entry: Mapping[Any, Any]) -> str:
    """The part of a source that is taken: without a word all of it, which datasets calls `train`."""
    return str(entry.get("split") or "train")


def _of_v1(written: Written, root: Path) -> Iterator[NamedData]:
    """A data file, or a YAML file that lists several."""
    for key, split in (("train_dataset", "train"), ("eval_dataset", "validation")):
        for name in texts(written.get(key)):
            listed = [name] if not name.endswith(".yaml") else list(_listed(name, written.file.path, root))
            yield from (NamedData(one, split, key) for one in listed)


def _listed(name: str, configuration: Path, root: Path) -> Iterator[str]:
    """The data sets of such a file; the name of one that is not there."""
    try:
        path = found_from(configuration, name, root)
        read = read_yaml(path.read_text(encoding="utf-8")) if path is not None else None
    except (OSError, ValueError):
        read = None
    entries = [one for one in read.data.values() if isinstance(one, Mapping)] if read is not None else []
    paths = [one["path"] for one in entries if isinstance(one.get("path"), str)]
    yield from paths or [f"{name} (a list of data)"]


def _of_unsloth(written: Written, _: Path) -> Iterator[NamedData]:
    for key in ("data.local_dataset", "data.dataset"):
        yield from (NamedData(name, key=key) for name in texts(written.get(key)))


_READERS: Mapping[str, Callable[[Written, Path], Iterator[NamedData]]] = {
    "LLaMA-Factory": _of_llamafactory,
    "Axolotl": _of_axolotl,
    "mlx-lm": _of_mlx,
    "mistral-finetune": _of_mistral,
    "torchtune": _of_torchtune,
    "LLaMA-Factory v1": _of_v1,
    "Unsloth Studio": _of_unsloth,
}
