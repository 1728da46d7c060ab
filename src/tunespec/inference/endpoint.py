"""Which server is meant: an address as users write it, and whether prompts may go there."""

from __future__ import annotations

import ipaddress
import os
import re

from tunespec.errors import CannotJudgeError

_OLLAMA_PORT = 11434
_PORTS = {"http": 80, "https": 443}
_ADDRESS = re.compile(r"(?:(?P<scheme>[a-z]+)://)?(?P<host>\[[^\]/]*\]|[^:/\[\]]*)(?::(?P<port>\d+))?(?P<path>/.*)?")


def address(host: str | None) -> str:
    """The URL of a server, from what the user says, else OLLAMA_HOST, else Ollama's default.

    Without a scheme it is HTTP at Ollama's port, as Ollama's own client has it; an address to listen at (0.0.0.0) is
    this machine.

    Raises:
        CannotJudgeError: for a text that is no address.
    """
    text = (host or os.environ.get("OLLAMA_HOST", "")).strip().strip("\"'")
    match = _ADDRESS.fullmatch(text)
    if match is None or match["scheme"] not in {None, *_PORTS} or not 0 <= int(match["port"] or 1) <= 65535:
        raise CannotJudgeError(f"{text!r} is no address of a server, such as http://127.0.0.1:{_OLLAMA_PORT}")
    name = match["host"] or "127.0.0.1"
    name = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(name, name)  # noqa: S104  where a server listens
    port = match["port"] or (_PORTS[match["scheme"]] if match["scheme"] else _OLLAMA_PORT)
    return f"{match['scheme'] or 'http'}://{name}:{port}{(match['path'] or '').rstrip('/')}"


def require_loopback(url: str) -> None:
    """Refuse a server on another machine.

    Raises:
        CannotJudgeError: saying how to allow it.
    """
    match = _ADDRESS.fullmatch(url)
    name = match["host"].strip("[]") if match else ""
    if not _is_loopback(name):
        raise CannotJudgeError(
            f"{url} is not this machine: prompts of your data would leave it. "
            "If that is meant: --remote, or `remote = true` in [tool.tunespec.inference]"
        )


def _is_loopback(name: str) -> bool:
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
