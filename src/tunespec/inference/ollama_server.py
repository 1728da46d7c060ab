"""Ollama's own interface (0.11.5 and later; the fields are those of api/types.go, and of docs/api.md).

The package ``ollama`` cannot send ``_debug_render_only``, follows redirects and waits without end: `wire` speaks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from typing import Any

from tunespec.inference.answered import Reply, Served
from tunespec.inference.errors import ServerError
from tunespec.inference.server import Question
from tunespec.inference.wire import StatusError, Wire

_NANO = 1e9
_TOO_LONG = re.compile(r"exceeds? the (?:available )?context|longer than the context")  # llama-server, Ollama
_STRINGS = re.compile(r"^(\w+)\s+(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class OllamaServer:
    """A model that Ollama serves."""

    wire: Wire
    model: str

    def describe(self) -> Served:
        """What ``/api/show`` and ``/api/tags`` say of the model."""
        version = str(self._mapping(self.wire.get("/api/version")).get("version", ""))
        digests = self._digests
        try:
            shown = self._mapping(self.wire.post("/api/show", {"model": self.model}))
        except StatusError as error:
            raise self._without_model(error, list(digests)) from None
        options = _parameters(str(shown.get("parameters") or ""))
        stops = options.pop("stop", [])
        limit = options.get("num_predict")
        return Served(
            name=self.model,
            server=f"Ollama {version}".strip(),
            digest=digests.get(self.model, digests.get(f"{self.model}:latest", "")),
            template=shown.get("template"),
            system=str(shown.get("system") or ""),
            stops=tuple(stops),
            limit=limit if isinstance(limit, int) and limit > 0 else None,
            context=self._context(options),
            options=options,
            rendering=True,
        )

    def ask(self, question: Question) -> Reply:
        """The answer, streamed by ``/api/chat``.

        Asked first is with ``truncate: false``: Ollama's default drops the oldest messages, then the middle, of a
        prompt that does not fit, and nothing in its answer tells. Models that cannot go on without the beginning
        refuse such a prompt.
        """
        try:
            return self._streamed(question, {"truncate": False})
        except StatusError as error:
            if not _TOO_LONG.search(str(error)):
                raise
        try:
            return replace(self._streamed(question, {}), overlong=True)
        except StatusError as error:
            if not _TOO_LONG.search(str(error)):
                raise
        return Reply("", reason="refused", overlong=True)

    def _streamed(self, question: Question, more: Mapping[str, Any]) -> Reply:
        pieces: list[str] = []
        last: Mapping[str, Any] = {}
        for line in self.wire.lines("/api/chat", self._body(question, stream=True) | dict(more)):
            last = self._mapping(self.wire.parsed(line))
            if "error" in last:
                raise ServerError(f"{self.wire.base} broke off in the middle of an answer: {last['error']}")
            if (piece := _content(last)) != "":
                pieces.append(piece)
            if len(pieces) >= question.guard and not last.get("done"):
                return Reply("".join(pieces), pieces=tuple(pieces), tokens=len(pieces), abandoned=True)
        return self._reply("".join(pieces), last, tuple(pieces))

    def ask_whole(self, question: Question) -> Reply:
        """The answer in one piece, by ``/api/chat``."""
        answer = self._mapping(self.wire.post("/api/chat", self._body(question, stream=False)))
        return self._reply(_content(answer), answer, ())

    def rendered(self, question: Question) -> str | None:
        """The prompt that ``_debug_render_only`` shows, without the BOS that the tokenizer adds; nothing is cut."""
        body = self._body(question, stream=False) | {"_debug_render_only": True, "truncate": False}
        shown = self._mapping(self.wire.post("/api/chat", body)).get("_debug_info")
        text = shown.get("rendered_template") if isinstance(shown, dict) else None
        return text if isinstance(text, str) else None  # before 0.11.5 the model answers instead

    def close(self) -> None:
        """Close the connection."""
        self.wire.close()

    def _body(self, question: Question, *, stream: bool) -> dict[str, Any]:
        options = dict(question.options)
        if question.stops is not None:
            options["stop"] = list(question.stops)
        if question.limit is not None:
            options["num_predict"] = question.limit
        return {"model": self.model, "messages": list(question.messages), "options": options, "stream": stream}

    def _reply(self, text: str, last: Mapping[str, Any], pieces: tuple[str, ...]) -> Reply:
        reason, seconds = last.get("done_reason"), last.get("total_duration")
        return Reply(
            text,
            reason=str(reason) if last.get("done") and reason else None,
            tokens=last.get("eval_count"),
            prompt_tokens=last.get("prompt_eval_count"),
            seconds=seconds / _NANO if isinstance(seconds, int | float) else None,
            pieces=pieces,
        )

    def _mapping(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise ServerError(f"{self.wire.base} sent something that no Ollama server sends: {str(value)[:40]!r}")
        return value

    @cached_property
    def _digests(self) -> dict[str, str]:
        """Model -> digest, of all that the server has."""
        listed = self._mapping(self.wire.get("/api/tags")).get("models") or []
        return {str(one.get("name")): str(one.get("digest", "")) for one in listed if isinstance(one, dict)}

    def _without_model(self, error: StatusError, known: list[str]) -> ServerError:
        if error.status != HTTPStatus.NOT_FOUND:
            return error
        has = f"it has {', '.join(sorted(known)[:8])}" if known else "it has none"
        return ServerError(
            f"the server at {self.wire.base} has no model {self.model!r}; {has} (`ollama create` makes one, "
            "nothing is pulled)"
        )

    def _context(self, options: Mapping[str, Any]) -> int | None:
        """Tokens of the context: the model's own, else what the server took when it loaded the model."""
        if isinstance(options.get("num_ctx"), int):
            return int(options["num_ctx"])
        loaded = self._mapping(self.wire.get("/api/ps")).get("models") or []
        names = {self.model, f"{self.model}:latest"}
        found = [one.get("context_length") for one in loaded if isinstance(one, dict) and one.get("name") in names]
        return found[0] if found and isinstance(found[0], int) else None


def _content(answer: Mapping[str, Any]) -> str:
    message = answer.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    return content if isinstance(content, str) else ""


def _parameters(text: str) -> dict[str, Any]:
    """The parameters of ``/api/show``: a name and a value as Go prints it (``%#v``) in each line, stops repeated."""
    options: dict[str, Any] = {}
    for name, written in _STRINGS.findall(text):
        value = _go_value(written.strip())
        if name == "stop":
            options.setdefault("stop", []).append(str(value))
        else:
            options[name] = value
    return options


def _go_value(written: str) -> Any:
    """A number, truth value or quoted text as Go prints it."""
    import ast

    if written in {"true", "false"}:
        return written == "true"
    try:
        return ast.literal_eval(written)
    except (ValueError, SyntaxError):
        return written.strip("`")  # a raw string
