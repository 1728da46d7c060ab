"""One HTTP request over a connection of its own, with a bound for every wait and for all of them together.

`h11` speaks the protocol; what is left is to wait. HTTP clients (httpx, urllib3, requests) bound each read, but not
their sum: a header or a body that trickles keeps them for ever. They also look for proxies, follow redirects and unpack
compressed bodies of any size, unless each is switched off. Here there is nothing to switch off.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit

from tunespec.inference.errors import ServerError
from tunespec.inference.secured import secured

if TYPE_CHECKING:
    import h11

_READ = 1 << 16  # bytes of one read


@dataclass(frozen=True)
class Bounds:
    """What an exchange may take.

    Args:
        silence: the most seconds in which the server sends nothing.
        patience: the most seconds from the request to the end of the answer.
        connect: the most seconds until a connection stands.
        size: the most bytes of an answer.
    """

    silence: float
    patience: float
    connect: float = 5.0  # the server is on this machine, or near
    size: int = 64 << 20


@dataclass(frozen=True)
class Request:
    """What is asked.

    Args:
        method: HTTP's.
        path: behind the server's URL.
        body: JSON; empty for none.
        headers: beside those that HTTP demands.
    """

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # one of them may be a key


class _OverdueError(Exception):
    """All the time that an answer may take has passed."""


def exchange(base: str, request: Request, bounds: Bounds) -> Generator[tuple[h11.Response, bytes], None, None]:
    """The response's head with each part of its body as it comes, the first one empty.

    ``base`` is the server's URL; messages name it. The connection is closed behind the answer, however it ends.

    Raises:
        ServerError: if there is no server, if it breaks off or breaks the protocol, or exceeds a bound.
    """
    import h11

    url, ends, size = urlsplit(base), time.monotonic() + bounds.patience, 0
    peer = h11.Connection(h11.CLIENT)
    with _connected(base, url, bounds) as connection, _spoken(base, bounds, peer):
        connection.settimeout(bounds.silence)
        connection.sendall(_bytes(peer, url, request))
        while not isinstance(event := peer.next_event(), h11.EndOfMessage | h11.ConnectionClosed):
            if event is h11.NEED_DATA:
                received = _received(connection, bounds.silence, ends)
                size += len(received)
                peer.receive_data(received)
            elif isinstance(event, h11.Response):
                yield (head := event), b""
            elif isinstance(event, h11.Data):
                yield head, bytes(event.data)
            if size > bounds.size:
                raise ServerError(f"{base} sent more than {bounds.size >> 20} MB for one answer")


def _bytes(peer: h11.Connection, url: SplitResult, request: Request) -> bytes:
    """The request as it is sent."""
    import h11

    headers = [
        ("Host", url.netloc.encode("idna").decode("ascii")),
        ("Accept-Encoding", "identity"),  # a small compressed body could be a huge one
        ("Connection", "close"),
        *request.headers,
    ]
    if request.body:
        headers += [("Content-Length", str(len(request.body))), ("Content-Type", "application/json")]
    target = quote(url.path, safe="/%~") + request.path
    events: list[h11.Event] = [h11.Request(method=request.method, target=target, headers=headers)]
    events += [h11.Data(request.body)] if request.body else []
    return b"".join(peer.send(event) or b"" for event in [*events, h11.EndOfMessage()])


def _received(connection: socket.socket, silence: float, ends: float) -> bytes:
    """The next bytes; none if the server has closed the connection."""
    left = ends - time.monotonic()
    if left <= 0:
        raise _OverdueError
    connection.settimeout(min(silence, left))
    try:
        return connection.recv(_READ)
    except TimeoutError:
        if left < silence:
            raise _OverdueError from None
        raise


@contextmanager
def _connected(base: str, url: SplitResult, bounds: Bounds) -> Iterator[socket.socket]:
    try:
        port = url.port or (443 if url.scheme == "https" else 80)
        connection = socket.create_connection((url.hostname or "", port), timeout=bounds.connect)
        if url.scheme == "https":
            connection = secured(connection, base, url.hostname or "")
    except TimeoutError:
        raise ServerError(f"{base} cannot be reached: no connection within {bounds.connect:g} s") from None
    except (OSError, UnicodeError) as error:
        raise ServerError(f"{base} cannot be reached ({getattr(error, 'strerror', None) or error})") from None
    with connection:
        yield connection


@contextmanager
def _spoken(base: str, bounds: Bounds, peer: h11.Connection) -> Iterator[None]:
    """Whatever goes wrong on an open connection, as a sentence."""
    import h11

    more = "`silence` in [tool.tunespec.inference] allows more"
    try:
        yield
    except _OverdueError:
        raise ServerError(f"{base} was still answering after {bounds.patience:g} s; {more}") from None
    except TimeoutError:
        raise ServerError(f"{base} sent nothing for {bounds.silence:g} s; {more}") from None
    except h11.RemoteProtocolError as error:
        _, closed = peer.trailing_data
        says = "closed the connection before its answer was complete" if closed else f"does not speak HTTP ({error})"
        raise ServerError(f"{base} {says}") from None
    except OSError:
        raise ServerError(f"{base} closed the connection before its answer was complete") from None
