"""Ollama's own interface (0.11.5 and later; the fields are those of api/types.go, and of docs/api.md).

The package ``ollama`` cannot send ``_debug_render_only``, follows redirects and waits without end: `wire` speaks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from typing import Any

from tunespec.inference.answered import Call, Reply, Served
from tunespec.inference.errors import ServerError
from tunespec.inference.fields import count, listed, mapping, text
from tunespec.inference.server import Question, listed_as, says_no_tools, says_too_long, without_model
from tunespec.inference.shown_parameters import parameters
from tunespec.inference.tool_calls import calls_of, for_ollama
from tunespec.inference.wire import StatusError, Wire

_NANO = 1e9
_RENDERING = (0, 11, 5)  # the first version that shows a rendered prompt, instead of an answer to it
_LLAMA_SERVER = (0, 30)  # the first version whose engine is llama.cpp's server
_LOOP = "token repeat limit"  # of 0.34.2, llm/llama_server.go: after 100 equal tokens; before, it ended without a word


@dataclass(frozen=True)
class OllamaServer:
    """A model that Ollama serves."""

    wire: Wire
    model: str

    def describe(self) -> Served:
        """What ``/api/show``, ``/api/tags`` and ``/api/ps`` say of the model."""
        version = self._version
        try:
            shown = self.wire.post("/api/show", {"model": self.model})
        except StatusError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            raise without_model(self.wire.base, self.model, self._digests) from None
        options = parameters(text(shown.get("parameters")))
        stops = options.pop("stop", [])
        limit = count(options.get("num_predict"))
        template = shown.get("template")
        return Served(
            name=self.model,
            server=f"Ollama {version}".strip(),
            digest=listed_as(self.model, self._digests) or "",
            template=template if isinstance(template, str) else None,
            system=text(shown.get("system")),
            stops=tuple(stops),
            limit=limit or None,  # 0 is none, as is a negative one
            context=self._loaded_context or count(options.get("num_ctx")),
            options=options,
            rendering=_is_from(version, _RENDERING),
            tools=_takes_tools(shown),
            engine="llama-server" if _is_from(version, _LLAMA_SERVER) else "runner",
        )

    def ask(self, question: Question) -> Reply:
        """The answer, streamed by ``/api/chat``.

        Asked first is with ``truncate: false``: Ollama's default drops the oldest messages, then the middle, of a
        prompt that does not fit, and nothing in its answer tells. Models that cannot go on without the beginning
        refuse such a prompt.
        """
        for cut in (False, True):
            try:
                return replace(self._streamed(question, {} if cut else {"truncate": False}), overlong=cut)
            except StatusError as error:
                if says_no_tools(error):
                    return Reply("", reason="refused")
                if not says_too_long(error):
                    raise
        return Reply("", reason="refused", overlong=True)

    def _streamed(self, question: Question, more: Mapping[str, Any]) -> Reply:
        pieces: list[str] = []
        calls: tuple[Call, ...] = ()
        last: Mapping[str, Any] = {}
        thoughts = 0
        with closing(self.wire.lines("/api/chat", self._body(question, stream=True) | dict(more))) as lines:
            for line in lines:
                answer = self.wire.parsed(line)
                if (error := self.wire.broken_off(answer)) is not None:
                    if _LOOP in str(error):
                        break
                    raise error
                done = answer.get("done") is True
                calls += _calls(answer)
                thinks = bool(mapping(answer.get("message")).get("thinking"))
                thoughts += thinks
                if (piece := _content(answer)) or not (done or thinks):
                    pieces.append(piece)
                if done:
                    last = answer
                    break
                if (left := question.hung_up(pieces, thoughts)) is not None:
                    return left
        return replace(_reply("".join(pieces), calls, last), pieces=tuple(pieces), thoughts=thoughts)

    def ask_whole(self, question: Question) -> Reply:
        """The answer in one piece, by ``/api/chat``."""
        answer = self.wire.post("/api/chat", self._body(question, stream=False), at_length=True)
        return _reply(_content(answer), _calls(answer), answer)

    def rendered(self, question: Question) -> str | None:
        """The prompt that ``_debug_render_only`` shows, without the BOS that the tokenizer adds; nothing is cut."""
        body = self._body(question, stream=False) | {"_debug_render_only": True, "truncate": False}
        path = "/api/chat"
        if question.single:
            path, texts = "/api/generate", {str(one["role"]): one["content"] for one in body.pop("messages")}
            body |= {"prompt": texts["user"]} | ({"system": texts["system"]} if "system" in texts else {})
        shown = mapping(self.wire.post(path, body).get("_debug_info")).get("rendered_template")
        return shown if isinstance(shown, str) else None

    def _body(self, question: Question, *, stream: bool) -> dict[str, Any]:
        options = dict(question.options)
        if question.stops is not None:
            options["stop"] = list(question.stops)
        if question.limit is not None:
            options["num_predict"] = question.limit
        tools = {"tools": list(question.tools)} if question.tools else {}
        asked = {"model": self.model, "messages": for_ollama(question.messages), **tools}
        return asked | {"options": options, "stream": stream}

    @property
    def _version(self) -> str:
        """The server's version: llama.cpp's has some of Ollama's interface, but tells none."""
        try:
            return text(self.wire.get("/api/version").get("version"))
        except StatusError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            raise ServerError(f"{error} (`--api openai`?)") from None

    @cached_property
    def _digests(self) -> Mapping[str, str]:
        """Model -> digest, of all that the server has; none if it does not say."""
        try:
            models = listed(self.wire.get("/api/tags").get("models"))
        except StatusError:
            return {}
        return {text(model.get("name")): text(model.get("digest")) for model in models}

    @property
    def _loaded_context(self) -> int | None:
        """Tokens of the context with which the model is loaded; None if it is not, or the server does not say."""
        try:
            models = listed(self.wire.get("/api/ps").get("models"))
        except StatusError:
            return None
        return listed_as(self.model, {text(one.get("name")): count(one.get("context_length")) for one in models})


def _content(answer: Mapping[str, Any]) -> str:
    return text(mapping(answer.get("message")).get("content"))


def _calls(answer: Mapping[str, Any]) -> tuple[Call, ...]:
    return calls_of(mapping(answer.get("message")).get("tool_calls"))


def _takes_tools(shown: Mapping[str, Any]) -> bool | None:
    """By the model's capabilities, which Ollama tells from 0.6.4 on."""
    capabilities = shown.get("capabilities")
    return "tools" in capabilities if isinstance(capabilities, list) else None


def _reply(said: str, calls: tuple[Call, ...], last: Mapping[str, Any]) -> Reply:
    """The reply whose last object is this one."""
    nanoseconds = count(last.get("total_duration"))
    return Reply(
        said,
        reason=text(last.get("done_reason")) if last.get("done") is True else None,
        tokens=count(last.get("eval_count")),
        prompt_tokens=count(last.get("prompt_eval_count")),
        seconds=None if nanoseconds is None else nanoseconds / _NANO,
        calls=calls,
    )


def _is_from(version: str, first: tuple[int, ...]) -> bool:
    """Whether a version is this one or a later one; builds without a number (0.0.0) are taken for new ones."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:3])
    return not any(numbers) or numbers >= first
