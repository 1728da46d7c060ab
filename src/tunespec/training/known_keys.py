"""The keys that each framework's configuration has, and those that are gone from it.

The lists stand in ``known_keys.toml``, with their sources.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tunespec.training.frameworks.trl import configuration
from tunespec.training.near import nearest
from tunespec.training.run_spec import RunSpec

# Framework -> its lists.
_LISTS: Mapping[str, tuple[str, ...]] = {
    "Hugging Face": ("transformers",),
    "LLaMA-Factory": ("transformers", "llamafactory"),
    "LLaMA-Factory v1": ("llamafactory-v1",),
    "Axolotl": ("axolotl",),
    "mlx-lm": ("mlx",),
    "mistral-finetune": ("mistral",),
    "torchtune": ("torchtune",),
}
_FORGIVING = frozenset(("Axolotl", "mlx-lm", "torchtune"))  # what they do not know has no effect, and no word is said


@dataclass(frozen=True)
class KnownKeys:
    """The keys of one framework's configuration.

    Args:
        keys: those that it has, and had.
        others: keys of files beside it in the same form, which are no misspelling.
        gone: keys that it has no more -> what to write instead, as half a sentence.
        within: key that holds others -> those that it may hold.
        words: key -> the words that it may be.
        switches: keys that are on or off.
        forgiving: whether a key that it does not know is passed over.
        required: dotted keys without which it does not start all the same.
    """

    keys: frozenset[str]
    others: frozenset[str]
    gone: Mapping[str, str]
    within: Mapping[str, frozenset[str]]
    words: Mapping[str, frozenset[str]]
    switches: frozenset[str]
    forgiving: bool
    required: frozenset[str]

    def meant(self, key: str, written: frozenset[str], holder: str = "") -> str | None:
        """The key that a misspelt one must be; None for one that is known, or like none.

        Args:
            key: as it is written.
            written: all keys beside it: one that is there already is not meant again.
            holder: the key that it stands in; empty for one of the file's own.
        """
        if holder:
            known = f"{holder}.{key}" in self.gone
            return None if known else nearest(key, self.within.get(holder, ()), written)
        return None if key in self.others else nearest(key, self.keys, written)

    def refuses(self, meant: str) -> bool:
        """Whether the framework does not start where a key is misspelt that is meant to be this one (dotted)."""
        return not self.forgiving or meant in self.required


@cache
def _listed() -> Mapping[str, Any]:
    return tomllib.loads((files("tunespec.training") / "known_keys.toml").read_text(encoding="utf-8"))


def _sets(table: str, lists: Iterable[str]) -> dict[str, frozenset[str]]:
    """Of several lists of a table, key -> its words."""
    listed = _listed()[table]
    return {key: frozenset(words.split()) for name in lists for key, words in listed.get(name, {}).items()}


def _joined(table: str, lists: Iterable[str]) -> frozenset[str]:
    """The words of several lists of a table."""
    return frozenset(key for name in lists for key in _listed()[table].get(name, "").split())


def known_keys(spec: RunSpec) -> KnownKeys | None:
    """The keys of a run's framework; None where they are not known."""
    lists = _LISTS.get(spec.framework.name)
    if lists is None:
        return None
    listed = _listed()
    known, gone = listed["known"], listed["gone"]
    if spec.framework.name == "Hugging Face" and configuration(spec.written):
        lists = (*lists, "trl")
    told = lists[-1:] if spec.framework.name == "LLaMA-Factory" else lists  # its transformers still has the others
    renamed = {key: instead for name in told for key, instead in gone.get(name, {}).items()}
    beside = f"{known['scripts']} {known['trl']}" if spec.framework.name == "Hugging Face" else ""
    return KnownKeys(
        frozenset(key for name in lists for key in (*known[name].split(), *gone.get(name, {}))),
        frozenset(beside.split()),
        renamed,
        _sets("within", lists),
        _sets("words", lists),
        _joined("switches", lists),
        spec.framework.name in _FORGIVING,
        _joined("required", lists),
    )
