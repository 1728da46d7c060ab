"""The frameworks' own example configurations: which are refused, which get an error, and why that is right."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.configs.judging import judge

CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "training_configs"
_KNOWN_BAD = "pairs"  # before and after a mistake: tests hold those
_EXPLAINED = Path(__file__).parent / "explained.toml"
MOST = 0.03  # of the examples: their authors know their framework


@dataclass(frozen=True)
class Examples:
    """What was said of them.

    Args:
        files: all configurations of the corpus, sorted.
        refused: file -> why it is none of a training run.
        errors: file -> the errors' ``CODE.kind`` -> message.
        explained: file -> ``CODE.kind`` -> why the error is right.
    """

    files: tuple[str, ...]
    judged: frozenset[str]
    refused: Mapping[str, str]
    errors: Mapping[str, Mapping[str, str]]
    explained: Mapping[str, Mapping[str, str]]

    @property
    def unseen(self) -> list[str]:
        """Files that were neither judged nor refused."""
        return [file for file in self.files if file not in self.judged and file not in self.refused]

    def breaches(self) -> Iterator[str]:
        """Every limit that is not kept, as a sentence."""
        if len(self.errors) > MOST * len(self.judged):
            yield f"examples: {len(self.errors)} of {len(self.judged)} get an error, more than {MOST:.0%}"
        for file, kinds in self.errors.items():
            for kind, message in kinds.items():
                if kind not in self.explained.get(file, {}):
                    yield f"examples: {file}: {kind} is not explained in {_EXPLAINED.name}: {message}"
        for file, kinds in self.explained.items():
            for kind in kinds:
                if kind not in self.errors.get(file, {}):
                    yield f"examples: {_EXPLAINED.name} explains {kind} of {file}, which is not found"
        for file in self.unseen:
            yield f"examples: {file} is neither judged nor refused with a reason"


def examples() -> Examples | None:
    """Judge them; None where the corpus is not at hand."""
    if not CORPUS.is_dir():
        return None
    with tempfile.TemporaryDirectory(prefix="tunespec-examples-") as folder:
        project = Path(folder) / "examples"
        shutil.copytree(CORPUS, project, ignore=shutil.ignore_patterns(_KNOWN_BAD))
        files = tuple(sorted(path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()))
        report = judge(project)
    errors: dict[str, dict[str, str]] = {}
    for finding in report.findings:
        if finding["severity"] == "error":
            errors.setdefault(finding["path"], {})[f"{finding['code']}.{finding['kind']}"] = finding["message"]
    explained = tomllib.loads(_EXPLAINED.read_text(encoding="utf-8"))
    return Examples(files, report.judged, report.refused, errors, explained)
