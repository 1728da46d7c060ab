"""What the files of a training configuration say: values by dotted key, each with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from tunespec.subjects import DataFile

ANY = "*"  # as an unknown key: there may be any other


@dataclass(frozen=True)
class Written:
    """One file of a training configuration, read.

    Keys are dotted where they stand in one another: ``optim.lr``, ``datasets.0.path``.

    Args:
        file: where it stands.
        data: the values, as YAML 1.2 and JSON mean them.
        lines: key -> its physical line, from 1.
        misread: key -> what PyYAML makes of the value where that is something else: YAML 1.1 reads `no` as false, and
            `2e-4` as a text.
        repeated: key that stands there again -> an earlier line of it.
        unknown: key -> why its value is not known: the variable or call that only a run would tell; ``ANY`` stands for
            each key that is not written.
        said: key -> who says its value, where the file's other parts do: ``default of `--lr```.
        unread: what it configures beside that is not read, as sentences.
        prefix: where it is a part of its file, what stands before its keys there, with a dot; the keys are also found
            by their whole names.
        cells: of a notebook, key -> the cell and the line in it.
        call: the class that a Python program calls with these values; empty for other files.
        calls_line: the line of that call.
        same_data: what such a program both trains and evaluates on, as it names it; empty where that is not the same.
        held_out: share of the loaded records that such a program splits off, and does not train on; None: not known.
    """

    file: DataFile
    data: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)
    misread: Mapping[str, Any] = field(default_factory=dict)
    repeated: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    unread: Sequence[str] = ()
    prefix: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    call: str = ""
    calls_line: int | None = None
    same_data: str = ""
    held_out: float | None = 0.0

    def has(self, key: str) -> bool:
        """Whether a key is written, whatever its value."""
        key = key.removeprefix(self.prefix)
        return key in self.unknown or _find(self.data, key) is not _ABSENT

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a dotted key; ``default`` where it is not written."""
        found = _find(self.data, key.removeprefix(self.prefix))
        return default if found is _ABSENT else found

    def without(self, key: str) -> Written:
        """The same without one key of the outermost mapping."""
        return replace(self, data={name: value for name, value in self.data.items() if name != key})

    def within(self, key: str) -> Written | None:
        """What stands in one key, as if it were a file of its own; None if that is no mapping."""
        data = self.get(key)
        if not isinstance(data, Mapping):
            return None
        return Written(
            self.file,
            data,
            _below(self.lines, key),
            _below(self.misread, key),
            _below(self.repeated, key),
            _below(self.unknown, key),
            _below(self.said, key),
            calls_line=self.line(key),
        )

    def line(self, key: str) -> int | None:
        """The line that a key stands in, or the nearest one around it."""
        found = _nearest(self.lines, key.removeprefix(self.prefix))
        return self.calls_line if found is None else found

    def cell(self, key: str) -> str:
        """The same of a notebook, as it is shown: `cell 7, line 3`; empty for other files."""
        return _nearest(self.cells, key) or ""

    def where(self, key: str) -> str:
        """Where a key stands, as a message says it: `line 7`, in a notebook `cell 7, line 3`."""
        return self.cell(key) or f"line {self.line(key)}"

    def leaves(self) -> Iterator[tuple[str, Any]]:
        """Every key with a value that holds no further key, in the order in which they are written."""
        yield from _leaves(self.data, "")


_ABSENT = object()
Value = TypeVar("Value")


def _nearest(table: Mapping[str, Value], key: str) -> Value | None:
    """What a table has for a key, or for the nearest one around it."""
    while key and key not in table:
        key = key.rpartition(".")[0]
    return table.get(key)


def _below(table: Mapping[str, Value], key: str) -> dict[str, Value]:
    start = f"{key}."
    return {name.removeprefix(start): value for name, value in table.items() if name.startswith(start)}


def _find(data: Any, key: str) -> Any:
    """By the parts of the key: a mapping's key may itself hold a dot, but no training configuration's does."""
    for part in key.split("."):
        if isinstance(data, Mapping) and part in data:
            data = data[part]
        elif isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        else:
            return _ABSENT
    return data


def _leaves(data: Any, key: str) -> Iterator[tuple[str, Any]]:
    inner = (
        data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, list) and _deep(data) else ()
    )
    if not inner or not data:
        yield key, data
        return
    for name, value in inner:
        yield from _leaves(value, f"{key}.{name}" if key else str(name))


def _deep(data: list[Any]) -> bool:
    return any(isinstance(item, Mapping | list) for item in data)
