"""What a file of a template pair is, by its name and content: a Modelfile, a chat template, a GGUF file, a request."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# What a file is taken for -> how the report says it.
ARTEFACTS: Mapping[str, str] = {
    "modelfile": "Modelfile",
    "jinja": "chat template",
    "tokenizer": "tokenizer configuration",
    "gguf": "model file",
    "request": "request",
}
_LARGEST = 32 << 20  # bytes of a JSON file that may be a tokenizer's or a request; tokenizer_config.json can be large
_JINJA = (".jinja", ".jinja2", ".j2")
_ROLE = re.compile(rb"""\.role\b|\[\s*["']role["']\s*\]|get\(\s*["']role["']""")
_ASKS = ("messages", "prompt")


def may_be_artefact(name: str) -> bool:
    """Whether a file of this name is looked at, beside the data files."""
    return _is_modelfile(name.lower()) or name.lower().endswith((*_JINJA, ".gguf"))


def _is_modelfile(name: str) -> bool:
    """`Modelfile`, `Modelfile.prod`, `llama3.Modelfile`, `MyModelfile`."""
    return name.endswith("modelfile") or name.startswith(("modelfile.", "modelfile-", "modelfile_"))


def artefact(path: Path) -> str | None:
    """What the file is (a key of ``ARTEFACTS``), or None for anything else."""
    suffix = path.suffix.lower()
    if _is_modelfile(path.name.lower()):
        return "modelfile"
    if suffix in _JINJA:
        return "jinja" if _is_chat_template(content(path)) else None
    if suffix == ".gguf":
        return "gguf" if content(path, 4) == b"GGUF" else None
    return _of_json(path) if suffix == ".json" else None


def _is_chat_template(content: bytes) -> bool:
    """A page with flashed messages has `messages`, too, and perhaps `role="alert"`."""
    return b"messages" in content and _ROLE.search(content) is not None


def _of_json(path: Path) -> str | None:
    from tunespec.templates.training_side import is_tokenizer_config

    if path.stat().st_size > _LARGEST or not content(path, 64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None  # several objects, or none: the datasets' business
    if not isinstance(data, dict):
        return None
    if is_tokenizer_config(data):
        return "tokenizer"
    return "request" if _is_request(data) else None


def _is_request(data: Mapping[str, Any]) -> bool:
    """A request names its model and asks something, or it is a client's options; a record of a dataset is neither."""
    if isinstance(data.get("model"), str) and any(key in data for key in _ASKS):
        return not {"response", "completion", "choices", "answer"} & set(data)
    return isinstance(data.get("options"), Mapping) and any(
        key in data["options"] for key in ("stop", "num_predict", "num_ctx", "temperature")
    )


def content(path: Path, limit: int = -1) -> bytes:
    """The first bytes of a file, or all of them; none if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(limit)
    except OSError:
        return b""
