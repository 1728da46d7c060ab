"""LLaMA-Factory's registry of datasets: ``dataset_info.json`` says what the names in a configuration stand for.

Source: LLaMA-Factory 0.9.5 (``data/parser.py``: get_dataset_list, an error for a name that is not in it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunespec.named_files import found_from
from tunespec.training.json_file import mapping_in
from tunespec.training.written import Written

FILE = "dataset_info.json"
WHY = "LLaMA-Factory's registry of datasets; a configuration with `dataset:` says which of them are trained on"
_FRAMEWORK = "LLaMA-Factory"
_ELSEWHERE = ("ONLINE", "REMOTE:")  # `dataset_dir`: names of a hub, or a registry that lies there


@dataclass(frozen=True)
class Registry:
    """A registry as it is at hand: its file, and name -> what it says of that dataset."""

    path: Path
    entries: Mapping[str, Any]


def registry_of(framework: str, written: Written, root: Path) -> Registry | None:
    """The registry that a configuration uses; None if it uses none, or that is not at hand or cannot be read.

    Args:
        framework: the name of the framework that reads the configuration.
        written: the configuration.
        root: the project's folder.
    """
    folder = str(written.get("dataset_dir") or "data")
    if framework != _FRAMEWORK or folder.startswith(_ELSEWHERE):
        return None
    path = found_from(written.file.path, f"{folder}/{FILE}", root)
    entries = mapping_in(path) if path is not None else None
    return Registry(path, entries) if path is not None and entries is not None else None


def is_registry(path: Path) -> bool:
    """Whether a file is such a registry, by its name and content."""
    entries = mapping_in(path) if path.name == FILE else None
    return bool(entries) and all(isinstance(one, Mapping) for one in (entries or {}).values())
