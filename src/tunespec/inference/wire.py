"""JSON over HTTP with a server of models: one value, or one in each line of a stream; refusals in its own words."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

from tunespec.inference.errors import ServerError
from tunespec.inference.exchange import Bounds, Request, exchange
from tunespec.text import shorten

if TYPE_CHECKING:
    import h11

KEY = "TUNESPEC_API_KEY"
"""The environment variable with the key that a server wants. No other is read: a real ``OPENAI_API_KEY`` stays here."""
_LONGEST = 4 << 20  # bytes of one line
_REFUSAL = 1 << 16  # bytes of a refusal that are looked at


class StatusError(ServerError):
    """The server refused a request: ``status`` is HTTP's."""

    def __init__(self, where: str, status: int, said: str) -> None:
        """``where`` is the server as messages name it, ``said`` are its own words."""
        super().__init__(f"{where} answered {status}: {said}")
        self.status = status


class NoJsonError(ServerError):
    """The server sent something that is no JSON, or not what its interface promises."""


@dataclass(frozen=True)
class Wire:
    """How a server is talked to.

    Args:
        base: its URL, without a path of the interface.
        silence: the most seconds that it may send nothing; loading a model is silent.
        patience: the most seconds that one answer may take.
        headers: sent with each request, such as an authorisation.
    """

    base: str
    silence: float = 120.0
    patience: float = 300.0
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def get(self, path: str) -> Mapping[str, Any]:
        """The JSON object at a path.

        Raises:
            ServerError: if there is none.
        """
        return self.parsed(b"".join(self._chunks("GET", path, None, self.silence)))

    def post(self, path: str, body: Mapping[str, Any], *, at_length: bool = False) -> Mapping[str, Any]:
        """The JSON object that a request is answered with.

        Args:
            path: behind the base.
            body: of the request.
            at_length: whether the server may be silent as long as an answer may take, since it streams none of it.

        Raises:
            ServerError: if there is none.
        """
        silence = self.patience if at_length else self.silence
        return self.parsed(b"".join(self._chunks("POST", path, body, silence)))

    def lines(self, path: str, body: Mapping[str, Any]) -> Generator[bytes, None, None]:
        """The lines of a streamed answer, without empty ones, as they come; the last one counts without its end, too.

        Raises:
            ServerError: if the stream breaks, is silent for too long or never ends.
        """
        rest = b""
        with closing(self._chunks("POST", path, body, self.silence)) as chunks:
            for chunk in chunks:
                *lines, rest = (rest + chunk).split(b"\n")
                yield from (line for line in lines if line.strip())
                if len(rest) > _LONGEST:
                    raise ServerError(f"{self.base} sent a line of more than {_LONGEST >> 20} MB")
        if rest.strip():
            yield rest

    def parsed(self, content: bytes) -> Mapping[str, Any]:
        """A JSON object that the server sent.

        Raises:
            ServerError: if it is none.
        """
        try:
            value = orjson.loads(content)
        except orjson.JSONDecodeError:
            value = None
        if not isinstance(value, dict):
            raise NoJsonError(
                f"{self.base} sent something that is no JSON object: {_shown(self._hidden(content), 40)!r}"
            )
        return value

    def broken_off(self, value: Any) -> ServerError | None:
        """The error of a server that tells one in place of the rest of an answer; None if a JSON value tells none."""
        told = told_error(value, self._hidden)
        return ServerError(f"{self.base} broke off in the middle of an answer: {told}") if told else None

    def _chunks(
        self, method: str, path: str, body: Mapping[str, Any] | None, silence: float
    ) -> Generator[bytes, None, None]:
        """The bytes of an answer that is no refusal."""
        request = Request(method, path, b"" if body is None else orjson.dumps(body), self.headers)
        with self._keyless(), closing(exchange(self.base, request, Bounds(silence, self.patience))) as parts:
            head, _ = next(parts)
            if head.status_code != HTTPStatus.OK:
                said = _refusal(head, (part for _, part in parts), self._hidden)
                raise StatusError(self.base, head.status_code, said)
            encoding = dict(head.headers).get(b"content-encoding", b"identity").decode("latin-1")
            if encoding != "identity":
                raise ServerError(f"{self.base} sent its answer compressed ({encoding}), which nobody asked for")
            for _, part in parts:
                yield part

    @contextmanager
    def _keyless(self) -> Iterator[None]:
        """Whatever the server sent, no sentence about it tells the key."""
        try:
            yield
        except ServerError as error:
            error.args = tuple(self._hidden(str(said).encode()).decode() for said in error.args)
            raise

    def _hidden(self, content: bytes) -> bytes:
        """What a server says, without the key: some repeat the one that they refuse."""
        for _, value in self.headers:
            content = content.replace(value.removeprefix("Bearer ").encode(), b"...")
        return content


def _refusal(head: h11.Response, parts: Iterator[bytes], hidden: Callable[[bytes], bytes]) -> str:
    """Why a request was refused: the server's word, else HTTP's."""
    if (target := dict(head.headers).get(b"location")) is not None:
        return f"it points to {_shown(hidden(target), 100)}, where nothing is sent"
    content = b""
    try:
        for part in parts:
            content += part
            if len(content) > _REFUSAL:
                break
    except ServerError:
        pass  # it is the refusal that counts, not how it ended
    code = int(head.status_code)
    phrase = HTTPStatus(code).phrase if code in HTTPStatus.__members__.values() else "no reason given"
    hint = f" ({KEY} holds the key that is sent)" if code == HTTPStatus.UNAUTHORIZED else ""
    return (error_in(hidden(content)) or phrase) + hint


def error_in(content: bytes) -> str:
    """The error that a server tells: Ollama's ``{"error": text}``, OpenAI's ``{"error": {"message": text}}``, or text.

    Pages in HTML, which proxies send, and nothing tell nothing: the result is empty.
    """
    try:
        told = told_error(orjson.loads(content))
    except orjson.JSONDecodeError:
        return "" if content.lstrip().startswith(b"<") else _shown(content, 200)
    return told or _shown(content, 200)


def told_error(value: Any, hidden: Callable[[bytes], bytes] = bytes) -> str:
    """The error in a JSON value, without what is to be hidden; empty if it holds none."""
    if not isinstance(value, dict):
        return ""
    error = value.get("message") if value.get("object") == "error" else value.get("error")  # vLLM before 0.10
    error = error or (value["detail"] if value.keys() == {"detail"} else None)  # FastAPI's, on which many are built
    if isinstance(error, dict):
        error = error.get("message") or orjson.dumps(error).decode()
    return _shown(hidden(str(error).encode(errors="replace")), 300) if error else ""


def _shown(content: bytes, limit: int) -> str:
    """What a server sent, fit for a terminal: on one line, without control characters."""
    text = shorten(content[: 4 * limit].decode(errors="replace"), limit)
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
