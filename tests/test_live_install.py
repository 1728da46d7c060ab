"""Ollama is found, or built once; and what is missing is said."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.live import install
from tests.live.install import InstallError, ensure, find

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is built there")


@pytest.fixture
def nothing_there(tmp_path, monkeypatch):
    """No ollama on the path, and an empty cache."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(install, "cache", lambda: tmp_path / "cache")
    (tmp_path / "path").mkdir()
    return tmp_path


@pytest.fixture
def stand_ins(nothing_there, monkeypatch):
    """Tools that build at once; a list of what was built."""
    built = []

    def server(tools, stage):
        time.sleep(0.2)
        (stage / "bin").mkdir()
        (stage / "bin" / "ollama").touch(0o755)
        built.append("server")

    monkeypatch.setattr(install, "_tools", dict)
    monkeypatch.setattr(install, "_build_server", server)
    monkeypatch.setattr(install, "_build_engine", lambda *_: built.append("engine"))
    return built


def test_one_on_the_path_comes_first(nothing_there, stand_ins):
    assert find() is None
    ensure()
    own = nothing_there / "path" / "ollama"
    own.touch(0o755)
    assert find() == own


def test_two_at_once_build_once(stand_ins, capsys):
    with ThreadPoolExecutor() as pool:
        first, second = (asked.result() for asked in [pool.submit(ensure), pool.submit(ensure)])
    assert first == second == find()
    assert stand_ins == ["server", "engine"]
    assert "about 10 minutes" in capsys.readouterr().out


def test_a_build_that_failed_leaves_nothing_that_is_taken_for_one(stand_ins, monkeypatch):
    def fail(tools, stage):
        install._run(stage, ["/bin/sh", "-c", "echo no room; exit 1"])

    with monkeypatch.context() as failing:
        failing.setattr(install, "_build_engine", fail)
        with pytest.raises(InstallError, match=r"(?s)that failed; the end of .*build\.log:\nno room"):
            ensure()
    assert find() is None
    assert ensure() == find()


@pytest.mark.usefixtures("nothing_there")
def test_missing_tools_are_named(monkeypatch):
    monkeypatch.setattr(install, "_go", lambda: None)
    with pytest.raises(InstallError, match=r"none can be built: there is no .*gcc, g\+\+, make, go 1\.26 or newer$"):
        ensure()
