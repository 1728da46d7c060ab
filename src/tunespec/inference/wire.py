"""HTTP to a server of models: bounded waits, no proxies, no redirects, and one sentence for whatever goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

from tunespec.inference.errors import ServerError
from tunespec.text import shorten

if TYPE_CHECKING:
    import httpx

_CONNECT = 5.0  # seconds; the server is on this machine, or near
_LARGEST = 64 << 20  # bytes of one answer


class StatusError(ServerError):
    """The server refused a request: ``status`` is HTTP's, ``said`` the server's own words."""

    def __init__(self, where: str, status: int, said: str) -> None:
        """``where`` is the server as messages name it."""
        super().__init__(f"{where} answered {status}: {said}")
        self.status, self.said = status, said


@dataclass(frozen=True)
class Wire:
    """A connection to one server.

    Args:
        base: its URL, without a path of the interface.
        silence: the most seconds that it may send nothing; loading a model is silent.
        patience: the most seconds that one answer may take.
        headers: sent with each request, such as an authorisation.
    """

    base: str
    silence: float = 120.0
    patience: float = 300.0
    headers: tuple[tuple[str, str], ...] = ()

    @cached_property
    def _client(self) -> httpx.Client:
        import httpx

        # Neither a proxy of the environment nor a redirect may carry prompts to another machine.
        timeout = httpx.Timeout(self.silence, connect=_CONNECT)
        return httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False, headers=dict(self.headers))

    def get(self, path: str) -> Any:
        """The JSON value at a path.

        Raises:
            ServerError: if there is none.
        """
        return self.parsed(b"".join(self._chunks("GET", path, None)))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON value that a request is answered with.

        Raises:
            ServerError: if there is none.
        """
        return self.parsed(b"".join(self._chunks("POST", path, body)))

    def lines(self, path: str, body: Mapping[str, Any]) -> Iterator[bytes]:
        """The lines of a streamed answer, without empty ones, as they come; the last one counts without its end, too.

        Raises:
            ServerError: if the stream breaks, is silent for too long or never ends.
        """
        rest = b""
        for chunk in self._chunks("POST", path, body):
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (line for line in lines if line.strip())
        if rest.strip():
            yield rest

    def _chunks(self, method: str, path: str, body: Mapping[str, Any] | None) -> Iterator[bytes]:
        """The bytes of an answer. Silence is httpx's to notice; a trickle without end is not silent."""
        begun, size = time.monotonic(), 0
        with self._spoken(), self._client.stream(method, self.base + path, json=body) as response:
            for chunk in response.iter_bytes():
                size += len(chunk)
                if time.monotonic() - begun > self.patience:
                    raise ServerError(f"{self.base} was still answering after {self.patience:.0f} s")
                if size > _LARGEST:
                    raise ServerError(f"{self.base} sent more than {_LARGEST >> 20} MB for one answer")
                if response.status_code != HTTPStatus.OK:
                    raise StatusError(self.base, response.status_code, _said(chunk) or response.reason_phrase)
                yield chunk
            if response.status_code != HTTPStatus.OK:
                raise StatusError(self.base, response.status_code, response.reason_phrase)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def parsed(self, content: bytes) -> Any:
        """JSON that the server sent.

        Raises:
            ServerError: if it is none.
        """
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            shown = shorten(content[:80].decode(errors="replace"))
            raise ServerError(f"{self.base} sent something that is no JSON: {shown}") from None

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        """Whatever httpx raises, as a sentence."""
        import httpx

        reasons: tuple[tuple[type[Exception], Callable[[Exception], str]], ...] = (
            (httpx.ConnectError, lambda error: f"cannot be reached ({error})"),
            (httpx.ConnectTimeout, lambda _: f"cannot be reached: no connection within {_CONNECT:.0f} s"),
            (httpx.TimeoutException, lambda _: f"sent nothing for {self.silence:.0f} s"),
            (httpx.InvalidURL, lambda error: f"is no address of a server ({error})"),
            (httpx.UnsupportedProtocol, lambda error: f"is no address of a server ({error})"),
            (httpx.HTTPError, lambda error: f"broke off in the middle of an answer ({error or type(error).__name__})"),
        )
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            says = next(says for kind, says in reasons if isinstance(error, kind))
            raise ServerError(f"{self.base} {says(error)}") from None


def _said(content: bytes) -> str:
    """The error in a refusal: Ollama's ``{"error": text}``, OpenAI's ``{"error": {"message": text}}``, or the text."""
    try:
        error = orjson.loads(content)["error"]
        return str(error["message"]) if isinstance(error, dict) else str(error)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return shorten(content[:200].decode(errors="replace").strip())
