"""Whether Ollama passes a TEMPLATE over for the chat template in the model file, as it does from 0.30 on.

Source: Ollama 0.34.2, ``server/images.go`` (``shouldPreferChatTemplate``: where that template can more than the
TEMPLATE, told by words in its text, and ``OLLAMA_GO_TEMPLATE`` is not set) and ``thinking/template.go``.
"""

from __future__ import annotations

_SPLITS = ("content.split('</think>')", 'content.split("</think>")')


def outranks(chat_template: str) -> bool:
    """Whether a chat template comes before a TEMPLATE that has neither tools nor thinking."""
    if "tools" in chat_template or "tool_call" in chat_template:
        return True
    if "<think>" in chat_template and "</think>" in chat_template:
        return True
    reads = any(split in chat_template for split in _SPLITS)
    return reads and "reasoning_content" not in chat_template and "<SPECIAL_12>" not in chat_template
