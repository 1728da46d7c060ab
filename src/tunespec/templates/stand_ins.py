"""Tokens that a chat template names and no file says: what stands in for them, and what the server writes there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tunespec.special_tokens import TAG_PATTERN
from tunespec.templates.compared import common_start

STAND_INS: Mapping[str, str] = {"bos_token": "<s>", "eos_token": "</s>"}
_TOKEN = re.compile(TAG_PATTERN)


def invented(template: str) -> dict[str, str]:
    """The stand-in of each token that a template names, by the token's name."""
    return {name: token for name, token in STAND_INS.items() if name in template}


def named(tokens: Mapping[str, str]) -> str:
    """Which tokens are invented, in words; empty if none is."""
    known = " and ".join(f"`{token}` for its {name}" for name, token in tokens.items())
    return f"with {known}, which no file says" if known else ""


def as_served(trained: str, asked: str, tokens: dict[str, str], end: str | None) -> str:
    """A training text with the server's tokens in the place of invented ones: the form nearest to the server's text.

    Args:
        trained: the training text.
        asked: the server's.
        tokens: the invented ones by name.
        end: the token with which the server ends a turn, None if it does not.
    """
    for name, token in reversed(tokens.items()):  # the EOS stands everywhere, and before the next BOS
        forms = _forms(trained, asked, token, end if name == "eos_token" else None)
        trained = max(forms, key=lambda form: common_start(form, asked))
    return trained


def _forms(trained: str, asked: str, token: str, end: str | None) -> Iterator[str]:
    """With the server's end; with what it writes at the token's first place, unless that is a header; as it is."""
    if end is not None:
        yield trained.replace(token, end)
    at = trained.find(token)
    there = _TOKEN.match(asked, at) if at >= 0 and asked.startswith(trained[:at]) else None
    if there is not None and there[0] not in trained:
        yield trained.replace(token, there[0])
    yield trained
