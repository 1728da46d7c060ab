"""Streams of OpenAI's interface and of TGI, saved as they came: the parts of an answer become the body it makes.

OpenAI: `chat.completion.chunk`, `text_completion` and the events of its Responses (openai-python, types/chat, types/
responses). TGI: the events of `/generate_stream` (text-generation-inference, router/src/lib.rs, StreamResponse).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tunespec.inference.event_lines import is_done
from tunespec.inference.fields import count, listed, mapping, text
from tunespec.inference.streams import Numbered
from tunespec.inference.tool_calls import in_openais_form, joined_calls

CUT = "abort"
"""The reason of an answer whose stream ends before it does: vLLM's own word for one that was broken off."""
_LAST = ("response.completed", "response.incomplete", "response.failed")
_COMPLETIONS = ("chat.completion.chunk", "text_completion")

Record = Mapping[str, Any]
Parts = Sequence[Record]


class _Form(NamedTuple):
    """How one interface streams.

    ``key`` tells streams apart whose parts stand mixed, ``is_over`` whether a part belongs to another stream than those
    before it, and ``whole`` is the body that they make.
    """

    key: Callable[[Record], Hashable]
    is_over: Callable[[Record, _Stream], bool]
    whole: Callable[[Parts], dict[str, Any]]


@dataclass
class _Stream:
    """The parts of one answer so far; ``ended`` are the numbers of the choices that gave a reason for their end."""

    form: _Form
    parts: list[Numbered] = field(default_factory=list)
    ended: set[int] = field(default_factory=set)

    @property
    def last(self) -> Record:
        """The newest part."""
        return self.parts[-1].row.data or {}

    def add(self, part: Numbered) -> None:
        """Go on with a part."""
        self.parts.append(part)
        for number, found in _choices([self.last]).items():
            if any(choice.get("finish_reason") for choice in found):
                (self.ended.discard if _reason(found) == CUT else self.ended.add)(number)


def whole_answers(rows: Iterable[Numbered]) -> Iterator[Numbered]:
    """The rows, of which the parts of one answer are one row, where the first of them stands.

    Answers that were streamed at the same time may stand mixed, as far as they have an ``id``. A part of the stream
    that is no choice's, such as the usage, is no answer.
    """
    streams: dict[Hashable, _Stream] = {}
    latest: Hashable = None
    for numbered in rows:
        data = numbered.row.data
        form = None if data is None else _form(data, streams)
        if data is None or form is None:
            if is_done(numbered.row):
                yield from _ended(streams, latest)
            else:
                yield numbered
            continue
        latest = form.key(data)
        if latest in streams and form.is_over(data, streams[latest]):
            yield from _whole(streams.pop(latest))
        streams.setdefault(latest, _Stream(form)).add(numbered)
    for stream in streams.values():
        yield from _whole(stream)


def is_part(data: Record) -> bool:
    """Whether a record is a part of an answer that goes on."""
    return _form(data, {}) is not None


def _form(data: Record, streams: Mapping[Hashable, Any]) -> _Form | None:
    if text(data.get("type")).startswith("response."):
        return _EVENTS
    if isinstance(data.get("token"), dict) and "generated_text" in data:
        return _TOKENS
    if data.get("object") not in _COMPLETIONS or not isinstance(choices := data.get("choices"), list):
        return None
    goes_on = not choices or any(choice.get("finish_reason") is None for choice in listed(choices))
    if data["object"] == "text_completion" and not goes_on and _COMPLETION.key(data) not in streams:
        return None  # a body: the last part of a stream looks like one
    return _COMPLETION


def _ended(streams: dict[Hashable, _Stream], latest: Hashable) -> Iterator[Numbered]:
    """The stream that ``[DONE]`` ended: without an ``id``, the next one has the same key."""
    if latest in streams and not (streams[latest].parts[0].row.data or {}).get("id"):
        yield from _whole(streams.pop(latest))


def _whole(stream: _Stream) -> Iterator[Numbered]:
    first, body = stream.parts[0], stream.form.whole([part.row.data or {} for part in stream.parts])
    if body:
        yield Numbered(first.number, first.row._replace(data=body))


def _choices(parts: Iterable[Record]) -> dict[int, list[Record]]:
    """The parts of each choice, by its number."""
    found: dict[int, list[Record]] = {}
    for choice in (choice for part in parts for choice in listed(part.get("choices"))):
        found.setdefault(count(choice.get("index")) or 0, []).append(choice)
    return dict(sorted(found.items()))


def _begins_again(data: Record, before: _Stream) -> bool:
    """Whether a part goes on with a choice that has ended: TGI gives all of its answers the same, empty ``id``."""
    return bool(before.ended & set(_choices([data])))


def _completion(parts: Parts) -> dict[str, Any]:
    choices = [_choice(number, found) for number, found in _choices(parts).items()]
    usage = next((part["usage"] for part in reversed(parts) if part.get("usage")), None)
    is_chat = parts[0]["object"] != "text_completion"
    told = {"object": "chat.completion" if is_chat else "text_completion", "choices": choices, "usage": usage}
    return {**parts[0], **told} if choices else {}


def _choice(number: int, parts: Parts) -> dict[str, Any]:
    told = {"index": number, "finish_reason": _reason(parts)}
    if not any("delta" in part for part in parts):
        return told | {"text": "".join(text(part.get("text")) for part in parts)}
    deltas = [mapping(part.get("delta")) for part in parts]
    said = "".join(text(delta.get("content")) or text(delta.get("refusal")) for delta in deltas)
    old = [{"function": delta["function_call"]} for delta in deltas if delta.get("function_call")]
    calls = joined_calls([call for delta in deltas for call in listed(delta.get("tool_calls"))] or old)
    called = {"tool_calls": list(map(in_openais_form, calls))} if calls else {}
    return told | {"message": {"role": "assistant", "content": said, **called}}


def _reason(parts: Parts) -> str:
    return next((part["finish_reason"] for part in reversed(parts) if part.get("finish_reason")), CUT)


def _generated(parts: Parts) -> dict[str, Any]:
    last = parts[-1]
    if last.get("generated_text") is not None:
        return {**parts[0], **last}
    tokens = [mapping(part.get("token")) for part in parts]
    said = "".join(text(token.get("text")) for token in tokens if not token.get("special"))
    return {**parts[0], "generated_text": said, "details": {"finish_reason": CUT}}


def _response(parts: Parts) -> dict[str, Any]:
    """The last event holds all of it; without one it is what the text's own events say."""
    told: dict[str, Any] = dict(next((part["response"] for part in reversed(parts) if _holds(part)), {}))
    if parts[-1].get("type") in _LAST:
        return told
    said = "".join(text(part.get("delta")) for part in parts if part.get("type") == "response.output_text.delta")
    output = [{"type": "message", "content": [{"type": "output_text", "text": said}]}]
    return {**told, "object": "response", "status": "in_progress", "output": output}


def _holds(part: Record) -> bool:
    return isinstance(part.get("response"), dict)


_COMPLETION = _Form(
    lambda data: (data["object"], str(data.get("id")), str(data.get("model"))), _begins_again, _completion
)
_TOKENS = _Form(lambda _: "token", lambda _, before: before.last.get("generated_text") is not None, _generated)
_EVENTS = _Form(
    lambda _: "event",
    lambda data, before: data.get("type") == "response.created" or before.last.get("type") in _LAST,
    _response,
)
