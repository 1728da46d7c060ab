"""The vocabulary in a ``tokenizer.json``: its added tokens, and whether it has a token of a certain text.

The file may hold 30 MB, most of it merges. Only its list of added tokens is parsed; a text is looked for as a JSON
string, which it is nowhere but in the vocabulary. Source: tokenizers 0.22 (``added_tokens`` stands before ``model``).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

VOCABULARY = "tokenizer.json"  # the file's name

_LARGEST = 256 << 20  # bytes
_ADDED = re.compile(rb'"added_tokens"\s*:\s*(?=\[)')
_MODEL = re.compile(rb'"model"\s*:\s*\{')
_LONGEST = 8 << 20  # bytes of the list of added tokens


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer's tokens.

    Args:
        path: its ``tokenizer.json``.
        added: the text of each added token, and whether it is a special one.
    """

    path: Path
    added: tuple[tuple[str, bool], ...]

    def holds(self, text: str) -> bool:
        """Whether there is a token of that text, added or not."""
        if text in dict(self.added):
            return True
        content = _content(self.path) or b""
        forms = {json.dumps(text, ensure_ascii=ascii_only).encode() for ascii_only in (False, True)}
        return any(re.search(rb"(?<!\\)" + re.escape(form) + rb"\s*[:,]", content) for form in forms)


def read_vocabulary(path: Path) -> Vocabulary | None:
    """The vocabulary of a ``tokenizer.json``; None if the file is not there, or is none."""
    content = _content(path)
    if content is None or _MODEL.search(content) is None:
        return None
    begins = _ADDED.search(content)
    if begins is None:
        return Vocabulary(path, ())
    listed = content[begins.end() : begins.end() + _LONGEST].decode("utf-8", errors="replace")
    try:
        entries, _ = json.JSONDecoder().raw_decode(listed)
    except (ValueError, RecursionError):
        return None
    known = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("content"), str)]
    return Vocabulary(path, tuple((entry["content"], entry.get("special") is True) for entry in known))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST else None
    except OSError:
        return None
