"""A server on a free loopback port that sends exactly the bytes that a test says, then closes the connection."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

Answer = Callable[[str, bytes], Iterable[bytes]]
"""From a request's path and the request as it came to what is sent, part by part."""


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The URL of a server that sends what ``answer`` yields; behind TLS, if there is a context for it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=(listening, answer, tls), daemon=True).start()
        yield f"http{'s' * (tls is not None)}://127.0.0.1:{listening.getsockname()[1]}"
        with suppress(OSError):  # where a socket that listens cannot be shut down, to close it is enough
            listening.shutdown(socket.SHUT_RDWR)


def routed(routes: Mapping[str, bytes | Iterable[bytes]]) -> Answer:
    """An answer by paths; any other one is not found."""

    def answer(path: str, _: bytes) -> Iterable[bytes]:
        found = routes.get(path, status(404, b"404 page not found"))
        return [found] if isinstance(found, bytes) else found

    return answer


def ok(*parts: bytes, headers: str = "") -> bytes:
    """An answer whose end is that of the connection."""
    return f"HTTP/1.1 200 OK\r\n{headers}\r\n".encode() + b"".join(parts)


def status(code: int, body: bytes = b"", headers: str = "") -> bytes:
    """A refusal."""
    return f"HTTP/1.1 {code} Whatever\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def lines(*values: object) -> bytes:
    """JSON lines."""
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def piece(text: str, **more: object) -> dict[str, object]:
    """One object of Ollama's stream."""
    return {"model": "m", "message": {"role": "assistant", "content": text}, "done": False, **more}


def last(text: str = "", **more: object) -> dict[str, object]:
    """The last object of Ollama's stream."""
    counts = {"eval_count": 3, "prompt_eval_count": 9, "total_duration": 2_000_000_000}
    return piece(text) | {"done": True, "done_reason": "stop", **counts, **more}


def _serve(listening: socket.socket, answer: Answer, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=_answer, args=(connection, answer, tls), daemon=True).start()


def _answer(connection: socket.socket, answer: Answer, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError), _secured(connection, tls) as spoken:
        request = _request(spoken)
        for part in answer(request.split(b" ")[1].decode(), request):
            spoken.sendall(part)


def _secured(connection: socket.socket, tls: ssl.SSLContext | None) -> socket.socket:
    if tls is None:
        return connection
    with connection:  # where the client does not trust us, nobody else closes it
        return tls.wrap_socket(connection, server_side=True)


def _request(connection: socket.socket) -> bytes:
    """One request, body included, so that closing the connection resets nothing. Raises OSError for half of one."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += _received(connection)
        if request.startswith(b"\x16"):
            return b"TLS /tls"
    head, _, body = request.partition(b"\r\n\r\n")
    size = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-le")), 0)
    while len(body) < size:
        body += _received(connection)
    return head + b"\r\n\r\n" + body


def _received(connection: socket.socket) -> bytes:
    if not (received := connection.recv(1 << 16)):
        raise ConnectionError("half a request")
    return received
