"""Ollama's API as the tests ask it: nothing of the product is between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

from tests.live.server import PATIENCE, Server, ask

EXACT = {"temperature": 0, "seed": 1}


def post(server: Server, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The answer, or Ollama's ``{"error": ...}``."""
    return next(posted(server, path, {"stream": False, **body}))


def posted(server: Server, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each line of a streamed answer."""
    request = Request(f"{server.url}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        answer = ask(request, timeout=PATIENCE)
    except HTTPError as error:
        answer = error
    with closing(answer):
        for line in answer:
            yield json.loads(line)


def generate(server: Server, model: str, prompt: str, **options: Any) -> dict[str, Any]:
    """A whole answer of /api/generate, at temperature 0."""
    return post(server, "/api/generate", {"model": model, "prompt": prompt, "options": EXACT | options})


def chat(server: Server, model: str, *turns: tuple[str, str], **options: Any) -> dict[str, Any]:
    """A whole answer of /api/chat to turns of role and content, at temperature 0."""
    messages = [{"role": role, "content": content} for role, content in turns]
    return post(server, "/api/chat", {"model": model, "messages": messages, "options": EXACT | options})
