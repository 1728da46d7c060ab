"""The other side of :mod:`tunespec.templates.jinja_worker`: asks it, and ends it when it takes too much.

One process renders all templates of a run; it is started when first needed (0.1 s) and again after it was ended. Time
and memory are bounded by looking at what it has used, twenty times a second, and killing it; on Linux, the operating
system also refuses memory beyond the bound at once.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from tunespec.templates.errors import TemplateError
from tunespec.templates.process_usage import usage

_START = 60.0  # seconds for Python to start and to import Jinja, on a busy machine
_GLANCE = 0.05  # seconds between two looks at what the process uses
_PATIENCE = 6  # times the bound, by the clock: a busy machine may not let the process run
_ESCAPED, _SPANS = 6, 2**26  # bytes of an answer's line: of each character, of its spans
# This process's path goes behind the child's own, so that no file of the user's stands in for a library's module; and
# `-P` keeps the working folder out.
_MAIN = """
import json, sys
sys.path += [folder for folder in json.loads(sys.argv[1]) if folder and folder not in sys.path]
from tunespec.templates.jinja_worker import main
main(int(sys.argv[2]))
"""


@dataclass(frozen=True)
class Bounds:
    """What one rendering may take: seconds of processor time, MB of memory, characters of text.

    The largest template of the corpora renders in 1 ms; a conversation of a million tokens has 5 million characters.
    """

    seconds: float = 10.0
    megabytes: int = 256
    characters: int = 16_000_000


DEFAULT_BOUNDS = Bounds()


class RenderProcess:
    """A running worker."""

    def __init__(self, bounds: Bounds) -> None:
        """Start it and wait until it can render.

        Raises:
            TemplateError: if it does not start.
        """
        self._bounds = bounds
        self._answers: SimpleQueue[bytes] = SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603  our own Python, our own code
            [sys.executable, "-P", "-W", "ignore", "-c", _MAIN, json.dumps(sys.path), str(bounds.megabytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        atexit.register(self.close)
        Thread(target=self._read, daemon=True).start()
        try:
            self._next_answer(_START)
        except (OSError, TemplateError) as error:
            self.close()
            raise TemplateError(f"cannot be rendered: the process for it does not start ({error})") from error

    def ask(self, request: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The answer to each of the request's conversations; after one that ended the process, the same for the rest.

        ``{"error", "ended": True}`` is what would end it again.
        """
        assert self._process.stdin is not None
        answers: list[dict[str, Any]] = []
        try:
            self._process.stdin.write(json.dumps(request, default=_plain).encode() + b"\n")
            self._process.stdin.flush()
            answers += [self._next_answer(self._bounds.seconds) for _ in request["conversations"]]
        except (OSError, TemplateError) as error:
            self.close()
            missing = len(request["conversations"]) - len(answers)
            answers += [{"error": str(error), "ended": isinstance(error, TemplateError)}] * missing
        except (RecursionError, TypeError, ValueError) as error:  # before anything was sent
            return [{"error": f"cannot be given this conversation: {error}"} for _ in request["conversations"]]
        return answers

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was not sent any more
                pipe.close()  # type: ignore[union-attr]

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self._process.poll() is not None

    def _next_answer(self, seconds: float) -> dict[str, Any]:
        until, first = time.monotonic() + _PATIENCE * seconds, None
        while True:
            try:
                line = self._answers.get(timeout=_GLANCE)
            except Empty:
                used = usage(self._process.pid)
                first = used if first is None else first
                if used.megabytes > self._bounds.megabytes:
                    raise TemplateError(self._too_much()) from None
                if used.seconds - first.seconds > seconds:
                    raise TemplateError(f"takes longer than {seconds:g} s") from None
                if time.monotonic() > until:
                    raise TimeoutError(
                        f"was not rendered within {_PATIENCE * seconds:g} s: is this machine busy?"
                    ) from None
                continue
            if not line:
                raise TemplateError(f"ended the process that renders it (exit code {self._process.wait()})")
            answer: dict[str, Any] = json.loads(line.decode("utf-8", "surrogatepass"))
            return {"error": self._too_much()} if answer.get("memory") else answer

    def _too_much(self) -> str:
        return f"needs more than {self._bounds.megabytes} MB of memory"

    def _read(self) -> None:
        assert self._process.stdout is not None
        pipe, longest = self._process.stdout, _ESCAPED * self._bounds.characters + _SPANS
        with suppress(OSError, ValueError):  # closed meanwhile
            for line in iter(lambda: pipe.readline(longest), b""):
                if not line.endswith(b"\n"):
                    break
                self._answers.put(line)
        self._answers.put(b"")


_LOCK = Lock()
_CONDEMNED: dict[tuple[str, Bounds], str] = {}  # a template that ended its process would do so each time


def ask(source: str, conversations: Sequence[Mapping[str, Any]], now: str, bounds: Bounds) -> list[dict[str, Any]]:
    """The answers of a worker with these bounds, one for each conversation (the template's variables).

    An answer is ``{"text", "trained"}`` or ``{"error", "line"?, "refused"?}``.
    """
    if said := _CONDEMNED.get((source, bounds)):
        return [{"error": said} for _ in conversations]
    request = {"source": source, "now": now, "characters": bounds.characters, "conversations": conversations}
    with _LOCK:
        answers = _running(bounds).ask(request)
    if answers and answers[-1].get("ended"):
        _CONDEMNED[source, bounds] = answers[-1]["error"]
    return answers


def _running(bounds: Bounds) -> RenderProcess:
    process = _started(os.getpid(), bounds)  # a forked process has its own
    if process.ended:
        _started.cache_clear()
        process = _started(os.getpid(), bounds)
    return process


@lru_cache(maxsize=4)
def _started(_pid: int, bounds: Bounds) -> RenderProcess:
    return RenderProcess(bounds)


def _plain(value: Any) -> Any:
    """What JSON does not know, as transformers shows it to a template: mappings as such, the rest by type only."""
    return dict(value) if isinstance(value, Mapping) else f"<{type(value).__name__}>"
