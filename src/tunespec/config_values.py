"""The values of the configuration, each read strictly: a mistake names the file, the key and what is valid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tunespec.catalogue import Catalogue, closest, require_kind
from tunespec.errors import CannotJudgeError
from tunespec.pitfall import SEVERITIES, Pitfall

SPLITS = ("train", "validation", "test")
ROLES = ("system", "user", "assistant", "tool", "call")


def require(condition: bool, path: Path, key: str, expected: str) -> None:
    """Refuse a value, saying what it must be."""
    if not condition:
        raise CannotJudgeError(f"{path}: {key} must be {expected}")


def read_strings(table: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
    """A list of strings."""
    value = table.get(key, [])
    require(isinstance(value, list) and all(isinstance(v, str) for v in value), path, key, "a list of strings")
    return tuple(value)


def locate(action: Callable[[], object], path: Path, key: str) -> None:
    """Do something; a refusal then says in which file and at which key."""
    try:
        action()
    except CannotJudgeError as error:
        raise CannotJudgeError(f"{path}: {key}: {error}") from error


def read_ignore(table: dict[str, Any], catalogue: Catalogue, path: Path) -> dict[str, str]:
    """``[ignore]``: token -> reason; every token must select something, every reason say something."""
    ignored: dict[str, str] = {}
    for token, reason in table.items():
        if isinstance(reason, dict):  # TOML reads a bare `D006.kind = "..."` as a nested table
            ignored |= read_ignore({f"{token}.{kind}": why for kind, why in reason.items()}, catalogue, path)
            continue
        locate(partial(catalogue.matches, token), path, "ignore")
        require(isinstance(reason, str) and bool(reason.strip()), path, f"ignore.{token}", "a reason, as a string")
        ignored[token] = reason
    return ignored


def read_columns(table: dict[str, Any], path: Path) -> dict[str, str]:
    """``columns``: canonical name -> column."""
    for key, value in table.items():
        if key not in {"prompt", "answer", "system", "text", "messages", "split"}:
            hint = closest(key, ["prompt", "answer", "system", "text", "messages", "split"])
            raise CannotJudgeError(f"{path}: columns: unknown key {key!r}{hint}")
        require(isinstance(value, str), path, f"columns.{key}", "the name of a column")
    names = {column: name for name, column in table.items()}  # the last that has it
    for name, column in table.items():
        if names[column] != name:
            raise CannotJudgeError(f"{path}: columns: {name!r} and {names[column]!r} are both {column!r}")
    return table


def read_roles(table: dict[str, Any], path: Path) -> dict[str, str]:
    """``roles``: role name -> canonical role."""
    for key, value in table.items():
        require(value in ROLES, path, f"roles.{key}", f"one of {', '.join(ROLES)}")
    return table


def read_datasets(table: dict[str, Any], path: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """``[datasets.NAME]``: name -> split -> paths or globs."""
    datasets: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, splits in table.items():
        require(isinstance(splits, dict) and bool(splits), path, f"datasets.{name}", "a table of splits")
        for split, files in splits.items():
            if split not in SPLITS:
                raise CannotJudgeError(f"{path}: datasets.{name}: unknown split {split!r}{closest(split, SPLITS)}")
            if isinstance(files, str):
                splits[split] = [files]
        datasets[name] = {split: read_strings(splits, split, path) for split in splits}
    return datasets


def read_pitfalls(table: dict[str, Any], catalogue: Catalogue, path: Path) -> dict[str, dict[str, Any]]:
    """``[pitfalls.NAME]``: code -> thresholds and severity."""
    settings: dict[str, dict[str, Any]] = {}
    for token, values in table.items():
        require(isinstance(values, dict), path, f"pitfalls.{token}", "a table of thresholds")
        locate(partial(catalogue.find, token), path, "pitfalls")
        pitfall = catalogue.find(token)
        for key, value in values.items():
            _check_setting(catalogue.by_code[pitfall.code], key, value, path)
        settings.setdefault(pitfall.code, {}).update(values)
    return settings


def _check_setting(functions: Sequence[Pitfall], key: str, value: object, path: Path) -> None:
    """A key of one of a pitfall's functions, each on a table of its own."""
    pitfall, thresholds = functions[0], {k: v for one in functions for k, v in one.thresholds.items()}
    where = f"pitfalls.{pitfall.name}.{key}"
    if key == "severity":
        levels = value.values() if isinstance(value, dict) else [value]
        require(all(level in SEVERITIES for level in levels), path, where, "error, warning or info")
        kinds = [kind for one in functions for kind in one.kinds()]
        for kind in value if isinstance(value, dict) else ():
            locate(partial(require_kind, pitfall.code, kind, kinds), path, where)
        return
    if key not in thresholds:
        hint = closest(key, [*thresholds, "severity"])
        raise CannotJudgeError(f"{path}: pitfalls.{pitfall.name}: unknown key {key!r}{hint}")
    default = thresholds[key]
    if isinstance(default, tuple):
        ok, expected = isinstance(value, list) and all(isinstance(v, str) for v in value), "a list of strings"
    elif isinstance(default, float):
        is_share = 0 <= default <= 1
        ok = isinstance(value, int | float) and not isinstance(value, bool) and (not is_share or 0 <= value <= 1)
        expected = "a share between 0 and 1" if is_share else "a number"
    else:
        ok, expected = type(value) is type(default), f"of type {type(default).__name__}"
    require(ok, path, where, expected)
