"""Keys that a framework does not have: gone, misspelt, or read otherwise by its versions.

Sources: ``known_keys.toml``; transformers 4.57.6 (``training_args.py``: an error for `warmup_steps` that is no whole
number) and 5.0.0 (a share below 1).
"""

from __future__ import annotations

from typing import Any

from tunespec.training.known_keys import KnownKeys, known_keys
from tunespec.training.pins import pin_of
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import shown
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource

KINDS = "removed_key unknown_key fraction_of_steps fraction_without_effect"
_OF_TRANSFORMERS = frozenset(("Hugging Face", "LLaMA-Factory"))
_OWN = frozenset(  # of a program
    "trainer whole formats loads tokenizer data_files collator model eval_dataset data_collator".split()
)
_FRACTIONS = "fraction_of_steps fraction_without_effect"
_UNSLOTH = "FastLanguageModel"


def key_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark keys that the framework does not have, and one that its versions read otherwise."""
    spec, known = rows.spec, known_keys(rows.spec)
    if spec.framework.is_dump(spec.written):
        rows.skip(KINDS, "a program wrote the file, which knows its own keys")
        return
    _fraction(source, spec, rows)
    if known is None:
        rows.skip(KINDS, f"the keys of {spec.framework.name} are not known")
        return
    own = [key for key in spec.written.data if not (spec.written.call and key in _OWN)]
    rows.rows.examine("removed_key", "unknown_key", rows=len(own))
    rows.skip(KINDS, "no key is written")
    for key in own:
        _unknown(key, spec, known, rows)
    for key, instead in known.gone.items():
        if spec.written.has(key) and not _is_kept(key, spec) and not _is_there_yet(key, known, source):
            rows.mark_key("removed_key", key, f"{_said(key, spec)}: {instead}")


def _is_kept(key: str, spec: RunSpec) -> bool:
    """Whether a key does no harm: empty where that is as good as absent, or handed to Unsloth, which still takes it."""
    if spec.written.call:
        return spec.written.has(_UNSLOTH)
    return spec.framework.name == "Axolotl" and spec.written.get(key) in (None, False)


def _is_there_yet(key: str, known: KnownKeys, source: RunSource) -> bool:
    """Whether the project keeps to versions that still have a key."""
    package, _, version = known.since.get(key, "").partition(" ")
    if not package or source.spec is None:
        return False
    pin = pin_of(package, source.spec.written.file.path, source.root)
    return pin is not None and pin.is_before(version)


def _unknown(key: str, spec: RunSpec, known: KnownKeys, rows: SettingRows) -> None:
    meant = known.meant(key, frozenset(spec.written.data))
    if meant is None:
        return
    then = "passes over it" if known.forgiving else "refuses it"
    rows.mark_key("unknown_key", key, f"{_said(key, spec)}: {spec.framework.name} {then}; `{meant}` is what it has")


def _fraction(source: RunSource, spec: RunSpec, rows: SettingRows) -> None:
    """`warmup_steps: 0.1`, which is a share in one version and nothing in another."""
    if spec.framework.name not in _OF_TRANSFORMERS:
        rows.skip(_FRACTIONS, f"{spec.framework.name} reads steps in one way in all its versions")
        return
    rows.skip(_FRACTIONS, "how many steps it warms up is not known")
    warmup = rows.examine("fraction_of_steps", "warmup_steps")
    rows.examine("fraction_without_effect", "warmup_steps")
    value = spec.number("warmup_steps") or 0
    if warmup is None or not warmup.is_written or not 0 < value < 1:
        return
    pin = pin_of("transformers", spec.written.file.path, source.root)
    if pin is not None and pin.is_before("5.0"):
        text = f"{warmup}: the project keeps transformers below 5.0, which refuses a share, or warms up for no step"
        rows.mark("fraction_without_effect", "warmup_steps", f"{text}; `warmup_ratio: {value:g}` is the share there")
    else:
        text = (
            f"{warmup}: {value:.0%} of the run from transformers 5.0 on; older ones refuse it, or warm up for no step"
        )
        rows.mark("fraction_of_steps", "warmup_steps", text)


def _said(key: str, spec: RunSpec) -> str:
    value: Any = spec.written.get(key)
    return f"`{key}: {shown(value)}`" if isinstance(value, str | int | float) else f"`{key}`"
