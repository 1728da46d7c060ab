"""One verdict on the golden project: check, the suite, plain pytest in the checkout, the wheel; one process or two."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.live.install import find
from tests.wheels import ROOT, build_wheel, install_wheel, without_checkout

pytestmark = pytest.mark.slow
WISH = os.environ.get("TUNESPEC_LIVE", "")
GOLDEN = "fixtures/golden"
CHECKOUT = ("pyproject.toml", "conftest.py", "Modelfile", "tests", *(path.name for path in ROOT.glob("tests_*")))
CHECK = ("-m", "tunespec", "check", GOLDEN, "--report=json=report.json")
PYTEST = ("-m", "pytest", "-p", "no:cacheprovider", "--tunespec-report=json=report.json")
SUITE = (*PYTEST, "--pyargs", "tunespec.suite", f"--dataset={GOLDEN}")


@dataclass(frozen=True)
class Way:
    """One way to ask for the verdict: arguments of ``python`` in a new folder, where the golden project stands."""

    arguments: tuple[str, ...]
    beside: tuple[str, ...] = ()  # what else of the checkout stands there
    python: Path = Path(sys.executable)
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    def report(self, folder: Path) -> dict[str, Any]:
        """Its JSON report; nothing is cached, since the folder is new."""
        for name in (GOLDEN, *self.beside):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            copy(ROOT / name, folder / name)
        command = [str(self.python), *self.arguments]
        done = subprocess.run(
            command, cwd=folder, env=self.environment, capture_output=True, encoding="utf-8", timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        assert report["summary"].pop("seconds") > 0
        return report


def reports(ways: dict[str, Way], tmp_path: Path) -> dict[str, dict[str, Any]]:
    """The reports, by the names of the ways; two at a time, as each waits for its engine."""
    folders = {name: tmp_path / name.replace(" ", "_") for name in ways}
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(ways, pool.map(lambda name: ways[name].report(folders[name]), ways), strict=True))


def differing(reports: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What is said otherwise than in the first report: only that, since a report has thousands of lines."""
    first, *others = reports
    return {
        f"{other}, unlike {first}: {key}": {"is": reports[other][key], "was": reports[first][key]}
        for other in others
        for key in reports[first]
        if reports[other][key] != reports[first][key]
    }


def test_everybody_says_the_same(tmp_path):
    unasked = dict(os.environ) | {"TUNESPEC_LIVE": "0"}  # only plain pytest in the checkout has a model to ask
    programs = install_wheel(build_wheel(tmp_path), tmp_path / "environment")
    wheel = partial(Way, python=programs / "python", environment=without_checkout())
    found = reports(
        {
            "check": Way(CHECK),
            "suite -n 2": Way((*SUITE, "-n", "2")),
            "plain -n 0": Way((*PYTEST, "-n", "0"), CHECKOUT, environment=unasked),
            "plain -n 2": Way((*PYTEST, "-n", "2"), CHECKOUT, environment=unasked),
            "wheel check": wheel(CHECK),
            "wheel suite -n 0": wheel((*SUITE, "-n", "0")),
            "wheel suite -n 2": wheel((*SUITE, "-n", "2")),
        },
        tmp_path,
    )
    assert not differing(found)
    assert {subject["family"] for subject in found["check"]["subjects"]} == {"data", "template", "training"}


@pytest.mark.live
@pytest.mark.skipif(WISH == "0" or (find() is None and WISH != "1"), reason="no Ollama (python -m tests.live)")
def test_workers_ask_the_golden_model_as_one_process_does(tmp_path):
    ways = {f"plain -n {n}": Way((*PYTEST, "-n", n), CHECKOUT) for n in ("0", "2")}
    found = reports(ways, tmp_path)
    assert not differing(found)
    assert "golden" in [subject["name"] for subject in found["plain -n 0"]["subjects"]]
