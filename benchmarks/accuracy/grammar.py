"""Texts from patterns: ``{slot}`` draws from a list, ``{Slot}`` capitalises it, ``{slot2}`` draws another value."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

Words = Mapping[str, Sequence[str]]

_SLOT = re.compile(r"\{(\w+)\}")
_FOLDER = Path(__file__).parent / "grammars"


@cache
def load(name: str) -> dict[str, Any]:
    """A grammar file; strings with bars become lists."""
    document: dict[str, Any] = _listed(tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8")))
    return document


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(item) for key, item in value.items()}
    return value.split("|") if isinstance(value, str) else value


def fill(rng: random.Random, pattern: str, words: Words, bound: Mapping[str, str] | None = None) -> str:
    """The pattern with every slot filled. A slot has one value within one call.

    Args:
        rng: the source of every choice.
        pattern: text with slots; a doubled brace stands for one brace.
        words: slot -> what it may become.
        bound: slots whose value is given.

    Raises:
        KeyError: for a slot that has no words.
    """
    values = dict(bound or {})

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in words or name in values:
            return _draw(rng, name, words, values)
        lower = name[0].lower() + name[1:]
        if lower.startswith(("a_", "the_")):
            article, _, noun = lower.partition("_")
            text = _draw(rng, noun, words, values)
            text = f"{'an' if article == 'a' and text[0] in 'aeioux' else article} {text}"
        else:
            text = _draw(rng, lower, words, values)
        return text if name[0].islower() else text[0].upper() + text[1:]

    text = _SLOT.sub(value, pattern.replace("{{", "\0").replace("}}", "\1"))
    return text.replace("\0", "{").replace("\1", "}")


def _draw(rng: random.Random, name: str, words: Words, values: dict[str, str]) -> str:
    if name not in values:
        taken = set(values.values())
        options = words[name if name in words else name.rstrip("0123456789")]
        free = [option for option in options if option not in taken]
        values[name] = rng.choice(free or list(options))
    return values[name]
