"""The configuration: ``[tool.tunespec]`` in pyproject.toml, or tunespec.toml. Strict: nothing unknown passes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunespec.catalogue import Catalogue, closest, load
from tunespec.errors import CannotJudgeError
from tunespec.pitfall import SEVERITIES, Pitfall

SPLITS = ("train", "validation", "test")
ROLES = ("system", "user", "assistant", "tool", "call")

# key -> what its value must be, as the error message says it
_KEYS: dict[str, tuple[type, str]] = {
    "data": (list, "a list of paths or globs"),
    "columns": (dict, 'a table such as {prompt = "question", answer = "reply"}'),
    "roles": (dict, 'a table such as {teacher = "assistant"}'),
    "datasets": (dict, "tables [tool.tunespec.datasets.NAME]"),
    "fail-on": (str, "error, warning or info"),
    "rules": (list, "a list of Python files"),
    "select": (list, "a list of codes, names or families"),
    "ignore": (dict, 'a table such as {D006 = "reason"}'),
    "pitfalls": (dict, "tables [tool.tunespec.pitfalls.NAME]"),
}


@dataclass(frozen=True)
class Config:
    """A project's configuration. ``root`` is the folder that all reported paths are relative to."""

    root: Path
    file: Path | None = None
    data: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    datasets: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    fail_on: str = "error"
    rules: tuple[Path, ...] = ()
    select: tuple[str, ...] = ()
    ignore: Mapping[str, str] = field(default_factory=dict)
    pitfalls: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    catalogue: Catalogue = field(default=Catalogue(()), repr=False)

    def thresholds(self, pitfall: Pitfall) -> dict[str, Any]:
        """The pitfall's thresholds: its defaults with the configured values over them."""
        chosen = self.pitfalls.get(pitfall.code, {})
        return {key: chosen.get(key, default) for key, default in pitfall.thresholds.items()}

    def severity(self, pitfall: Pitfall, kind: str, declared: str | None) -> str:
        """Severity of a kind: configured for the kind, for the pitfall, declared, or the decorator's."""
        chosen = self.pitfalls.get(pitfall.code, {}).get("severity")
        if isinstance(chosen, Mapping):
            chosen = chosen.get(kind)
        return str(chosen or declared or pitfall.severity)


def find(start: Path) -> Config:
    """The configuration that holds for ``start``: the nearest one upwards, else an empty one rooted at ``start``."""
    path, table = _nearest(start)
    return Config(root=start, catalogue=load()) if path is None else _build(table, path)


def find_root(start: Path) -> Path:
    """The root of the project that ``start`` belongs to, without judging its configuration."""
    path, _ = _nearest(start)
    return start if path is None else path.parent


def _nearest(start: Path) -> tuple[Path | None, dict[str, Any]]:
    for folder in (start, *start.parents):
        for path in (folder / "tunespec.toml", folder / "pyproject.toml"):
            if path.is_file() and (table := _table(path)) is not None:
                return path, table
    return None, {}


def _table(path: Path) -> dict[str, Any] | None:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        if path.name == "pyproject.toml" and "tunespec" not in path.read_text(encoding="utf-8", errors="replace"):
            return None
        raise CannotJudgeError(f"{path}: not valid TOML: {error}") from error
    if path.name == "tunespec.toml":
        return document
    table = document.get("tool", {}).get("tunespec")
    return table if isinstance(table, dict) else None


def _build(table: dict[str, Any], path: Path) -> Config:
    for key, value in table.items():
        if key not in _KEYS:
            raise CannotJudgeError(f"{path}: unknown key {key!r}{closest(key, _KEYS)}")
        _require(isinstance(value, _KEYS[key][0]), path, key, _KEYS[key][1])
    fail_on = table.get("fail-on", "error")
    _require(fail_on in SEVERITIES, path, "fail-on", _KEYS["fail-on"][1])
    rules = tuple(path.parent / rule for rule in _strings(table, "rules", path))
    catalogue = load(rules)
    select = _strings(table, "select", path)
    ignore = _ignore(table.get("ignore", {}), catalogue, path)
    _locate(lambda: [catalogue.matches(token) for token in select], path, "select")
    return Config(
        root=path.parent,
        file=path,
        data=_strings(table, "data", path),
        columns=_columns(table.get("columns", {}), path),
        roles=_roles(table.get("roles", {}), path),
        datasets=_datasets(table.get("datasets", {}), path),
        fail_on=fail_on,
        rules=rules,
        select=select,
        ignore=ignore,
        pitfalls=_pitfalls(table.get("pitfalls", {}), catalogue, path),
        catalogue=catalogue,
    )


