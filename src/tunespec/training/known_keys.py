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
from tunespec.training.written import Written

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
_SINCE = {"transformers": "transformers 5.0", "trl": "trl 1.0"}
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
        belongs: a part of the configuration -> keys that are followed there, and not outside.
        gone_values: key, with `*` for each entry of a list -> how a value that is gone begins -> what is to be done.
        since: key that is gone -> the version that does not have it any more: ``transformers 5.0``; not known of all.
    """

    keys: frozenset[str]
    others: frozenset[str]
    gone: Mapping[str, str]
    within: Mapping[str, frozenset[str]]
    words: Mapping[str, frozenset[str]]
    switches: frozenset[str]
    forgiving: bool
    required: frozenset[str]
    belongs: Mapping[str, frozenset[str]]
    gone_values: Mapping[str, Mapping[str, str]]
    since: Mapping[str, str]

    def place(self, key: str, written: Written) -> str:
        """The part that a key of the outermost mapping belongs into; empty if it is right there, or not known.

        One that is written in its part, too, may be a value that the part refers to.
        """
        found = next((part for part, keys in self.belongs.items() if key in keys and key not in self.keys), "")
        entries = written.get(found) if found else None
        inner = [entries] if isinstance(entries, Mapping) else entries if isinstance(entries, list) else []
        return "" if any(isinstance(one, Mapping) and key in one for one in inner) else found

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


def _since() -> Mapping[str, str]:
    """Key that is gone -> the version that does not have it any more."""
    gone, since = _listed()["gone"], dict(_listed()["since"])
    return {key: version for name, version in _SINCE.items() for key in gone[name]} | since


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
        _sets("belongs", lists[-1:]),
        _listed()["gone_values"].get(lists[-1], {}),
        _since() if spec.framework.name == "Hugging Face" else {},
    )
