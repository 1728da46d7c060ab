"""What a record shows besides its words: pictures, sounds, films, files, results of tools."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from tunespec.canonical import canonical

# Columns, and keys of messages (Ollama's ``images``), of LLaVA, LlamaFactory, TRL and the vision sets of the Hub.
MEDIA_KEYS = frozenset(
    "image images image_path image_paths image_file image_files image_url image_urls image_id img picture pictures"
    " video videos video_path video_paths video_url video_urls video_id audio audios audio_path audio_url".split()
)


def shown(values: Iterable[Any]) -> str:
    """One text for all of these values, equal for equal ones; empty if none of them holds anything."""
    held = [value for value in values if _holds(value)]
    return hashlib.blake2b(canonical(held), digest_size=16).hexdigest() if held else ""


def _holds(value: Any) -> bool:
    """Whether anything is in it: a column of pictures is there in records without one, too."""
    if isinstance(value, Mapping):
        return any(map(_holds, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_holds, value))
    return bool(value.strip()) if isinstance(value, str) else value is not None
