"""llama.cpp's own server, which Ollama brings along: a real server of OpenAI's interface."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from tests.live.server import PATIENCE, ServerError, ask

_PROGRAM = "llama-server.exe" if os.name == "nt" else "llama-server"


def find_engine(ollama: Path) -> Path | None:
    """Of an Ollama; None for one that has its engine inside (before 0.30)."""
    found = ollama.resolve().parent.parent / "lib" / "ollama" / _PROGRAM
    return found if found.is_file() else None


@contextmanager
def engine(program: Path, model: Path, log: Path, *options: str) -> Iterator[str]:
    """The URL of a server with one GGUF, stopped at the end.

    Raises ServerError.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = [str(program), "-m", str(model), "--host", "127.0.0.1", "--port", str(port), *options]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        _wait(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            ask(url, timeout=PATIENCE).close()
        except (URLError, OSError):  # 503 while it loads
            time.sleep(0.05)
        else:
            return
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
    raise ServerError(f"{' '.join(map(str, process.args))} does not answer:\n" + "\n".join(tail))  # type: ignore[arg-type]
