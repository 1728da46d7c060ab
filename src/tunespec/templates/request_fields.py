"""The keys of each sort of request that Ollama reads, and how a request's sort shows.

Source: Ollama 0.34.2, ``api/types.go`` (``ChatRequest``, ``GenerateRequest``, ``Message``) and ``openai/openai.go``.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Literal

from tunespec.templates.ollama_parameters import TYPES, closest_parameter

Kind = Literal["chat", "generate", "options", "openai-chat", "openai-completion"]

_BOTH = frozenset("model stream format keep_alive options think truncate shift _debug_render_only".split())
_BOTH_OPENAI = frozenset(
    "model stream stream_options max_tokens seed stop temperature frequency_penalty presence_penalty top_p logprobs "
    "_debug_render_only".split(),
)
FIELDS: dict[Kind, frozenset[str]] = {
    "chat": _BOTH | frozenset("messages tools logprobs top_logprobs".split()),
    "generate": _BOTH | frozenset("prompt suffix system template context raw images logprobs top_logprobs".split()),
    "options": frozenset(["options"]),
    "openai-chat": _BOTH_OPENAI
    | frozenset("messages tools response_format reasoning reasoning_effort top_logprobs".split()),
    "openai-completion": _BOTH_OPENAI | frozenset("prompt suffix".split()),
}
PATHS: dict[Kind, str] = {
    "chat": "/api/chat",
    "generate": "/api/generate",
    "options": "options",
    "openai-chat": "/v1/chat/completions",
    "openai-completion": "/v1/completions",
}
MESSAGE_FIELDS = frozenset("role content thinking images tool_calls tool_name tool_call_id".split())
# OpenAI's own keys that say nothing about the text: not worth a word.
BOOKKEEPING = frozenset("user metadata store service_tier safety_identifier prompt_cache_key".split())
_ONLY_OLLAMA = frozenset("options keep_alive format think truncate shift raw template system context images".split())
_OPENAI_NAMES = frozenset("max_completion_tokens n logit_bias tool_choice response_format stream_options user".split())
# A Hugging Face generation_config.json names its settings almost as Ollama does.
_FOREIGN = frozenset("transformers_version do_sample eos_token_id bos_token_id pad_token_id learning_rate".split())
_INSTEAD = {("chat", "prompt"): "messages", ("chat", "system"): "messages", ("openai-chat", "prompt"): "messages"}
_OPENAI_SIGNS = (_BOTH_OPENAI | _OPENAI_NAMES) - frozenset("model stream logprobs _debug_render_only".split())


def kind_of(body: Mapping[str, Any]) -> Kind | None:
    """The sort of a request body, by its keys, which Go reads in any case; None if it is no request.

    ``stop`` or ``max_tokens`` beside messages makes OpenAI's sort, unless a key that only Ollama has is there too.
    """
    keys = {key.lower() for key in body}
    openai = bool(keys & _OPENAI_SIGNS) and not keys & _ONLY_OLLAMA
    if "messages" in keys:
        return "openai-chat" if openai else "chat"
    if "prompt" in keys:
        return "openai-completion" if openai else "generate"
    if keys & {"template", "system"} and keys & {"model", "options"}:
        return "generate"
    if isinstance(body.get("options"), dict):
        return "options"
    if keys & _FOREIGN:
        return None
    known = [key for key in body if key in TYPES or closest_parameter(key)]
    return "options" if known and 2 * len(known) >= len(body) else None


def foreign_keys(body: Mapping[str, Any]) -> list[str]:
    """The keys that neither Ollama nor OpenAI has, and that are no slip for one of an endpoint's."""
    kind = kind_of(body)
    known = frozenset[str]().union(*FIELDS.values(), BOOKKEEPING, _OPENAI_NAMES)
    return [key for key in body if key.lower() not in known and (kind is None or closest_key(key, kind) is None)]


def closest_key(key: str, kind: Kind) -> str | None:
    """The key that was probably meant, with ``options.`` before it where Ollama wants it there."""
    if (kind, key) in _INSTEAD:
        return _INSTEAD[kind, key]
    if kind in {"chat", "generate"}:
        near = get_close_matches(key.lower(), FIELDS[kind], n=1, cutoff=0.8)
        parameter = closest_parameter(key)
        return near[0] if near else f"options.{parameter}" if parameter else None
    if kind == "options":
        return f"options.{parameter}" if (parameter := closest_parameter(key)) else None
    if key in {"max_completion_tokens", "num_predict", "max_new_tokens"}:
        return "max_tokens"
    parameter = closest_parameter(key)
    if parameter in FIELDS[kind] or parameter == key:  # Ollama's own parameter, which OpenAI's routes do not pass on
        return parameter if parameter in FIELDS[kind] else None
    near = get_close_matches(key.lower(), FIELDS[kind], n=1, cutoff=0.8)
    return near[0] if near else None
