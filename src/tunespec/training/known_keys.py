"""The keys that each framework's configuration has, and those that are gone from it.

The lists stand in ``known_keys.toml``, with their sources.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tunespec.training.frameworks.trl import configuration
from tunespec.training.run_spec import RunSpec
from tunespec.training.written import Written

_SHORTEST = 5  # characters: `dtype` and `debug` are not one another's misspelling, but shorter words often are
_ALIKE = 0.9  # share of the characters that a misspelling keeps
_SLIP = 2  # characters that it has more or fewer
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
        forgiving: whether a key that it does not know is passed over.
        within: a part of the configuration -> keys that are followed there, and not outside.
        gone_values: key, with `*` for each entry of a list -> how a value that is gone begins -> what is to be done.
        since: key that is gone -> the version that does not have it any more: ``transformers 5.0``; not known of all.
    """

    keys: frozenset[str]
    others: frozenset[str]
    gone: Mapping[str, str]
    forgiving: bool
    since: Mapping[str, str]
    within: Mapping[str, str]
    gone_values: Mapping[str, Mapping[str, str]]

    def place(self, key: str, written: Written) -> str:
        """The part that a key of the outermost mapping belongs into; empty if it is right there, or not known.

        One that is written in its part, too, may be a value that the part refers to.
        """
        parts = [part for part, keys in self.within.items() if key in keys.split() and key not in self.keys]
        found = next(iter(parts), "")
        entries = written.get(found) if found else None
        inner = [entries] if isinstance(entries, Mapping) else entries if isinstance(entries, list) else []
        return "" if any(isinstance(one, Mapping) and key in one for one in inner) else found

    def meant(self, key: str, written: frozenset[str]) -> str | None:
        """The key that a misspelt one must be; None for one that is known, or like none.

        Args:
            key: as it is written.
            written: all keys of the file: one that is there already is not meant again.
        """
        if key in self.keys or key in self.others or len(key) < _SHORTEST:
            return None
        plain = key.strip().lower().replace("-", "_")
        near = difflib.get_close_matches(plain, self.keys - written, n=1, cutoff=_ALIKE)
        return near[0] if near and abs(len(near[0]) - len(key)) <= _SLIP else None


@cache
def _listed() -> tuple[dict[str, frozenset[str]], dict[str, dict[str, str]], dict[str, Any]]:
    text = (files("tunespec.training") / "known_keys.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    since = {key: version for name, version in _SINCE.items() for key in read["gone"][name]} | read["since"]
    return (
        {name: frozenset(keys.split()) for name, keys in read["known"].items()},
        read["gone"],
        read | {"since": since},
    )


def known_keys(spec: RunSpec) -> KnownKeys | None:
    """The keys of a run's framework; None where they are not known."""
    lists = _LISTS.get(spec.framework.name)
    if lists is None:
        return None
    known, gone, more = _listed()
    if spec.framework.name == "Hugging Face" and configuration(spec.written):
        lists = (*lists, "trl")
    told = lists[-1:] if spec.framework.name == "LLaMA-Factory" else lists  # its transformers still has the others
    renamed = {key: instead for name in told for key, instead in gone.get(name, {}).items()}
    return KnownKeys(
        frozenset(key for name in lists for key in (*known[name], *gone.get(name, {}))),
        known["scripts"] | known["trl"] if spec.framework.name == "Hugging Face" else frozenset(),
        renamed,
        spec.framework.name in _FORGIVING,
        more["since"] if spec.framework.name == "Hugging Face" else {},
        more["within"].get(lists[-1], {}),
        more["gone_values"].get(lists[-1], {}),
    )
