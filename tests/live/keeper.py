"""The process that owns one Ollama server, and stops it when nobody is connected any more."""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError

import psutil

from tests.live.server import PATIENCE, ask, environment

_GRACE = 10.0  # seconds to end by itself
_PULSE = 1.0  # seconds between two looks at the server


def main(folder: Path, program: Path) -> None:
    """Starts the server, says ``ready`` or what went wrong, and stays until the last lease is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as leases:
        host = f"127.0.0.1:{_free_port()}"
        with (folder / "server.log").open("ab") as log:
            server = subprocess.Popen(
                [program, "serve"], env={**os.environ, **environment(host, folder)}, stdout=log, stderr=log
            )
        try:
            if (problem := _wait(server, host)) is None:
                _publish(folder, {"host": host, "keeper": leases.getsockname()[1]})
            print(problem or "ready", flush=True)
            if problem is None:
                _keep(server, leases, folder)
        finally:
            (folder / "server.json").unlink(missing_ok=True)
            _stop(server)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], host: str) -> str | None:
    """None as soon as it answers, or what went wrong."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with suppress(URLError, OSError), ask(f"http://{host}/api/version", timeout=PATIENCE):
            return None
        if server.poll() is not None:
            return f"it ended with code {server.returncode}"
        time.sleep(0.05)
    return f"no answer within {PATIENCE:.0f} s"


def _publish(folder: Path, said: dict[str, object]) -> None:
    part = folder / "server.json.part"
    part.write_text(json.dumps(said), encoding="utf-8")
    part.replace(folder / "server.json")


def _keep(server: subprocess.Popen[bytes], leases: socket.socket, folder: Path) -> None:
    """Until the last of those who came has gone, or the server has; nobody coming at all ends it too."""
    ends, came = time.monotonic() + PATIENCE, False
    with selectors.DefaultSelector() as selector:
        selector.register(leases, selectors.EVENT_READ)
        while server.poll() is None and (len(selector.get_map()) > 1 or (not came and time.monotonic() < ends)):
            for key, _ in selector.select(_PULSE):
                if key.fileobj is leases:
                    lease, _ = leases.accept()
                    lease.sendall(f"{folder}\n".encode())
                    selector.register(lease, selectors.EVENT_READ)
                    came = True
                else:
                    _returned(selector, key)


def _returned(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    """A lease that can be read is one that was closed: its holder never writes."""
    lease = key.fileobj
    assert isinstance(lease, socket.socket)
    selector.unregister(lease)
    lease.close()


def _stop(server: subprocess.Popen[bytes]) -> None:
    """The server and the ``llama-server`` of each loaded model."""
    with suppress(psutil.NoSuchProcess):
        family = [*psutil.Process(server.pid).children(recursive=True), psutil.Process(server.pid)]
        server.terminate()
        _, remaining = psutil.wait_procs(family, timeout=_GRACE)
        for process in remaining:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(remaining, timeout=_GRACE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
