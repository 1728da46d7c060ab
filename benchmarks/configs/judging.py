"""Judging folders the way a user does: one project, ``tunespec check``, its JSON report."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# What a configuration and a log can be guilty of: the training family, and the turn ends that a model never learns.
CODES = "H,T001,D001"
_WORST = ("info", "warning", "error")


@dataclass(frozen=True)
class Report:
    """What ``tunespec check`` says of a project.

    Args:
        findings: as in the JSON report.
        judged: files that belong to a training run.
        refused: file -> why it was passed over, or could not be read.
    """

    findings: Sequence[Mapping[str, Any]]
    judged: frozenset[str]
    refused: Mapping[str, str]

    def by_folder(self) -> Mapping[str, Mapping[str, str]]:
        """Folder -> code -> its worst severity there."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for finding in self.findings:
            codes = found[(finding["path"] or finding["subject"]).split("/")[0]]
            codes[finding["code"]] = max(codes.get(finding["code"], "info"), finding["severity"], key=_WORST.index)
        return found


def judge(project: Path) -> Report:
    """Judge all that lies under a folder, as one project.

    Raises:
        RuntimeError: if there is no report.
    """
    command = [sys.executable, "-m", "tunespec", "check", ".", "--format", "json"]
    command += [f"--select={code}" for code in CODES.split(",")]
    (project / "tunespec.toml").touch()
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        said = done.stderr.strip() or done.stdout[:2000]
        raise RuntimeError(f"{' '.join(command[1:])} exits {done.returncode}: {said}") from error
    refused = {one["path"]: one["reason"] for one in report["passed_over"]}
    judged = {file["path"] for one in report["subjects"] if one["family"] == "training" for file in one["files"]}
    return Report(report["findings"], frozenset(judged), refused | _errors(report["errors"]))


def _errors(errors: Sequence[Any]) -> dict[str, str]:
    return {str(one.get("path", one)) if isinstance(one, dict) else str(one): str(one) for one in errors}
