"""The names of languages behind an opening fence, and which parser answers for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tunespec.facts.syntax import Complaint
from tunespec.facts.syntax.data import json_complaint, toml_complaint, yaml_complaint
from tunespec.facts.syntax.python import python_complaint

# Names as highlight.js and Linguist know them. `python2`, `pycon`, `jsonc`, `json5`, `jsonl` have rules of their own.
_ALIASES: Mapping[str, str] = {
    "python": "python", "py": "python", "python3": "python", "py3": "python", "ipython": "python",
    "json": "json", "toml": "toml", "yaml": "yaml", "yml": "yaml",
    "javascript": "javascript", "js": "javascript", "jsx": "javascript", "mjs": "javascript", "node": "javascript",
    "typescript": "typescript", "ts": "typescript", "tsx": "tsx", "java": "java", "go": "go", "golang": "go",
    "rust": "rust", "rs": "rust", "c": "c", "cpp": "cpp", "c++": "cpp", "cc": "cpp", "sql": "sql",
}  # fmt: skip
SURE: Mapping[str, tuple[str, Callable[[str], Complaint | None]]] = {
    "python": ("Python", python_complaint),
    "json": ("JSON", json_complaint),
    "toml": ("TOML", toml_complaint),
    "yaml": ("YAML", yaml_complaint),
}


def canonical_language(name: str) -> str:
    """One name for a language whose syntax can be judged; others have an empty one."""
    return _ALIASES.get(name, "")
