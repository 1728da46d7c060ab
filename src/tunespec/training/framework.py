"""A framework's configuration: which keys it reads, their defaults, and what tells it from the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tunespec.training.setting import NAMES
from tunespec.training.written import Written

# What several keys say together: the key that decides, and the canonical value.
Derive = Callable[[Written], tuple[str, Any]]


def fixed(value: Any) -> Derive:
    """A setting that no key of the framework changes."""
    return lambda _: ("", value)


@dataclass(frozen=True)
class Key:
    """A key of a framework.

    Args:
        key: the key as it is written, dotted.
        default: what holds where it is not written.
        read: the canonical value of what is written; the default is canonical already.
        or_else: other keys that mean the same, in the order in which the framework prefers them.
        null_is_off: whether `null` turns it off, where others take that for not written.
    """

    key: str
    default: Any = None
    read: Callable[[Any], Any] = field(default=lambda value: value)
    or_else: tuple[str, ...] = ()
    null_is_off: bool = False


@dataclass(frozen=True)
class Framework:
    """How one framework is configured.

    Args:
        name: as it calls itself.
        version: the version whose defaults these are, as a message says it: ``transformers 5.23``.
        is_own: whether a configuration is this framework's.
        keys: canonical name -> its key.
        derived: canonical names that several keys say together -> the key that decides, and the value.
        why_not: why a configuration of this framework says nothing of a training run: it only exports or serves a
            model; empty where it does.
        is_dump: whether a program wrote a configuration, with the values that nobody set beside the others: what is
            equal to the default there counts as the default.
    """

    name: str
    version: str
    is_own: Callable[[Written], bool]
    keys: Mapping[str, Key]
    derived: Mapping[str, Derive] = field(default_factory=dict)
    why_not: Callable[[Written], str] = field(default=lambda _: "")
    is_dump: Callable[[Written], bool] = field(default=lambda _: False)

    def __post_init__(self) -> None:
        if unknown := {*self.keys, *self.derived} - set(NAMES):
            raise ValueError(f"{self.name}: no canonical name: {', '.join(sorted(unknown))}")
        if twice := self.keys.keys() & self.derived.keys():
            raise ValueError(f"{self.name}: read by a key, and made of several: {', '.join(sorted(twice))}")
