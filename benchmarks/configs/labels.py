"""The labelled set: configurations and logs, what must be found in each, and the folders that users would have."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from benchmarks.configs.records import write_records

_HERE = Path(__file__).parent
_FOLDERS = {"configs": _HERE / "labelled", "logs": _HERE / "logs"}
KINDS = tuple(_FOLDERS)


@dataclass(frozen=True)
class Label:
    """What a careful engineer says of a configuration or a log.

    Args:
        kind: ``configs`` or ``logs``.
        name: its folder.
        codes: what must be found, each a code or several with ``|`` between, of which one is enough.
        may: codes under which a warning is arguable.
        why: what is wrong, or why nothing is.
        data: data file -> ``shape records seed``.
        fresh: whether it was written after detectors were mended by what they had missed in the others.
    """

    kind: str
    name: str
    codes: Sequence[str]
    why: str
    may: Sequence[str] = ()
    data: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether nothing must be found."""
        return not self.codes

    @property
    def source(self) -> Path:
        """Its folder in the repository."""
        return _FOLDERS[self.kind] / self.name

    @property
    def needs(self) -> str:
        """The package without which it cannot be read; empty if there is none."""
        return "tensorboard" if (self.source / "runs").is_dir() else ""

    def lay_out(self, folder: Path) -> None:
        """Write what its user has into a new folder."""
        shutil.copytree(self.source, folder)
        for path, said in self.data.items():
            shape, count, seed = said.split()
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(write_records(shape, int(count), int(seed)), encoding="utf-8", newline="\n")


def labels(kind: str) -> Sequence[Label]:
    """All labels of one kind.

    Raises:
        ValueError: if a folder has no label, or a label no folder.
    """
    told = tomllib.loads((_HERE / "labels.toml").read_text(encoding="utf-8"))[kind]
    if strangers := set(told) ^ {path.name for path in _FOLDERS[kind].iterdir()}:
        raise ValueError(f"{kind}: a label without its folder, or a folder without its label: {sorted(strangers)}")
    return [Label(kind, name, **values) for name, values in told.items()]


def readable(found: Sequence[Label]) -> Sequence[Label]:
    """Those that this installation can read."""
    return [label for label in found if not label.needs or find_spec(label.needs)]
