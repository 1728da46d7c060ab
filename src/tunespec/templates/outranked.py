"""Whether Ollama passes a TEMPLATE over for the chat template in the model file, as it does from 0.30 on.

It counts what each of them can, told by words in its text, and takes the one that can more. Nothing of that is said,
and only ``OLLAMA_GO_TEMPLATE`` on the server, a RENDERER or a PARSER stops it.

Source: Ollama 0.34.2, ``server/images.go`` (``shouldPreferChatTemplate``) and ``thinking/template.go``.
"""

from __future__ import annotations

from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.thinking_tags import thinking_tags

_TOOLS, _THINKING, _INSERT = "tools", "thinking", "insert"
_RESULTS = "the results of tool calls"
_SPLITS = ("content.split('</think>')", 'content.split("</think>")')
_CALLS = ("tool_calls", "assistant_tool_call")
_ANSWERS = (
    "tool_response",
    "tool_results",
    "ipython",
    *(f"role{close}] == {quote}tool{quote}" for close in "'\"" for quote in "'\""),
    "message.role == 'tool'",
    'message.role == "tool"',
)
_GO_ANSWERS = ('eq .Role "tool"', "tool_response", "TOOL_RESULTS")


def outranks(chat_template: str, template: OllamaTemplate) -> bool:
    """Whether Ollama prefers the model file's chat template to a TEMPLATE."""
    return bool(ahead(chat_template, template))


def ahead(chat_template: str, template: OllamaTemplate) -> tuple[str, ...]:
    """What a chat template can, for which Ollama prefers it to a TEMPLATE, in words; empty if the TEMPLATE is used."""
    can, own = _of_chat(chat_template), _of_go(template)
    returns, own_returns = _TOOLS in can and _reads_results(chat_template), _goes_round(template)
    if len(can) > len(own):
        return () if own_returns and not returns else tuple(sorted(can - own))
    return (_RESULTS,) if can == own and returns and not own_returns else ()


def _of_chat(text: str) -> frozenset[str]:
    can = {_TOOLS: "tools" in text or "tool_call" in text, _THINKING: _thinks(text)}
    return frozenset(name for name, there in can.items() if there)


def _thinks(text: str) -> bool:
    if "<think>" in text and "</think>" in text:
        return True
    reads = any(split in text for split in _SPLITS)
    return reads and "reasoning_content" not in text and "<SPECIAL_12>" not in text


def _reads_results(text: str) -> bool:
    return any(word in text for word in _CALLS) and any(word in text for word in _ANSWERS)


def _of_go(template: OllamaTemplate) -> frozenset[str]:
    can = {
        _TOOLS: template.mentions_tools,
        _INSERT: "suffix" in template.variables,
        _THINKING: all(thinking_tags(template.template.main)),
    }
    return frozenset(name for name, there in can.items() if there)


def _goes_round(template: OllamaTemplate) -> bool:
    return {"tools", "toolcalls"} <= template.variables and any(word in template.text for word in _GO_ANSWERS)
