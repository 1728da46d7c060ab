"""The real chat templates of the corpora, and conversations for them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
_TEMPLATES = CORPORA / "chat_templates"
NOW = datetime(2026, 3, 4, 5, 6, 7)  # noqa: DTZ001  local, as `strftime_now` tells it
TOKENS: dict[str, Any] = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
CALL = {"id": "call12345", "type": "function", "function": {"name": "weather", "arguments": {"city": "Köln <1>"}}}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather in a city.",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string", "description": "A city & its country"}},
                "required": ["city"],
            },
        },
    }
]
_SYSTEM = {"role": "system", "content": "You are brief."}
_USER = {"role": "user", "content": "How is <b>she</b>?\n"}
_ASSISTANT = {"role": "assistant", "content": "Well & good."}
CONVERSATIONS: dict[str, list[dict[str, Any]]] = {
    "user": [_USER],
    "system-user": [_SYSTEM, _USER],
    "user-assistant": [_USER, _ASSISTANT],
    "user-assistant-user": [_USER, _ASSISTANT, {"role": "user", "content": "And he?"}],
    "system-user-assistant-user": [_SYSTEM, _USER, _ASSISTANT, {"role": "user", "content": "And he?"}],
    "reasoning": [_USER, {**_ASSISTANT, "thinking": "Hm."}, _USER, {**_ASSISTANT, "reasoning_content": "Hm, hm."}],
    "tools": [
        _USER,
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "name": "weather", "tool_call_id": "call12345", "content": '{"sky": "grey"}'},
        {"role": "assistant", "content": "Grey."},
    ],
}


def real_templates() -> dict[str, str]:
    """Name -> source of each chat template of the corpora; empty without them."""
    found = {str(p.relative_to(_TEMPLATES)): p.read_text(encoding="utf-8") for p in _TEMPLATES.rglob("*.jinja")}
    for path in [*_TEMPLATES.glob("mistral.rs/*.json"), *CORPORA.glob("tokenizer_configs/*/tokenizer_config*.json")]:
        source = json.loads(path.read_text(encoding="utf-8")).get("chat_template")
        if isinstance(source, str):
            found[f"{path.parent.name}/{path.name}"] = source
    listed = _TEMPLATES / "ollama" / "testdata" / "templates.jsonl"
    for number, line in enumerate(listed.read_text(encoding="utf-8").splitlines() if listed.exists() else (), 1):
        ((name, source),) = json.loads(line).items()
        found[f"templates.jsonl:{number} {name}"] = source
    return dict(sorted(found.items()))


def cases() -> list[tuple[list[dict[str, Any]], bool, list[dict[str, Any]] | None]]:
    """Every conversation, with and without the generation prompt and tools."""
    return [(c, asked, tools) for c in CONVERSATIONS.values() for asked in (False, True) for tools in (None, TOOLS)]


def digest(renderings: list[Any]) -> str:
    """A short name for what a template made of all cases: ``[text, spans]`` of each, None where it failed."""
    return hashlib.sha256(json.dumps(renderings).encode()).hexdigest()[:16]
