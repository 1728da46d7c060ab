"""OpenAI's interface, as vLLM, llama.cpp's server, LM Studio and others serve it.

It has no word for a model's own stop sequences, its template or its limit, and cannot switch stop sequences off: an
empty `stop` is none of the caller's. What llama.cpp's server tells beside it (`/props`, `/apply-template`; its
tools/server/README.md) and vLLM's `max_model_len` are used where they are there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from tunespec.inference.answered import Reply, Served
from tunespec.inference.choice_ends import reason_of, stop_of
from tunespec.inference.errors import ServerError
from tunespec.inference.fields import count, listed, mapping, text
from tunespec.inference.server import Question, listed_as, says_no_tools, says_too_long, without_model
from tunespec.inference.tool_calls import calls_of, for_openai, joined_calls
from tunespec.inference.wire import NoJsonError, StatusError, Wire

# Options by Ollama's names that OpenAI's interface has, too.
_OPTIONS = ("temperature", "seed", "top_p", "presence_penalty", "frequency_penalty")
_KINDS = {"llamacpp": "llama.cpp", "vllm": "vLLM"}  # by what a server says of a model's owner
_THOUGHTS = ("reasoning_content", "reasoning")  # llama.cpp and vLLM; vLLM since 0.12
_NO_TEXT = ("role", *_THOUGHTS)  # of a stream: who speaks, and thoughts, are no pieces of the answer
_NEWER = re.compile(r"\buse '?max_completion_tokens", re.IGNORECASE)
_NO_COUNTS: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True)
class OpenAIServer:
    """A model that some server serves by OpenAI's interface; the wire's base is without ``/v1``."""

    wire: Wire
    model: str

    def describe(self) -> Served:
        """What ``/v1/models`` says of the model, and llama.cpp's ``/props``."""
        models = {text(model.get("id")): model for model in listed(self.wire.get("/v1/models").get("data"))}
        model = listed_as(self.model, models)  # Ollama has this interface, too
        if model is None:
            raise without_model(self.wire.base, self.model, models)
        settings = mapping(self._props.get("default_generation_settings"))
        limits = mapping(settings.get("params"))
        template = self._props.get("chat_template")
        owner = text(model.get("owned_by"))
        return Served(
            name=self.model,
            server=f"{_KINDS.get(owner, 'OpenAI-compatible server')} {self._version(owner)}".strip(),
            template=template if isinstance(template, str) else None,
            limit=count(limits.get("n_predict")) or None,
            context=count(settings.get("n_ctx")) or count(model.get("max_model_len")),
            options=limits,
            rendering=bool(self._props),
            tools=_truth(mapping(self._props.get("chat_template_caps")).get("supports_tools")),
            kind="llama.cpp" if self._props else "openai",
        )

    def ask(self, question: Question) -> Reply:
        """The answer, streamed as server-sent events; each of them is one line in all of these servers."""
        pieces: list[str] = []
        try:
            return _with_limit(lambda limit: self._streamed(question, limit, pieces))
        except ServerError as error:
            if pieces or not (says_no_tools(error) or says_too_long(error)):
                raise
            return Reply("", reason="refused", overlong=not says_no_tools(error))

    def _streamed(self, question: Question, limit: str, pieces: list[str]) -> Reply:
        parts: list[Mapping[str, Any]] = []
        last: Mapping[str, Any] = {}
        counts, thoughts = _NO_COUNTS, 0
        with closing(self.wire.lines("/v1/chat/completions", self._body(question, limit, stream=True))) as lines:
            for event in self._events(lines):
                counts = _counts(event) or counts
                choice = next(iter(listed(event.get("choices"))), {})
                last = choice if text(choice.get("finish_reason")) else last
                delta = mapping(choice.get("delta"))
                parts += listed(delta.get("tool_calls"))
                thoughts += any(delta.get(key) for key in _THOUGHTS)
                said = text(delta.get("content"))
                if said or (choice and not last and not any(delta.get(key) for key in _NO_TEXT)):
                    pieces.append(said)
                if not last and (left := question.hung_up(pieces, thoughts)) is not None:
                    return left
        reply = _reply("".join(pieces), last, counts)
        return replace(reply, pieces=tuple(pieces), calls=joined_calls(parts), thoughts=thoughts)

    def ask_whole(self, question: Question) -> Reply:
        """The answer in one piece."""
        return _with_limit(lambda limit: self._whole(question, limit))

    def _whole(self, question: Question, limit: str) -> Reply:
        answer = self.wire.post("/v1/chat/completions", self._body(question, limit, stream=False), at_length=True)
        self._refuse_error(answer)
        choice = next(iter(listed(answer.get("choices"))), {})
        message = mapping(choice.get("message"))
        reply = _reply(text(message.get("content")), choice, _counts(answer) or _NO_COUNTS)
        return replace(reply, calls=calls_of(message.get("tool_calls")))

    def rendered(self, question: Question) -> str | None:
        """The prompt that llama.cpp's ``/apply-template`` shows; None of another server."""
        if question.single or not self._props:
            return None
        prompt = self.wire.post("/apply-template", _conversation(question)).get("prompt")
        return prompt if isinstance(prompt, str) else None

    def _body(self, question: Question, limit: str, *, stream: bool) -> dict[str, Any]:
        body = {key: question.options[key] for key in _OPTIONS if key in question.options}
        if question.stops:
            body["stop"] = list(question.stops)
        if question.limit is not None:
            body[limit] = question.limit
        if stream:
            body["stream_options"] = {"include_usage": True}
        return body | _conversation(question) | {"model": self.model, "stream": stream}

    def _events(self, lines: Iterator[bytes]) -> Iterator[Mapping[str, Any]]:
        """The data of the events; comments, which keep a connection alive, and other fields say nothing."""
        for line in lines:
            field, _, value = line.strip().partition(b":")
            if field == b"data" and value.strip() == b"[DONE]":
                return
            if field == b"data":
                event = self.wire.parsed(value)
                self._refuse_error(event)
                yield event
            elif field == b"error":  # llama.cpp's, before 2025
                self._refuse_error({"error": value.decode(errors="replace").strip() or "no reason given"})
            elif field not in {b"", b"event", b"id", b"retry"}:
                self.wire.parsed(line)  # an error without a stream
                raise NoJsonError(f"{self.wire.base} answered in one piece where a stream was asked for")

    def _refuse_error(self, answer: Mapping[str, Any]) -> None:
        if (error := self.wire.broken_off(answer)) is not None:
            raise error

    @cached_property
    def _props(self) -> Mapping[str, Any]:
        """What llama.cpp's server tells of itself; empty of another one. LM Studio answers any path with 200."""
        props = self._told("/props")
        return props if isinstance(props.get("default_generation_settings"), dict) else {}

    def _version(self, owner: str) -> str:
        if self._props:
            return text(self._props.get("build_info"))
        return text(self._told("/version").get("version")) if owner == "vllm" else ""

    def _told(self, path: str) -> Mapping[str, Any]:
        try:
            return self.wire.get(path)
        except (StatusError, NoJsonError):
            return {}


def _conversation(question: Question) -> dict[str, Any]:
    tools = {"tools": list(question.tools)} if question.tools else {}
    return {"messages": for_openai(question.messages), **tools}


def _with_limit(ask: Callable[[str], Reply]) -> Reply:
    """What is answered to the older name of a limit, else to the newer one.

    Some servers pass over a name that they do not know (llama-cpp-python #1907: `max_completion_tokens`); the newer
    models of OpenAI's refuse the older one, and say so.
    """
    try:
        return ask("max_tokens")
    except StatusError as error:
        if _NEWER.search(str(error)) is None:
            raise
    return ask("max_completion_tokens")


def _reply(said: str, last: Mapping[str, Any], counts: tuple[int | None, int | None]) -> Reply:
    """The reply whose choice ended so."""
    return Reply(said, reason_of(text(last.get("finish_reason"))), *counts, stop=stop_of(last))


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _counts(answer: Mapping[str, Any]) -> tuple[int | None, int | None] | None:
    """Tokens of the answer and of the prompt, if this object tells of them."""
    if not isinstance(usage := answer.get("usage"), dict):
        return None
    return count(usage.get("completion_tokens")), count(usage.get("prompt_tokens"))
