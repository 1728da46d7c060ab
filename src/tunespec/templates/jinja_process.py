"""The other side of :mod:`tunespec.templates.jinja_worker`: asks it, and ends it when it takes too much.

Time and memory are bounded by looking at what it has used, twenty times a second, and killing it; on Linux, the
operating system also refuses memory beyond the bound at once.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from tunespec.child_process import command, end
from tunespec.errors import CannotJudgeError
from tunespec.templates.errors import TemplateError
from tunespec.templates.process_usage import usage

_START = 60.0  # seconds for Python to start and to import Jinja, on a busy machine
_GLANCE = 0.05  # seconds between two looks at what the process uses
_PATIENCE, _LEAST = 6, 60.0  # by the clock, times the bound, and seconds: a busy machine may not let the process run
_FAREWELL = 5.0  # seconds for a process that has said its last to be gone
_ESCAPED, _SPANS = 6, 2**26  # bytes of an answer's line: of each character, of its spans
# What Python needs to start and to tell the time; a template has no business with the rest, such as keys.
KEPT_ENVIRONMENT = frozenset(
    "SYSTEMROOT LD_LIBRARY_PATH DYLD_LIBRARY_PATH PYTHONHOME PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX PYTHONUTF8 "
    "LANG LC_ALL LC_CTYPE TZ".split()
)


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
            CannotJudgeError: if it does not start.
        """
        self._bounds = bounds
        self._answers: SimpleQueue[bytes] = SimpleQueue()
        worker = command("tunespec.templates.jinja_worker", str(bounds.megabytes))
        kept = {name: value for name, value in os.environ.items() if name.upper() in KEPT_ENVIRONMENT}
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own Python, our own code
                worker, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=kept
            )
        except OSError as error:
            raise _not_started(error) from error
        Thread(target=self._read, daemon=True).start()
        try:
            self._next_answer(_START)
        except TemplateError as error:
            self.close()
            raise _not_started(error) from error

    def ask(self, request: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The answer to each of the request's conversations, up to one that ended the process.

        That one's is ``{"error", "ended": True}``: it would end it again.

        Raises:
            CannotJudgeError: if this machine is too busy to tell.
        """
        try:
            line = json.dumps(request, default=_plain).encode() + b"\n"
        except (RecursionError, TypeError, ValueError) as error:
            return [{"error": f"cannot be given this conversation: {error}"} for _ in request["conversations"]]
        answers: list[dict[str, Any]] = []
        try:
            self._send(line)
            answers.extend(self._next_answer(self._bounds.seconds) for _ in request["conversations"])
        except TemplateError as error:
            self.close()
            answers.append({"error": str(error), "ended": True})
        return answers

    def close(self) -> None:
        """End it."""
        end(self._process)

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self._process.poll() is not None

    @property
    def pid(self) -> int:
        """The operating system's number of it."""
        return self._process.pid

    def _send(self, line: bytes) -> None:
        assert self._process.stdin is not None
        with suppress(OSError):  # it is gone, which the end of its answers says
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def _next_answer(self, seconds: float) -> dict[str, Any]:
        """TemplateError if the worker takes too much or ends, CannotJudgeError if it does not come to work."""
        patience, first = _patience(seconds), None
        until = time.monotonic() + patience
        while True:
            try:
                return self._decoded(self._answers.get(timeout=_GLANCE))
            except Empty:
                used = usage(self.pid)
                first = used if first is None else first
                if used.megabytes > self._bounds.megabytes:
                    raise TemplateError(self._too_much()) from None
                if used.seconds - first.seconds > seconds:
                    raise TemplateError(f"takes longer than {seconds:g} s") from None
                if time.monotonic() > until:
                    self.close()
                    raise _too_busy(patience) from None

    def _decoded(self, line: bytes) -> dict[str, Any]:
        if not line:
            with suppress(subprocess.TimeoutExpired):
                raise TemplateError(f"ended the process that renders it (exit code {self._process.wait(_FAREWELL)})")
            raise TemplateError("made the process that renders it answer without an end")
        try:
            answer = json.loads(line.decode("utf-8", "surrogatepass"))
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise TemplateError("made the process that renders it answer with nonsense")
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


def _patience(seconds: float) -> float:
    return max(_PATIENCE * seconds, _LEAST)


def _not_started(error: Exception) -> CannotJudgeError:
    return CannotJudgeError(f"the process that renders chat templates cannot be started: {error}")


def _too_busy(seconds: float) -> CannotJudgeError:
    said = f"a chat template was not rendered within {seconds:g} s, in which it could hardly run: this machine is busy"
    return CannotJudgeError(f"{said}; check again, or with fewer worker processes (-n)")


def _plain(value: Any) -> Any:
    """What JSON does not know, as transformers shows it to a template: mappings as such, the rest by type only."""
    return dict(value) if isinstance(value, Mapping) else f"<{type(value).__name__}>"
