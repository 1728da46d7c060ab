"""The special tokens in a ``tokenizer_config.json`` or ``special_tokens_map.json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

NAMED = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_LISTS = ("additional_special_tokens", "extra_special_tokens")


def named_tokens(config: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The tokens that have a name, as ``("bos_token", "<s>")``; those that are null or absent are left out."""
    return tuple((name, token) for name in NAMED if (token := _token(config.get(name))))


def special_tokens(config: Mapping[str, Any]) -> tuple[str, ...]:
    """All tokens that the file names, lists, or marks as special, sorted."""
    found = {token for _, token in named_tokens(config)}
    found.update(_token(entry) for name in _LISTS for entry in _entries(config.get(name)))
    found.update(_token(entry) for entry in _entries(config.get("added_tokens_decoder")) if _is_special(entry))
    return tuple(sorted(found - {""}))


def added_tokens(config: Mapping[str, Any]) -> tuple[str, ...] | None:
    """All tokens that the file lists as added, special or not, sorted; None if it has no such list."""
    listed = config.get("added_tokens_decoder")
    return tuple(sorted({_token(entry) for entry in _entries(listed)} - {""})) if listed else None


def flag(config: Mapping[str, Any], name: str) -> bool | None:
    """A setting that is true or false; None if the file does not say."""
    value = config.get(name)
    return value if isinstance(value, bool) else None


def _entries(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _is_special(entry: Any) -> bool:
    return isinstance(entry, Mapping) and entry.get("special") is True


def _token(value: Any) -> str:
    """A token, written as a text or as an ``AddedToken``; empty if it is neither."""
    content = value.get("content") if isinstance(value, Mapping) else value
    return content if isinstance(content, str) else ""
