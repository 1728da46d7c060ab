"""An Ollama server for tests, shared by all who name the same folder: ``python -m tests.live.server``.

Who uses it holds a connection to its keeper (``tests.live.keeper``). The operating system closes the connections of a
process that ends, however it ends; with the last one the keeper stops the server and its children.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from filelock import FileLock

from tests.live.install import ensure

PATIENCE = 60.0
"""Seconds until a server must answer; it takes about one."""
ask = build_opener(ProxyHandler({})).open
"""Like ``urlopen``, but never through a proxy: all servers here are on this machine."""
_ROOT = Path(__file__).resolve().parents[2]


class ServerError(RuntimeError):
    """The server did not start; the text says why."""


@dataclass(frozen=True)
class Server:
    """A running server. ``folder`` is its own: models, keys and log."""

    host: str
    program: Path
    folder: Path

    @property
    def url(self) -> str:
        """What the API's paths are put behind."""
        return f"http://{self.host}"

    @property
    def version(self) -> str:
        """What it says of itself: ``0.34.2``."""
        with ask(f"{self.url}/api/version", timeout=PATIENCE) as answer:
            return str(json.load(answer)["version"])

    @property
    def environment(self) -> Mapping[str, str]:
        """Of a command that is to talk to this server."""
        return {**os.environ, **environment(self.host, self.folder)}


def environment(host: str, folder: Path) -> dict[str, str]:
    """The variables of a server, and of its clients: nothing of the user's own Ollama is read or written."""
    return {
        "HOME": str(folder),
        "USERPROFILE": str(folder),
        "OLLAMA_HOST": host,
        "OLLAMA_MODELS": str(folder / "models"),
        "OLLAMA_NO_CLOUD": "1",
        "OLLAMA_NOPRUNE": "1",
        "OLLAMA_NUM_PARALLEL": "1",
        # More than all models of the tests: of the three that Ollama keeps by itself one is put out for each other one
        # that is asked, and where two workers ask in turns, some requests waited for minutes.
        "OLLAMA_MAX_LOADED_MODELS": "32",
        "OLLAMA_KEEP_ALIVE": "30m",
        # The engine's threads wait by spinning: on a busy machine two of them take 50 times as long as one.
        "LLAMA_ARG_THREADS": "1",
        "NO_PROXY": "127.0.0.1,localhost",
    }


@contextmanager
def running(folder: Path, program: Path) -> Iterator[Server]:
    """The server of this folder: started by the first who comes, stopped behind the last.

    Raises ServerError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "server.lock"):
        lease, host = _joined(folder) or _started(folder, program)
    with lease:
        yield Server(host, program, folder)


def _joined(folder: Path) -> tuple[socket.socket, str] | None:
    """A lease of the server that runs, and its address."""
    try:
        said = json.loads((folder / "server.json").read_text(encoding="utf-8"))
        lease = socket.create_connection(("127.0.0.1", said["keeper"]), timeout=PATIENCE)
    except (OSError, ValueError):
        return None
    try:  # The keeper greets with its folder, so that nobody else's port is taken for it.
        greeted = lease.makefile("r", encoding="utf-8").readline()
        with ask(f"http://{said['host']}/api/version", timeout=PATIENCE):
            alive = greeted == f"{folder}\n"
    except (OSError, URLError):
        alive = False
    if alive:
        return lease, str(said["host"])
    lease.close()
    return None


def _started(folder: Path, program: Path) -> tuple[socket.socket, str]:
    """A keeper with its server, and the first lease of it. Raises ServerError."""
    (folder / "server.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.live.keeper", str(folder), str(program)]
    keeper = subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert keeper.stdout is not None
    with keeper.stdout:
        ready = keeper.stdout.readline()  # the keeper's own patience bounds this; it ends with a line or its end
    threading.Thread(target=keeper.wait, daemon=True).start()  # no zombie is left, and no warning at exit
    if ready == "ready\n" and (joined := _joined(folder)) is not None:
        return joined
    log = folder / "server.log"
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:] if log.is_file() else []
    raise ServerError(f"{program} serve does not answer: {ready.strip()}\n" + "\n".join(tail))


def main() -> None:
    """Serves until Ctrl-C, in the folder named or a temporary one; prints what a shell needs to use it."""
    with tempfile.TemporaryDirectory(prefix="tunespec-live-") as temporary:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary).resolve()
        program = ensure()
        with running(folder, program) as server:
            own = environment(server.host, folder)
            print("\n".join(f"export {name}={own[name]}" for name in ("OLLAMA_HOST", "OLLAMA_MODELS")))
            print(f"export PATH={program.parent}:$PATH  # version {server.version}; Ctrl-C stops it", flush=True)
            threading.Event().wait()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
