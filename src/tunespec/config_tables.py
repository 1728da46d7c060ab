"""The configuration's tables of whole families: templates, training runs, the served model. Each is read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tunespec.catalogue import closest
from tunespec.config_values import read_strings, require
from tunespec.errors import CannotJudgeError
from tunespec.templates.plain import ROLES as PLAIN_ROLES
from tunespec.templates.plain import SLOT

_TEMPLATE = {
    "training": "a file, a template's name (llamafactory:qwen, axolotl:chatml), or a table of texts",
    "modelfile": "a file",
    "model": "a GGUF file",
    "requests": "a list of files",
}
_INFERENCE: Mapping[str, tuple[tuple[type, ...], str]] = {
    "model": ((str,), "the name of a model"),
    "host": ((str,), "the address of a server"),
    "api": ((str,), "ollama or openai"),
    "probes": ((list,), 'a list of files, "suite" among them for the probes of the specification'),
    "outputs": ((list,), "a list of files or globs"),
    "remote": ((bool,), "true or false"),
    "silence": ((int, float), "a number of seconds"),
    "stop": ((list,), "a list of strings: what ends an answer, as callers send it"),
    "max_tokens": ((int,), "a whole number above 0"),
}
APIS = ("ollama", "openai")
_TRAINING: Mapping[str, tuple[tuple[type, ...], str]] = {
    "config": ((str, list), "a file, or a list of files or globs"),
    "logs": ((list,), "a list of files, folders or globs"),
    "devices": ((int,), "a whole number above 0: the processes that train in parallel"),
}


def read_template(table: dict[str, Any], path: Path) -> dict[str, Any]:
    """``[template]``: the files of both sides, or the training template's own texts."""
    for key, value in table.items():
        if key not in _TEMPLATE:
            raise CannotJudgeError(f"{path}: template: unknown key {key!r}{closest(key, _TEMPLATE)}")
        if key == "requests":
            read_strings(table, key, path)
        elif key == "training" and isinstance(value, dict):
            _check_plain(value, path)
        else:
            require(isinstance(value, str), path, f"template.{key}", _TEMPLATE[key])
    return table


def read_inference(table: dict[str, Any], path: Path) -> dict[str, Any]:
    """``[inference]``: the served model, its server, the probes that are put to it, and recorded outputs."""
    for key in ("probes", "outputs", "stop"):
        if isinstance(table.get(key), str):
            table[key] = [table[key]]
    _check_types(table, "inference", _INFERENCE, path)
    require(table.get("api", APIS[0]) in APIS, path, "inference.api", _INFERENCE["api"][1])
    require(table.get("silence", 1) > 0, path, "inference.silence", "a number of seconds above 0")
    require(table.get("max_tokens", 1) > 0, path, "inference.max_tokens", _INFERENCE["max_tokens"][1])
    require(all(table.get("stop", ())), path, "inference.stop", "a list of strings, none of them empty")
    require(table.get("model", "m").strip() != "", path, "inference.model", _INFERENCE["model"][1])
    return table


def read_training(table: dict[str, Any], path: Path) -> dict[str, Any]:
    """``[training]``: the run's configuration and logs, and on how many devices it trains."""
    if isinstance(table.get("logs"), str):
        table["logs"] = [table["logs"]]
    _check_types(table, "training", _TRAINING, path)
    require(table.get("devices", 1) > 0, path, "training.devices", _TRAINING["devices"][1])
    return table


def _check_types(
    table: Mapping[str, Any], name: str, known: Mapping[str, tuple[tuple[type, ...], str]], path: Path
) -> None:
    """Refuse keys of a table that are not known, and values of another type."""
    for key, value in table.items():
        if key not in known:
            raise CannotJudgeError(f"{path}: {name}: unknown key {key!r}{closest(key, known)}")
        types, expected = known[key]
        is_of_type = isinstance(value, types) and (bool in types or not isinstance(value, bool))
        require(is_of_type, path, f"{name}.{key}", expected)
        if isinstance(value, list):
            read_strings(table, key, path)


def _check_plain(texts: dict[str, Any], path: Path) -> None:
    for role, text in texts.items():
        if role not in PLAIN_ROLES:
            raise CannotJudgeError(f"{path}: template.training: unknown key {role!r}{closest(role, PLAIN_ROLES)}")
        require(isinstance(text, str), path, f"template.training.{role}", "a string")
        has_slot = text.count(SLOT) == 1
        require(has_slot, path, f"template.training.{role}", f"a text with one {SLOT} where the message stands")
    for role in ("user", "assistant"):
        require(role in texts, path, f"template.training.{role}", "given, as the text around each message")
