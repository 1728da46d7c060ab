"""Keys that a framework does not have: gone, misspelt, or read otherwise by its versions.

Sources: ``known_keys.toml``; transformers 4.57.6 (``training_args.py``: an error for `warmup_steps` that is no whole
number) and 5.0.0 (a share below 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunespec.training.known_keys import KnownKeys, known_keys
from tunespec.training.near import nearest
from tunespec.training.pins import pin_of
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting_facts.told import told_key
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.trainers import takes_flags

KINDS = "removed_key refused_key unknown_key unknown_value fraction_of_steps fraction_without_effect"
_OWN = frozenset(  # of a program
    "trainer whole formats loads tokenizer data_files collator model eval_dataset data_collator adapter "
    "model_class".split()
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
    rows.rows.examine("removed_key", "refused_key", "unknown_key", rows=len(own))
    rows.skip(KINDS, "no key is written")
    _misspelt("", {key: spec.written.data[key] for key in own}, known, rows)
    for holder in known.within:
        if isinstance(held := spec.written.get(holder), Mapping):
            _misspelt(holder, held, known, rows)
    _words(spec, known, rows)
    for key, instead in known.gone.items():
        if spec.written.has(key) and not _is_kept(key, spec) and not _is_there_yet(key, known, source):
            rows.mark_key("removed_key", key, f"{told_key(key, spec)}: {instead}")


def _is_kept(key: str, spec: RunSpec) -> bool:
    """Whether a key does no harm: empty where that is as good as absent, or handed to Unsloth, which still takes it."""
    if spec.written.call:
        return spec.written.has(_UNSLOTH)
    return spec.framework.name == "Axolotl" and spec.written.get(key) in (None, False)


def _misspelt(holder: str, held: Mapping[str, Any], known: KnownKeys, rows: SettingRows) -> None:
    """Keys that are near one of the framework's: an error where it stops at them, or lacks what was meant."""
    spec = rows.spec
    for key in held:
        if (meant := known.meant(key, frozenset(held), holder)) is None:
            continue
        dotted, wanted = (f"{holder}.{one}" if holder else one for one in (key, meant))
        name = spec.framework.name
        then = f"{name} refuses it" if not known.forgiving else f"{name} passes over it"
        is_what = "is what it has" if not known.refuses(wanted) or not known.forgiving else "is missing then: it stops"
        kind = "refused_key" if known.refuses(wanted) else "unknown_key"
        rows.mark_key(kind, dotted, f"{told_key(dotted, spec)}: {then}; `{wanted}` {is_what}")


def _words(spec: RunSpec, known: KnownKeys, rows: SettingRows) -> None:
    """Words that are near one of those that a key may be; any other may be a newer version's."""
    for key, words in known.words.items():
        written = spec.written.get(key)
        if not isinstance(written, str):
            continue
        rows.rows.examine("unknown_value")
        if (meant := nearest(written, words)) is not None:
            text = f"{told_key(key, spec)}: {spec.framework.name} refuses it; `{meant}` is what it has"
            rows.mark_key("unknown_value", key, text)
    rows.skip("unknown_value", "no word of a fixed list is written")


def _is_there_yet(key: str, known: KnownKeys, source: RunSource) -> bool:
    """Whether the project keeps to versions that still have a key."""
    package, _, version = known.since.get(key, "").partition(" ")
    if not package or source.spec is None:
        return False
    pin = pin_of(package, source.spec.written.file.path, source.root)
    return pin is not None and pin.is_before(version)


def _fraction(source: RunSource, spec: RunSpec, rows: SettingRows) -> None:
    """`warmup_steps: 0.1`, which is a share in one version and nothing in another."""
    if not takes_flags(spec):
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
