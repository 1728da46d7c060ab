"""Bodies of OpenAI's Responses, brought into the shape of its chat completions (openai-python, types/responses)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunespec.inference.chunks import CUT
from tunespec.inference.fields import count, listed, mapping, text

_UNENDED = ("in_progress", "queued", "cancelled")
_LIMITS = ("max_output_tokens", "max_tokens")  # OpenAI's word, and vLLM's


def is_response(body: Mapping[str, Any]) -> bool:
    """Whether a body is one of OpenAI's Responses, rather than a completion."""
    return body.get("object") == "response" and isinstance(body.get("output"), list)


def as_completion(body: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """The same as a chat completion, with the messages and tools of its request, as far as they are known."""
    items = listed(body.get("output"))
    said = "".join(map(_said, items))
    calls = [
        {"function": {"name": item.get("name"), "arguments": item.get("arguments")}}
        for item in items
        if item.get("type") == "function_call"
    ]
    message = {
        "role": "assistant",
        "content": said if said or calls else None,
        **({"tool_calls": calls} if calls else {}),
    }
    told = {"choices": [{"index": 0, "message": message, "finish_reason": _reason(body)}], "usage": body.get("usage")}
    return {**told, "error": body.get("error"), **_asked(body, request)}


def _said(item: Mapping[str, Any]) -> str:
    """The text of an item; what a model notes on its way is none of its answer, nor are its thoughts."""
    if item.get("type") != "message" or item.get("phase") == "commentary":
        return ""
    return "".join(text(part.get("text")) or text(part.get("refusal")) for part in listed(item.get("content")))


def _reason(body: Mapping[str, Any]) -> str | None:
    if body.get("status") in _UNENDED:
        return CUT
    if body.get("status") == "incomplete":
        why = mapping(body.get("incomplete_details")).get("reason")
        return "length" if why in _LIMITS else None
    if body.get("status") != "completed":
        return None
    most, wrote = count(body.get("max_output_tokens")), count(mapping(body.get("usage")).get("output_tokens"))
    return "length" if most and wrote is not None and wrote >= most else "stop"  # Ollama 0.34 calls both completed


def _asked(body: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    given = request.get("input", body.get("input"))
    said = text(request.get("instructions")) or text(body.get("instructions"))
    messages = [{"role": "system", "content": said}] if said else []
    if isinstance(given, str):
        messages.append({"role": "user", "content": given})
    messages += [
        {"role": text(one["role"]).replace("developer", "system"), "content": _content(one.get("content"))}
        for one in listed(given)
        if "role" in one
    ]
    tools = [
        _tool(tool) for tool in listed(request.get("tools") or body.get("tools")) if tool.get("type") == "function"
    ]
    is_asked = any(message["role"] == "user" for message in messages)
    return ({"messages": messages} if is_asked else {"system": said}) | ({"tools": tools} if tools else {})


def _content(value: Any) -> str:
    return value if isinstance(value, str) else "".join(text(part.get("text")) for part in listed(value))


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    """A tool as chat completions have it."""
    if "function" in tool:
        return dict(tool)
    return {
        "type": "function",
        "function": {key: value for key, value in tool.items() if key not in {"type", "strict"}},
    }