def _require(condition: bool, path: Path, key: str, expected: str) -> None:
    if not condition:
        raise CannotJudgeError(f"{path}: {key} must be {expected}")


def _strings(table: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
    value = table.get(key, [])
    _require(isinstance(value, list) and all(isinstance(v, str) for v in value), path, key, "a list of strings")
    return tuple(value)


def _locate(action: Any, path: Path, key: str) -> None:
    try:
        action()
    except CannotJudgeError as error:
        raise CannotJudgeError(f"{path}: {key}: {error}") from error


def _ignore(table: dict[str, Any], catalogue: Catalogue, path: Path) -> dict[str, str]:
    ignored: dict[str, str] = {}
    for token, reason in table.items():
        if isinstance(reason, dict):  # TOML reads a bare `D006.kind = "..."` as a nested table
            ignored |= _ignore({f"{token}.{kind}": why for kind, why in reason.items()}, catalogue, path)
            continue
        _locate(lambda token=token: catalogue.matches(token), path, "ignore")
        _require(isinstance(reason, str) and bool(reason.strip()), path, f"ignore.{token}", "a reason, as a string")
        ignored[token] = reason
    return ignored


def _columns(table: dict[str, Any], path: Path) -> dict[str, str]:
    for key, value in table.items():
        if key not in {"prompt", "answer", "system", "text", "messages", "split"}:
            hint = closest(key, ["prompt", "answer", "system", "text", "messages", "split"])
            raise CannotJudgeError(f"{path}: columns: unknown key {key!r}{hint}")
        _require(isinstance(value, str), path, f"columns.{key}", "the name of a column")
    return table


def _roles(table: dict[str, Any], path: Path) -> dict[str, str]:
    for key, value in table.items():
        _require(value in ROLES, path, f"roles.{key}", f"one of {', '.join(ROLES)}")
    return table


def _datasets(table: dict[str, Any], path: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    datasets: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, splits in table.items():
        _require(isinstance(splits, dict) and bool(splits), path, f"datasets.{name}", "a table of splits")
        for split, files in splits.items():
            if split not in SPLITS:
                raise CannotJudgeError(f"{path}: datasets.{name}: unknown split {split!r}{closest(split, SPLITS)}")
            if isinstance(files, str):
                splits[split] = [files]
        datasets[name] = {split: _strings(splits, split, path) for split in splits}
    return datasets


def _pitfalls(table: dict[str, Any], catalogue: Catalogue, path: Path) -> dict[str, dict[str, Any]]:
    settings: dict[str, dict[str, Any]] = {}
    for token, values in table.items():
        _require(isinstance(values, dict), path, f"pitfalls.{token}", "a table of thresholds")
        _locate(lambda token=token: catalogue.find(token), path, "pitfalls")
        pitfall = catalogue.find(token)
        for key, value in values.items():
            _check_setting(pitfall, key, value, path)
        settings.setdefault(pitfall.code, {}).update(values)
    return settings


def _check_setting(pitfall: Pitfall, key: str, value: object, path: Path) -> None:
    where = f"pitfalls.{pitfall.name}.{key}"
    if key == "severity":
        levels = value.values() if isinstance(value, dict) else [value]
        _require(all(level in SEVERITIES for level in levels), path, where, "error, warning or info")
        for kind in value if isinstance(value, dict) else ():
            _locate(lambda kind=kind: pitfall_kind(pitfall, kind), path, where)
        return
    if key not in pitfall.thresholds:
        hint = closest(key, [*pitfall.thresholds, "severity"])
        raise CannotJudgeError(f"{path}: pitfalls.{pitfall.name}: unknown key {key!r}{hint}")
    default = pitfall.thresholds[key]
    if isinstance(default, tuple):
        ok, expected = isinstance(value, list) and all(isinstance(v, str) for v in value), "a list of strings"
    elif isinstance(default, float):
        ok = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
        expected = "a share between 0 and 1"
    else:
        ok, expected = type(value) is type(default), f"of type {type(default).__name__}"
    _require(ok, path, where, expected)


def pitfall_kind(pitfall: Pitfall, kind: str) -> str:
    """``kind`` if the pitfall has it.

    Raises:
        CannotJudgeError: otherwise, naming the closest.
    """
    if kind not in pitfall.kinds():
        raise CannotJudgeError(f"{pitfall.code} has no kind {kind!r}{closest(kind, pitfall.kinds())}")
    return kind
