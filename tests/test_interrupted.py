"""Ctrl-C: one line says what was not judged, and a later run takes nothing half-written for whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.answer_sources import LIVE, answered
from tests.conftest import chat, run_tunespec, write_jsonl
from tests.faulty_server import last, lines, ok, piece, serving
from tests.test_faulty_model import chats
from tunespec.inference.recording import write_recording
from tunespec.report.interruption import interruption

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="a console's Ctrl-C cannot be sent to one test's process"
)

HERE = ok(lines(piece("Here."), last()))
GIVEN = ("--model=m", "--api=ollama", "--probes=probes.jsonl", "--record=rec.jsonl", "--report=json=report.json")
PROBES = [{"id": name, "messages": [{"role": "user", "content": f"{name}?"}]} for name in ("first", "second")]


@pytest.fixture
def project(tmp_path):
    write_jsonl(tmp_path / "probes.jsonl", PROBES)
    (tmp_path / "tunespec.toml").touch()
    return tmp_path


@contextmanager
def started(project, *arguments, module="tunespec"):
    """A process that has a group of its own, as a terminal gives it; Ctrl-C reaches all of the group."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(command, cwd=project, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def interrupted(process):
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in out + err
    return out


@contextmanager
def stuck(asked):
    """The URL of a server whose second answer does not end."""
    usual, ended, asks = chats(*[HERE] * 3), threading.Event(), iter(range(99))

    def halted():
        asked.set()
        yield ok(lines(piece("He")))
        ended.wait(60)

    def answer(path, request):
        is_streamed = path == "/api/chat" and b'"stream":true' in request
        return halted() if is_streamed and next(asks) == 2 else usual(path, request)

    with serving(answer) as url:
        yield url
    ended.set()


SCRIPT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
MODULE, _, NAME = SCRIPT["tunespec"].partition(":")


@pytest.mark.parametrize("command", [("-m", "tunespec"), ("-c", f"from {MODULE} import {NAME}; {NAME}()")])
def test_a_program_that_is_still_starting(project, command):
    """Ctrl-C while Python imports the command line."""
    (project / "click.py").write_text("raise KeyboardInterrupt", encoding="utf-8")
    done = run_tunespec("check", cwd=project, command=command)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "tunespec: interrupted\n")


@pytest.mark.parametrize("workers", ["-n0", pytest.param("-n2", marks=pytest.mark.slow)])
def test_a_model_that_is_being_asked(project, workers):
    with serving(chats(*[HERE] * 4)) as url:
        whole = run_tunespec("check", "probes.jsonl", "--select=I003", "-n0", f"--host={url}", *GIVEN, cwd=project)
    before = (project / "rec.jsonl").read_bytes()
    asked = threading.Event()
    with stuck(asked) as url:
        arguments = ("check", "probes.jsonl", "--select=I003", workers, f"--host={url}", *GIVEN)
        with started(project, *arguments) as process:
            assert asked.wait(60)
            out = interrupted(process)
    (said,) = (line for line in out.splitlines() if line.startswith("could not judge: "))
    assert said.startswith("could not judge: interrupted before ")
    assert said.endswith(" tests had run (on m)")
    assert (whole.returncode, process.returncode) == (0, 2)
    assert json.loads((project / "report.json").read_bytes())["errors"] == [said.removeprefix("could not judge: ")]
    assert (project / "rec.jsonl").read_bytes() == before
    assert not [path.name for path in project.rglob("*") if path.name.endswith(".new") or path.name.startswith(".new-")]
    with serving(chats(*[HERE] * 4)) as url:
        again = run_tunespec("check", "probes.jsonl", "--select=I003", "-n0", f"--host={url}", *GIVEN, cwd=project)
    assert (again.returncode, again.stdout.rpartition(" in ")[0]) == (0, whole.stdout.rpartition(" in ")[0])


@pytest.mark.slow
def test_plain_pytest(project):
    asked = threading.Event()
    with stuck(asked) as url:
        given = (
            "-q",
            "-pno:cacheprovider",
            "--pyargs",
            "tunespec.suite",
            "--dataset=probes.jsonl",
            "--tunespec-select=I003",
        )
        model = (
            "--tunespec-model=m",
            "--tunespec-api=ollama",
            f"--tunespec-host={url}",
            "--tunespec-probes=probes.jsonl",
        )
        with started(project, *given, *model, module="pytest") as process:
            assert asked.wait(60)
            out = interrupted(process)
    assert (process.returncode, "could not judge: interrupted before " in out) == (2, True)


@pytest.mark.slow
def test_data_that_are_being_read(project):
    """Whenever it comes: what is in the cache then is whole, or not there."""
    pair = [chat(f"What is number {at}?", f"It is the number {at}, which follows {at - 1}.") for at in range(3000)]
    write_jsonl(project / "data.jsonl", [*pair, pair[0]])
    for _ in range(2):
        with started(project, "check", "data.jsonl", "--select=D") as process:
            runs = project / ".tunespec_cache" / "runs"
            known = len(list(runs.glob("*"))) if runs.is_dir() else 0
            while process.poll() is None and (not runs.is_dir() or len(list(runs.glob("*"))) == known):
                time.sleep(0.01)
            out = interrupted(process)
        assert (process.returncode, "could not judge: interrupted before " in out) == (2, True)
    done = run_tunespec("check", "data.jsonl", "--select=D", "--format=json", cwd=project)
    report = json.loads(done.stdout)
    assert (done.returncode, report["errors"], report["summary"]["rows"]) == (1, [], 3001)
    assert ("D005", "duplicate_of") in {(found["code"], found["kind"]) for found in report["findings"]}


def test_a_recording_that_is_being_written(project, monkeypatch):
    (project / "rec.jsonl").write_bytes(b"")

    def impatient(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", impatient)
    with pytest.raises(KeyboardInterrupt):
        write_recording(project / "rec.jsonl", [answered("Where?", "Here.")], LIVE)
    assert [path.name for path in project.iterdir() if "rec.jsonl" in path.name] == ["rec.jsonl"]
    assert (project / "rec.jsonl").read_bytes() == b""


NODES = [f"tests_data/test_a.py::test_{at}[{name}]" for at, name in enumerate("abcd")]


@pytest.mark.parametrize(
    ("missing", "announced", "said"),
    [
        (NODES[:2], 9, "interrupted before 2 of 9 tests had run (on a, b)"),
        (NODES, 9, "interrupted before 4 of 9 tests had run (on a, b, c, ...)"),
        (["test_a.py::test[no model]"], 9, "interrupted before 1 of 9 tests had run"),
        ([], 9, "interrupted after the last test"),
        ([], 0, "interrupted before the first test"),
    ],
)
def test_what_an_interrupted_run_did_not_get_to(missing, announced, said):
    assert interruption(missing, announced) == said
