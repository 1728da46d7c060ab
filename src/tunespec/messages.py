"""Lists of messages, in the dialects of OpenAI, ShareGPT, LlamaFactory and mistral-finetune, into turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from tunespec.conversation import REASONING, Turn
from tunespec.reading.lines import kind_of
from tunespec.shown import MEDIA_KEYS, shown

_TEXT_KEYS = ("content", "value", "text")
# Types of parts that are no text of the turn, of OpenAI, Anthropic, Qwen and TRL; the second ones show nothing.
_SHOWN = frozenset(
    "image image_url input_image audio audio_url input_audio video video_url file input_file document"
    " tool_result".split()
)
_UNSHOWN = frozenset({"reasoning", "thinking", "tool_use"})


class WrongTypeError(ValueError):
    """A value of a record has a type that trainers refuse; the text says which."""


def turns_of(messages: Any, where: str, roles: Mapping[str, str]) -> tuple[Turn, ...]:
    """Turns of a list of messages.

    Args:
        messages: the raw value.
        where: its key, for error messages.
        roles: role name in lower case -> canonical role.

    Raises:
        WrongTypeError: for a value that is no list of messages.
    """
    if isinstance(messages, str) and messages.lstrip().startswith("["):  # CSV cells hold JSON
        messages = _from_json(messages)
    if isinstance(messages, dict):
        messages = [messages]
    if not isinstance(messages, list):
        raise WrongTypeError(f"{where} is {kind_of(messages)}, not a list of messages")
    if not messages:
        raise WrongTypeError(f"{where} is an empty list")
    turns: list[Turn] = []
    for i, message in enumerate(messages):
        if isinstance(message, dict) and len(message) == 2:  # the usual case, by far the fastest without a call
            named, text = message.get("role"), message.get("content")
            if isinstance(named, str) and named in roles and isinstance(text, str):
                turns.append(Turn(roles[named], text, named))
                continue
        turns.append(_turn(message, (where, i), roles))
    return tuple(turns)


def _from_json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _turn(message: Any, place: tuple[str, int], roles: Mapping[str, str]) -> Turn:
    if not isinstance(message, dict):
        raise WrongTypeError(f"{_at(place)} is {kind_of(message)}, not a message")
    named = message.get("role", message.get("from"))
    if not isinstance(named, str):
        raise WrongTypeError(f"{_at(place)} has no role")
    role = roles.get(named) or roles.get(named.strip().lower(), "unknown")
    calls = _calls(message.get("tool_calls"), place)
    legacy = message.get("function_call")
    if legacy:
        calls = [*calls, {"function": legacy}]
    value = next((message[key] for key in _TEXT_KEYS if message.get(key) is not None), None)
    thinking = next((thought for key in REASONING if isinstance(thought := message.get(key), str) and thought), "")
    media = () if MEDIA_KEYS.isdisjoint(message) else [message[key] for key in sorted(MEDIA_KEYS & message.keys())]
    seen = shown(media) if media else ""
    excused = bool(calls or message.get("reasoning_content") or thinking or seen) or message.get("weight") == 0
    if isinstance(value, str):
        answers = message.get("tool_call_id")
        answered = answers if isinstance(answers, str) else None
        return Turn(role, value, named, tuple(calls), excused, answered, thinking, seen)
    if value is None:
        if not excused and not any(key in message for key in _TEXT_KEYS):
            raise WrongTypeError(f"{_at(place)} has no content")
        return Turn(role, "", named, tuple(calls), excused, None, thinking, seen)
    parts = _parts(value, _at(place))
    excused = excused or parts.textless or bool(parts.calls)
    seen = shown([*media, *parts.shown]) if parts.shown else seen
    return Turn(role, "\n".join(parts.texts), named, (*calls, *parts.calls), excused, None, thinking, seen)


def _calls(value: Any, place: tuple[str, int]) -> list[Any]:
    """A message's ``tool_calls``: a list, one call, or the JSON text of either."""
    if isinstance(value, str):
        value = _from_json(value)
    if not value:
        return []
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        raise WrongTypeError(f"{_at(place)}.tool_calls is {kind_of(value)}")
    return value


def _at(place: tuple[str, int]) -> str:
    return f"{place[0]}[{place[1]}]"


class _Parts(NamedTuple):
    """Content parts by what they are; ``textless`` where some hold no text, though they may be all that is said."""

    texts: list[str]
    calls: list[Any]
    shown: list[Any]
    textless: bool


def _parts(value: Any, where: str) -> _Parts:
    """A list of content parts.

    In a system message the part ``tools`` declares the tools (LlamaFactory's v1 format); it comes back as a call too.
    """
    if not isinstance(value, list):
        raise WrongTypeError(f"{where}.content is {kind_of(value)}")
    texts: list[str] = []
    calls: list[Any] = []
    shown_parts: list[Any] = []
    textless = False
    for part in value:
        if isinstance(part, str):
            texts.append(part)
            continue
        if not isinstance(part, dict):
            raise WrongTypeError(f"{where}.content holds {kind_of(part)}")
        type_ = part.get("type", "text")
        if not isinstance(type_, str):
            raise WrongTypeError(f"{where}.content holds a part whose type is {kind_of(type_)}")
        content = part.get("text", part.get("value"))
        if type_ in {"tools", "tool_calls", "tool_call"}:
            calls.append(_from_json(content) if isinstance(content, str) else content)
        elif type_ in _SHOWN or type_ in _UNSHOWN:
            textless = True
            if type_ in _SHOWN:
                shown_parts.append({key: held for key, held in part.items() if key != "type"})
        elif isinstance(content, str):
            texts.append(content)
    return _Parts(texts, calls, shown_parts, textless)
