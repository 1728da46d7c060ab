"""The cache: an unchanged rerun computes nothing, a change is seen, and no crash leaves a lie."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
import tomllib
from pathlib import Path

import pytest

from tests.conftest import chat, run_tunespec, write_jsonl
from tunespec.cache import _EXTRAS, Cache

PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]


@pytest.fixture
def project(tmp_path):
    write_jsonl(tmp_path / "data.jsonl", [*PAIR, PAIR[0]])
    return tmp_path


def heavy_modules(project):
    """Which costly libraries a run over the project imports, and how many engine processes it starts."""
    code = """
        import sys
        from tunespec.cli import main
        try:
            main(["check", "data.jsonl", "--format=json", "--report=json=out.json"])
        except SystemExit as end:
            assert end.code == 1, end.code
        from tunespec.engine_process import _started
        heavy = {"great_expectations", "polars", "pandas", "numpy"} & set(sys.modules)
        print(*sorted(heavy), _started.cache_info().currsize, file=sys.stderr)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stderr.splitlines()[-1]


def test_an_unchanged_rerun_imports_neither_gx_nor_polars(project):
    assert heavy_modules(project) == "numpy polars 1"
    first = (project / "out.json").read_text(encoding="utf-8").splitlines()
    assert heavy_modules(project) == "0"
    second = (project / "out.json").read_text(encoding="utf-8").splitlines()
    assert [line for line in first if "seconds" not in line] == [line for line in second if "seconds" not in line]


def test_a_changed_file_is_judged_again(judge, project):
    assert judge(project)[0] == 1
    write_jsonl(project / "data.jsonl", PAIR)
    assert judge(project)[0] == 0


def test_a_changed_threshold_is_judged_again(judge, project):
    assert judge(project)[0] == 1
    (project / "tunespec.toml").write_text("[pitfalls.D005]\nexact = 0.9\n", encoding="utf-8")
    assert judge(project)[0] == 0


def test_a_damaged_cache_is_made_again(judge, project):
    _, before = judge(project)
    damaged = [p for p in (project / ".tunespec_cache").rglob("*") if p.suffix in {".json", ".arrow"}]
    for number, path in enumerate(damaged):
        path.write_bytes(path.read_bytes()[: -5 - number % 7] if number % 2 else b"")
    _, after = judge(project)
    assert after["findings"] == before["findings"]
    assert len(damaged) > 5


def test_the_cache_hides_from_git_and_holds_no_text(judge, tmp_path):
    write_jsonl(tmp_path / "data.jsonl", [chat("My password is xyzzy-plugh", "I keep it quiet."), *PAIR])
    judge(tmp_path)
    cache = tmp_path / ".tunespec_cache"
    assert (cache / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert all(b"xyzzy" not in path.read_bytes() for path in cache.rglob("*") if path.is_file())


def test_the_oldest_entries_go_above_the_size_cap(tmp_path):
    cache = Cache(tmp_path)
    for number in range(5):
        cache.write(f"results/{number}.json", "x" * 1000)
        os.utime(cache.folder / f"results/{number}.json", (number, number))
    cache.trim(cap=2500)
    assert sorted(p.name for p in (cache.folder / "results").iterdir()) == ["3.json", "4.json"]


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write anywhere")
def test_a_project_mounted_read_only_is_judged(judge, project):
    project.chmod(0o500)
    assert judge(project)[0] == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("moment", [0.8, 2.5])
def test_kill_9_leaves_a_cache_that_the_next_run_survives(tmp_path, moment):
    records = [chat(f"What is item number {n}?", f"It is the thing of shelf {n * 7}.") for n in range(3000)]
    write_jsonl(tmp_path / "data.jsonl", [*records, records[5]])
    command = [sys.executable, "-m", "tunespec", "check", "data.jsonl"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.wait()
    result = run_tunespec("check", "data.jsonl", cwd=tmp_path)
    assert result.returncode == 1, result.stderr
    assert "data.jsonl:3001: repeats data.jsonl:6" in result.stdout


def test_a_result_that_needed_an_extra_is_made_again_once_that_is_installed():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {re.split(r"[<>=]", one)[0] for extra in project["optional-dependencies"].values() for one in extra}
    assert extras == set(_EXTRAS)
