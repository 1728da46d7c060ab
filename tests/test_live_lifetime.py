"""A live server is one for all who share it, and is gone with the last of them, however they end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

import psutil
import pytest

from tests.live.asking import generate, post
from tests.live.fixtures import ROOT_MODELFILE
from tests.live.gguf_model import write_model
from tests.live.models import create
from tests.live.scripts import SCRIPTED
from tests.live.server import Server, ServerError, running

HOLDER = """
import sys, time
from pathlib import Path
from tests.live.asking import generate
from tests.live.server import running
with running(Path(sys.argv[1]), Path(sys.argv[2])) as server:
    print(server.host, flush=True)
    time.sleep(600)
"""
ROOT = ROOT_MODELFILE.parent


def answers(host):
    name, port = host.split(":")
    with closing(socket.socket()) as tried:
        return tried.connect_ex((name, int(port))) == 0


def gone(host, within=20.0):
    ends = time.monotonic() + within
    while answers(host) and time.monotonic() < ends:
        time.sleep(0.1)
    return not answers(host)


def of_folder(folder):
    """Every process that was started for a server of this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(folder) in " ".join(process.cmdline()) or process.environ().get("HOME") == str(folder):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


@pytest.fixture
def program(ollama_server):
    return ollama_server.program


@pytest.mark.live
def test_two_who_share_a_folder_share_a_server(tmp_path, program):
    with running(tmp_path, program) as first:
        with running(tmp_path, program) as second:
            assert second == first
        assert answers(first.host)
    assert gone(first.host)


@pytest.mark.live
def test_servers_of_two_folders_do_not_disturb_each_other(tmp_path, program):
    (tmp_path / "Modelfile").write_bytes(ROOT_MODELFILE.read_bytes())
    write_model(SCRIPTED, tmp_path / "model.gguf")
    with running(tmp_path / "a", program) as first, running(tmp_path / "b", program) as second:
        create(first, "own", tmp_path / "Modelfile")
        assert "not found" in generate(second, "own", "[EOS]")["error"]
        assert post(first, "/api/show", {"model": "own"})["template"]
    assert gone(first.host)
    assert gone(second.host)


@pytest.mark.live
def test_the_next_one_starts_it_anew(tmp_path, program):
    for _ in range(2):
        with running(tmp_path, program) as server:
            assert answers(server.host)
        assert gone(server.host)


@pytest.mark.live
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_it_ends_with_a_process_that_is_killed_and_so_does_its_loaded_model(tmp_path, program):
    (tmp_path / "Modelfile").write_bytes(ROOT_MODELFILE.read_bytes())
    write_model(SCRIPTED, tmp_path / "model.gguf")
    folder = tmp_path / "server"
    command = [sys.executable, "-c", HOLDER, str(folder), str(program)]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        host = holder.stdout.readline().decode().strip()
        server = Server(host, program, folder)
        create(server, "own", tmp_path / "Modelfile")
        assert generate(server, "own", "[EOS]")["done_reason"] == "stop"
        assert len(of_folder(folder)) >= 4, "the holder, the keeper, the server and the model's"
        holder.send_signal(signal.SIGKILL)
    assert gone(host)
    ends = time.monotonic() + 20
    while (left := of_folder(folder)) and time.monotonic() < ends:
        time.sleep(0.1)
    assert not left


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_a_server_that_ends_at_once_says_why(tmp_path):
    program = tmp_path / "ollama"
    program.write_text("#!/bin/sh\necho no room >&2\nexit 3\n", encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(ServerError, match=r"(?s)it ended with code 3.*no room"), running(tmp_path / "f", program):
        pass


WISHED = """
import pytest

@pytest.mark.live
def test_it(ollama_server):
    assert ollama_server.version
"""


@pytest.mark.parametrize(
    ("wish", "outcome", "sentence"),
    [
        ("0", {"skipped": 1}, "*TUNESPEC_LIVE=0*"),
        ("", {"skipped": 1}, "*no ollama on the path*python -m tests.live*"),
        ("1", {"errors": 1}, "*TUNESPEC_LIVE=1, but there is no ollama on the path*"),
    ],
)
def test_where_there_is_no_ollama(pytester, monkeypatch, wish, outcome, sentence):
    for name, value in {
        "TUNESPEC_LIVE": wish,
        "XDG_CACHE_HOME": str(pytester.path),
        "PATH": str(pytester.path),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("HOME", str(pytester.path))  # macOS has its caches there
    monkeypatch.setenv("LOCALAPPDATA", str(pytester.path))
    pytester.makeconftest('pytest_plugins = ["tests.live.fixtures"]')
    pytester.makeini("[pytest]\nmarkers = live: asks a server")
    pytester.makepyfile(WISHED)
    result = pytester.runpytest_subprocess("-rs", "-p", "no:cacheprovider")
    result.assert_outcomes(**outcome)
    result.stdout.fnmatch_lines([sentence])
