"""Judging labelled datasets the way a user does: files in a folder, ``tunespec check``, its JSON report."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.accuracy.datasets import Label, Labelled

_ANYWHERE = 0  # the line of a label that belongs to a whole dataset
_AGAINST = '[pitfalls.split-leakage]\nagainst = ["benchmarks/*.jsonl"]\n'


class Judged(NamedTuple):
    """One labelled record and what was said of it: ``CODE.kind`` -> severity."""

    shape: str
    label: Label
    found: Mapping[str, str]


def judge(folder: Path, datasets: Iterable[Labelled], *, benchmark: bool = False) -> list[Judged]:
    """Write the datasets under an empty folder and judge them in one run.

    Args:
        folder: becomes the project's root.
        datasets: each becomes one subfolder.
        benchmark: whether D004 compares them with ``benchmarks/``.

    Raises:
        RuntimeError: if the run could not judge.
    """
    folder.mkdir(parents=True)
    (folder / "tunespec.toml").write_text(_AGAINST if benchmark else "", encoding="utf-8")
    (folder / "data").mkdir()
    labels: list[tuple[str, Label]] = []
    for dataset in datasets:
        for path, content, own in dataset.files():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
            labels += [(dataset.shape, label) for label in own]
        if dataset.defect is not None:
            labels.append((dataset.shape, Label(f"data/{dataset.name}", _ANYWHERE, "planted", *dataset.defect)))
    if not labels:
        return []
    found: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for finding in _report(folder)["findings"]:
        folder_of_subject = "/".join(finding["subject"].split("/")[:2])
        for place in ((finding["path"], finding["line"]), (folder_of_subject, _ANYWHERE)):
            found[place][f"{finding['code']}.{finding['kind']}"] = finding["severity"]
    return [Judged(shape, label, found.get((label.path, label.line), {})) for shape, label in labels]


def _report(folder: Path) -> dict[str, list[dict[str, Any]]]:
    command = [sys.executable, "-m", "tunespec", "check", "data", "--format", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise RuntimeError(
            f"{' '.join(command[1:])} exits {done.returncode}: {done.stderr.strip() or done.stdout[:2000]}"
        )
    report: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return report
