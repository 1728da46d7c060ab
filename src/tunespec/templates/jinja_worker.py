"""The process that renders chat templates, and can do nothing else.

Jinja's sandbox keeps a template from Python's internals, but lets it fill memory and run for ever, and has been
escaped before (CVE-2024-56326, CVE-2025-27516). So a template runs here: the operating system bounds the memory and
forbids files, an audit hook, which nothing can take off again, stops whatever would open, import, connect or start
something, and the other side (:mod:`tunespec.templates.jinja_process`) ends this process when it takes too long. It
reads JSON and answers JSON, since unpickling would let an escaped template out.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from jinja2 import Template
from jinja2.exceptions import SecurityError, TemplateSyntaxError

from tunespec.templates.jinja_environment import RefusedError, environment

_HARMLESS = frozenset({"builtins.id"})  # pprint asks for it
_COMPILING = frozenset({"compile", "exec"})
_DESCRIBING = frozenset({"object.__getattr__"})  # a traceback's frames
_NAME = "<template>"
_SAID = 400  # characters of an error's text that are passed on
_ENCODINGS = ("ascii", "latin-1", "utf-8", "utf-16", "utf-32", "utf-8-sig")
# What Jinja imports when a template first uses it.
_LAZY = "{{ 'a <b> c'|urlize|striptags|wordwrap }}{{ [1]|pprint }}{{ lipsum(1, True, 1, 2) }}{{ strftime_now('%c') }}"


class Wall:
    """The audit hook: what it saw and stopped, and what is allowed at the moment."""

    def __init__(self) -> None:
        """Let everything through until ``up``."""
        self.up = False
        self.allowed = _HARMLESS
        self.stopped: list[str] = []

    def __call__(self, event: str, _arguments: tuple[Any, ...]) -> None:
        """Stop an event that no rendering needs."""
        if not self.up or event in self.allowed:
            return
        self.stopped.append(event)
        raise SecurityError(f"tried to reach outside ({event})")

    @contextmanager
    def allow(self, events: frozenset[str]) -> Iterator[None]:
        """Allow more for a while. No template's code runs meanwhile."""
        self.allowed = _HARMLESS | events
        try:
            yield
        finally:
            self.allowed = _HARMLESS


class Renderer:
    """Renders with one environment, behind one wall."""

    def __init__(self, wall: Wall) -> None:
        """Build the environment and let Jinja import what it needs."""
        self._wall = wall
        self._now = datetime(2000, 1, 1)  # noqa: DTZ001  the user's local time, as in transformers
        self._environment = environment(lambda: self._now)
        self._template = lru_cache(maxsize=64)(self._compile)
        for name in _ENCODINGS:
            "".encode(name)
        self.answer({"source": _LAZY, "now": self._now.isoformat(), "characters": 10_000}, {})

    def answer(self, request: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Any]:
        """``{"text", "trained"}`` of a conversation, or ``{"error", "line", "refused"}``."""
        self._wall.stopped.clear()
        try:
            self._now = datetime.fromisoformat(request["now"])
            rendered = self._render(self._template(request["source"]), variables, request["characters"])
        except RefusedError as refusal:
            return _error(refusal.message or "", self._line_of(refusal), refused=True)
        except MemoryError:
            return {"memory": True}
        except RecursionError:
            return _error("nests or calls itself too deeply")
        except TemplateSyntaxError as error:
            return _error(f"is no valid Jinja: {error.message}", error.lineno)
        except Exception as error:  # noqa: BLE001  whatever a template causes is an answer
            rendered = _error(f"fails: {_said(error)}", self._line_of(error))
        if self._wall.stopped:  # also what Jinja took for a missing attribute
            return _error(f"tried to reach outside ({self._wall.stopped[0]})", rendered.get("line"))
        return rendered

    def _render(self, template: Template, variables: Mapping[str, Any], characters: int) -> dict[str, Any]:
        tracker = self._environment.tracker  # type: ignore[attr-defined]
        tracker.begin()
        blocks: list[str] = []
        for block in template.generate(variables):
            blocks.append(block)
            tracker.written += len(block)
            if tracker.written > characters:
                return _error(f"renders more than {characters:,} characters")
        return {"text": "".join(blocks), "trained": tracker.spans}

    def _compile(self, source: str) -> Template:
        python = self._environment.compile(source, filename=_NAME, raw=True)  # folds constants: behind the wall
        with self._wall.allow(_COMPILING):
            code = compile(python, _NAME, "exec")
            return Template.from_code(self._environment, code, self._environment.make_globals(None))

    def _line_of(self, error: BaseException) -> int | None:
        """The template's line where an error was raised: the innermost frame of its code."""
        line, traceback = None, error.__traceback__
        with self._wall.allow(_DESCRIBING):
            while traceback is not None:
                frame = traceback.tb_frame
                if frame.f_code.co_filename == _NAME and (template := frame.f_globals.get("__jinja_template__")):
                    line = template.get_corresponding_lineno(traceback.tb_lineno)
                traceback = traceback.tb_next
        return line


def _error(text: str, line: int | None = None, *, refused: bool = False) -> dict[str, Any]:
    return {"error": text[:_SAID], "line": line, "refused": refused}


def _said(error: Exception) -> str:
    text = str(error)[:_SAID]
    return text if isinstance(error, SecurityError) else f"{type(error).__name__}: {text}"


def bound(megabytes: int) -> None:
    """Let the operating system bound this process: not on Windows, and memory only on Linux (macOS ignores it)."""
    if sys.platform == "win32":
        return
    import resource

    limits = {
        resource.RLIMIT_FSIZE: 0,  # no file grows
        resource.RLIMIT_NOFILE: 0,  # none is opened
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]  # of its address space: proc(5)
        limits[resource.RLIMIT_AS] = int(pages) * resource.getpagesize() + megabytes * 2**20
    for limit, most in limits.items():
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))


def serve(questions: BinaryIO, answers: BinaryIO, renderer: Renderer) -> None:
    """Answer each conversation of each request with a line, until the other side ends."""
    for line in iter(questions.readline, b""):
        request = json.loads(line)
        for variables in request["conversations"]:
            answers.write(_line(renderer.answer(request, variables)))
            answers.flush()


def _line(answer: dict[str, Any]) -> bytes:
    try:
        return json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
    except MemoryError:
        return b'{"memory": true}\n'


def main(megabytes: str) -> None:
    """The worker's side of the pipes."""
    wall = Wall()
    renderer = Renderer(wall)
    # Whatever is printed must not get between the answers.
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.addaudithook(wall)
    bound(int(megabytes))
    pipe.write(b"{}\n")
    pipe.flush()
    wall.up = True
    serve(sys.stdin.buffer, pipe, renderer)
