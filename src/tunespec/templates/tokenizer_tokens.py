"""The special tokens in a ``tokenizer_config.json`` or ``special_tokens_map.json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tunespec.templates.vocabulary import Vocabulary

NAMED = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_LISTS = ("additional_special_tokens", "extra_special_tokens")


def named_tokens(config: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The tokens that have a name, as ``("bos_token", "<s>")``; those that are null or absent are left out."""
    return tuple((name, token) for name in NAMED if (token := _token(config.get(name))))


def special_tokens(config: Mapping[str, Any], vocabulary: Vocabulary | None = None) -> tuple[str, ...]:
    """All tokens that the file names, lists, or marks as special, and those of the vocabulary, sorted."""
    found = {token for _, token in named_tokens(config)}
    found.update(_token(entry) for name in _LISTS for entry in _entries(config.get(name)))
    found.update(_token(entry) for entry in _entries(config.get("added_tokens_decoder")) if _is_special(entry))
    found.update(token for token, special in (vocabulary.added if vocabulary is not None else ()) if special)
    return tuple(sorted(found - {""}))


def added_tokens(config: Mapping[str, Any], vocabulary: Vocabulary | None = None) -> tuple[str, ...] | None:
    """All tokens that the file and the vocabulary list as added, special or not, sorted; None if nothing lists any."""
    listed = config.get("added_tokens_decoder")
    if not listed and vocabulary is None:
        return None
    found = {token for token, _ in (vocabulary.added if vocabulary is not None else ())}
    found.update(_token(entry) for entry in _entries(listed))
    return tuple(sorted(found - {""}))


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
