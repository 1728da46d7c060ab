"""What is not known of a Python program's values without running it."""

from __future__ import annotations

from typing import Any

ANY = "*"  # as a key: there may be any other


class Unknown:
    """What only a run would tell."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class OwnEnd:
    """The number of the tokenizer's own EOS token, `tokenizer.eos_token_id`: where a library ends by itself."""

    def __repr__(self) -> str:
        return "OWN_END"


OWN_END = OwnEnd()


def is_unknown(value: Any) -> bool:
    """Whether a value, or a part of it, is not known."""
    if isinstance(value, dict):
        return any(map(is_unknown, value.values()))
    return value is UNKNOWN or (isinstance(value, list) and any(map(is_unknown, value)))
