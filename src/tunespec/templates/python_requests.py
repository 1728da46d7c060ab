"""A program's calls as the requests that they send."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tunespec.subjects import DataFile
from tunespec.templates.python_calls import Call, calls_in
from tunespec.templates.requests import Request, request_of

# `llama3.2:3b`, `qwen2.5-coder:32b-instruct`: names of Ollama's library, which no Modelfile of one's own makes.
_OF_LIBRARY = re.compile(r":(\d+x)?\d+(\.\d+)?[bm](-|$)")


def calls_of(files: Iterable[DataFile], *, served: bool) -> Iterator[tuple[DataFile, Call]]:
    """The calls of programs, without those of a model of Ollama's library where a model of one's own is ``served``."""
    for file in files:
        for call in calls_in(file.path.read_bytes()):
            if not served or not _OF_LIBRARY.search(str(call.body.get("model"))):
                yield file, call


def requests_of(calls: Iterable[tuple[DataFile, Call]]) -> Iterator[tuple[DataFile, Request]]:
    """What those calls send that ask an Ollama server."""
    for file, call in calls:
        if call.endpoint.kind is not None:
            request = request_of(call.body, call.endpoint.kind, file.shown)
            yield file, replace(request, line=call.line, lines=call.lines, unknown=call.unknown)
