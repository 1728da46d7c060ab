"""Which server is meant: an address as users write it, and whether prompts may go there."""

from __future__ import annotations

import ipaddress
import os
import re
from urllib.parse import urlsplit

from tunespec.errors import CannotJudgeError

_OLLAMA_PORT = 11434
_PORTS = {"http": 80, "https": 443}
_ADDRESS = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>\[[0-9a-f:.]*\]|[^\s:/\[\]@?#%]*)(?::(?P<port>[0-9]{1,5}))?(?P<path>/[^\s?#]*)?",
    re.IGNORECASE,
)
_SECRET = re.compile(r"//[^/]*@")


def address(host: str | None) -> str:
    """The URL of a server, from what the user says, else OLLAMA_HOST, else Ollama's default.

    Without a scheme it is HTTP at Ollama's port, as Ollama's own client has it; an address to listen at (0.0.0.0) is
    this machine.

    Raises:
        CannotJudgeError: for a text that is no address.
    """
    text = (host or os.environ.get("OLLAMA_HOST", "")).strip().strip("\"'")
    match = _ADDRESS.fullmatch(text)
    if match is not None and 1 <= int(match["port"] or 1) <= 65535:
        scheme, name = (match["scheme"] or "").lower(), match["host"] or "127.0.0.1"
        name = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(name, name)  # noqa: S104  where a server listens
        port = match["port"] or _PORTS.get(scheme, _OLLAMA_PORT)
        url = f"{scheme or 'http'}://{name}:{port}{(match['path'] or '').rstrip('/')}"
        if _has_host(url):
            return url
    shown, key = _SECRET.sub("//...@", text), "; a key goes into TUNESPEC_API_KEY" if "@" in text else ""
    raise CannotJudgeError(f"{shown!r} is no address of a server, such as http://127.0.0.1:{_OLLAMA_PORT}{key}")


def _has_host(url: str) -> bool:
    """Whether what stands for the host is none that the URL's parser refuses, such as a broken IPv6 address."""
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


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
