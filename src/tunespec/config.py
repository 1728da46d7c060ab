"""The configuration: ``[tool.tunespec]`` in pyproject.toml, or tunespec.toml. Strict: nothing unknown passes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunespec.catalogue import Catalogue, closest, load
from tunespec.config_tables import read_inference, read_template, read_training
from tunespec.config_values import (
    locate,
    read_columns,
    read_datasets,
    read_ignore,
    read_pitfalls,
    read_roles,
    read_strings,
    require,
)
from tunespec.errors import CannotJudgeError
from tunespec.pitfall import SEVERITIES, Pitfall
from tunespec.review.settings import read_review
from tunespec.templates.plain import PlainTemplate

# key -> what its value must be, as the error message says it
_KEYS: dict[str, tuple[type, str]] = {
    "data": (list, "a list of paths or globs"),
    "columns": (dict, 'a table such as {prompt = "question", answer = "reply"}'),
    "roles": (dict, 'a table such as {teacher = "assistant"}'),
    "datasets": (dict, "tables [tool.tunespec.datasets.NAME]"),
    "fail-on": (str, "error, warning or info"),
    "rules": (list, "a list of Python files"),
    "select": (list, "a list of codes, names or families"),
    "ignore": (dict, 'a table such as {D005 = "reason"}'),
    "pitfalls": (dict, "tables [tool.tunespec.pitfalls.NAME]"),
    "template": (dict, "a table [tool.tunespec.template]"),
    "inference": (dict, "a table [tool.tunespec.inference]"),
    "training": (dict, "a table [tool.tunespec.training]"),
    "review": (dict, "a table [tool.tunespec.review]"),
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
    template: Mapping[str, Any] = field(default_factory=dict)
    inference: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    review: Mapping[str, Any] = field(default_factory=dict)
    catalogue: Catalogue = field(default=Catalogue(()), repr=False)

    @property
    def plain_template(self) -> PlainTemplate | None:
        """The training template that the configuration writes out, if it does."""
        texts = self.template.get("training")
        return PlainTemplate(**texts) if isinstance(texts, Mapping) else None

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
        require(isinstance(value, _KEYS[key][0]), path, key, _KEYS[key][1])
    fail_on = table.get("fail-on", "error")
    require(fail_on in SEVERITIES, path, "fail-on", _KEYS["fail-on"][1])
    rules = tuple(path.parent / rule for rule in read_strings(table, "rules", path))
    catalogue = load(rules)
    select = read_strings(table, "select", path)
    ignore = read_ignore(table.get("ignore", {}), catalogue, path)
    locate(lambda: [catalogue.matches(token) for token in select], path, "select")
    return Config(
        root=path.parent,
        file=path,
        data=read_strings(table, "data", path),
        columns=read_columns(table.get("columns", {}), path),
        roles=read_roles(table.get("roles", {}), path),
        datasets=read_datasets(table.get("datasets", {}), path),
        fail_on=fail_on,
        rules=rules,
        select=select,
        ignore=ignore,
        pitfalls=read_pitfalls(table.get("pitfalls", {}), catalogue, path),
        template=read_template(table.get("template", {}), path),
        inference=read_inference(table.get("inference", {}), path),
        training=read_training(table.get("training", {}), path),
        review=read_review(table.get("review", {}), path),
        catalogue=catalogue,
    )
