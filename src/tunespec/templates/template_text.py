"""Whether a Jinja file is a chat template, by what it reads."""

from __future__ import annotations

import re

_ROLE = re.compile(rb"""\.role\b|\[\s*["']role["']\s*\]|get\(\s*["']role["']""")


def is_chat_template(content: bytes) -> bool:
    """A page with flashed messages has `messages`, too, and perhaps `role="alert"`."""
    return b"messages" in content and _ROLE.search(content) is not None


def why_no_template(content: bytes) -> str:
    """Why a Jinja file's content is none, as a message says it."""
    if not content.strip():
        return "the file is empty"
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return f"it is no text (byte {error.start} is no UTF-8)"
    return "it reads no message's role"
