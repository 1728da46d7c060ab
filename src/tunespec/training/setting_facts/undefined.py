"""Data that a configuration names, and that its framework's registry does not have.

Source: LLaMA-Factory 0.9.5 (``data/parser.py``: get_dataset_list; ``data/loader.py``: with data that are tokenized
already, it looks at no name).
"""

from __future__ import annotations

import difflib

from tunespec.splits import relative
from tunespec.training.dataset_registry import FILE, Registry, registry_of
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.values import texts

KIND = "undefined_dataset"
_KEYS = ("dataset", "eval_dataset")
_MOST = 3  # names that a message lists where none is near
_LIKE = 0.6  # share of the characters that a name has in common with the nearest one: difflib's own default


def undefined_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark each name of a dataset that LLaMA-Factory's registry does not define."""
    written = rows.spec.written
    registry = registry_of(rows.spec.framework.name, written, source.root)
    if registry is None or written.get("tokenized_path"):
        rows.skip(KIND, f"no {FILE} of LLaMA-Factory's is at hand, or the data are tokenized already")
        return
    for key in _KEYS:
        named = texts(written.get(key))
        if not named:
            continue
        rows.rows.examine(KIND)
        absent = [name for name in named if name not in registry.entries]
        if absent:
            rows.mark_key(KIND, key, _said(key, absent, registry, relative(registry.path, source.root)))
    rows.skip(KIND, "it names no dataset")


def _said(key: str, absent: list[str], registry: Registry, shown: str) -> str:
    near = difflib.get_close_matches(absent[0], list(registry.entries), n=1, cutoff=_LIKE)
    others = ", ".join(f"`{name}`" for name in list(registry.entries)[:_MOST])
    more = ", ..." if len(registry.entries) > _MOST else ""
    instead = (
        f"`{near[0]}` is the nearest name there" if near else f"it has {others}{more}" if others else "it is empty"
    )
    names = ", ".join(f"`{name}`" for name in absent)
    return f"`{key}`: {names} is not in {shown}, and LLaMA-Factory refuses that; {instead}"
