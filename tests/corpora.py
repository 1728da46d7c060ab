"""Runs over real data with known truth: what ``corpora.toml`` lists, and what tunespec says of it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
CORPORA = HERE.parent.parent / "shared" / "corpora"
LIST: dict[str, Any] = tomllib.loads((HERE / "corpora.toml").read_text(encoding="utf-8"))
DATASETS: list[dict[str, Any]] = LIST["dataset"]
CONFIGURED: list[dict[str, Any]] = LIST["configured"]
REFUSED: list[dict[str, Any]] = LIST["refused"]
PAIRS: list[dict[str, Any]] = LIST["pair"]
TEMPLATES: list[dict[str, Any]] = LIST["template"]
ENTRIES = [*DATASETS, *CONFIGURED]
FOLDERS = {"plain": ("datasets", "pairs"), "templates": ("chat_templates", "modelfiles", "tokenizer_configs")}
SPLITS = ("train", "validation", "test")


class Run(NamedTuple):
    """What one ``tunespec check`` left."""

    status: int
    output: str
    errors: str

    def report(self) -> Report:
        """Its JSON report."""
        assert self.status in {0, 1}, f"exit {self.status}: {self.errors or self.output}"
        return Report(json.loads(self.output))


class Report:
    """A JSON report, with the subjects and paths relative to the corpora."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Takes the parsed report."""
        self.findings: list[dict[str, Any]] = [_located(finding) for finding in document["findings"]]
        self.pitfalls = [{**row, "subject": relative(row["subject"] or "")} for row in document["pitfalls"]]
        self.subjects = {relative(subject["name"]): subject for subject in document["subjects"]}
        self.passed_over = {relative(row["path"]): row["reason"] for row in document["passed_over"]}

    def of(self, subject: str) -> list[dict[str, Any]]:
        """The findings on a subject."""
        return [finding for finding in self.findings if finding["subject"] == subject]

    def kinds(self, subject: str, token: str) -> list[dict[str, Any]]:
        """The rows of a subject's judged kinds that ``CODE`` or ``CODE.kind`` names."""
        code, _, kind = token.partition(".")
        return [
            row
            for row in self.pitfalls
            if row["subject"] == subject
            and row["code"] == code
            and kind in {"", row["kind"]}
            and row["status"] in {"passed", "failed"}
        ]

    def share(self, subject: str, code: str, kind: str) -> float:
        """The share of examined rows with a finding of this kind."""
        (row,) = self.kinds(subject, f"{code}.{kind}")
        return float(row["unexpected"] / row["examined"])


def relative(path: str) -> str:
    """A path relative to the corpora."""
    return path.removeprefix(f"{CORPORA.as_posix()}/")


def _located(finding: Mapping[str, Any]) -> dict[str, Any]:
    related = [relative(place["path"]) for place in finding["related"]]
    return {
        **finding,
        "subject": relative(finding["subject"]),
        "path": relative(finding["path"]),
        "related": related,
        "places": finding["related"],
    }


def _start(folder: Path, settings: str, paths: Sequence[str]) -> subprocess.Popen[str]:
    (folder / "tunespec.toml").write_text(settings, encoding="utf-8")
    command = [sys.executable, "-m", "tunespec", "check", *paths, "--format", "json"]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", text=True
    )


def _configuration() -> str:
    """The configuration of the list as tunespec.toml, with absolute paths. JSON's strings and lists are TOML's."""
    wanted = LIST["configuration"]
    lines = [f"columns.{name} = {json.dumps(column)}" for name, column in wanted["columns"].items()]
    for entry in CONFIGURED:
        lines.append(f"[datasets.{entry['subject']}]")
        lines += [f"{split} = {_absolute(entry[split])}" for split in SPLITS if split in entry]
    return "\n".join([*lines, "[pitfalls.split-leakage]", f"against = {_absolute(wanted['against'])}", ""])


def _absolute(paths: Iterable[str]) -> str:
    return json.dumps([str(CORPORA / path) for path in paths])


def files_under(path: Path) -> list[str]:
    """A file, or every file of a folder, relative to the corpora."""
    assert path.exists(), f"{path} is in corpora.toml and not there"
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return [file.relative_to(CORPORA).as_posix() for file in files]


def template_of(path: str) -> list[dict[str, Any]]:
    """The rows of the list that hold a template's file: the longest pattern counts, so that a name beats a glob."""
    fitting = {pattern for row in TEMPLATES for pattern in row["files"] if fnmatch(path, pattern)}
    return [row for row in TEMPLATES if max(fitting, key=len, default="") in row["files"]]


def files_of_glob(entry: Mapping[str, str]) -> list[str]:
    """The files that a row of the list passes over."""
    assert entry["reason"]
    found = [file.relative_to(CORPORA).as_posix() for file in CORPORA.glob(entry["path"]) if file.is_file()]
    assert found, f"nothing is at {entry['path']}: remove its row"
    return found


def numbers(listed: Iterable[int | str]) -> list[int]:
    """Numbers of a list of numbers and ranges such as ``101-200``, which include both ends."""
    numbers: list[int] = []
    for item in listed:
        first, _, last = str(item).partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def run_all(folder: Callable[[], Path]) -> dict[str, Run]:
    """Every run that the tests look at, started together: importing Great Expectations takes seconds each time.

    ``folder`` makes a new project folder.
    """
    folders = {name: ("", [str(CORPORA / folder) for folder in own]) for name, own in FOLDERS.items()}
    refused = {entry["path"]: ("", [str(CORPORA / entry["path"])]) for entry in REFUSED}
    asked = {**folders, "configured": (_configuration(), []), **refused}
    started = {name: _start(folder(), settings, paths) for name, (settings, paths) in asked.items()}
    finished = {}
    for name, process in started.items():
        output, errors = process.communicate(timeout=600)
        finished[name] = Run(process.returncode, output, errors)
    return finished
