"""Keys of another framework, keys that stand outside of the part they belong to, and values that are gone.

Sources: the frameworks' own tables (``training/frameworks``) and ``known_keys.toml``; Axolotl 0.19
(``utils/schemas/config.py``: passes over what it does not know, and refuses `type: sharegpt`;
``prompt_strategies/chat_template.py``: what is asked of each data set).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tunespec.training.frameworks import TRAINERS
from tunespec.training.frameworks.trl import configuration
from tunespec.training.known_keys import KnownKeys, known_keys
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting, shown
from tunespec.training.setting_facts.told import told_key
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.values import switch

KINDS = "foreign_key misplaced_key removed_value"
# What two frameworks call otherwise and mean alike; their models, data and templates are no such settings.
_NAMES = frozenset(
    "epochs max_steps learning_rate scheduler warmup_steps warmup_ratio batch_size accumulation max_length packing "
    "eval_strategy eval_steps evals_per_epoch validation_share save_steps saves_per_epoch save_limit logging_steps "
    "patience max_grad_norm weight_decay lora_rank lora_alpha output_dir".split()
)
_DERIVED = {"max_length": "max_length", "max_seq_length": "max_length", "lora_r": "lora_rank"}  # by no key of a table
_LENGTHS = ("micro_steps", "max_steps")  # what counts where a framework has no epochs
# Keys of LLaMA-Factory that say how answers are generated, and nothing of what is trained.
_GENERATION = frozenset(["max_length"])
_GENERATES = ("predict_with_generate", "do_predict")
_LISTED = "*"


def foreign_key_facts(_: RunSource, rows: SettingRows) -> None:
    """Mark keys that the framework does not follow where they stand, and values that it has no more."""
    spec, known = rows.spec, known_keys(rows.spec)
    rows.skip("removed_value", "no value is known to be gone")
    if known is None or spec.framework.is_dump(spec.written):
        rows.skip("foreign_key misplaced_key", f"the keys of {spec.framework.name} are not known")
        return
    rows.rows.examine(*KINDS.split(), rows=max(1, len(spec.written.data)))
    for key in spec.written.data:
        if inner := known.place(key, spec.written):
            where = f"{_passes(known)}; it belongs into `{inner}`"
            rows.mark_key("misplaced_key", key, f"{told_key(key, spec)}: {spec.framework.name} {where}")
        elif meant := _meant(key, spec, known):
            rows.mark_key("foreign_key", key, f"{told_key(key, spec)}: {meant}")
    for key, value, instead in _gone_values(spec, known):
        rows.mark_key("removed_value", key, f"`{key.rpartition('.')[2]}: {value}`: {instead}")


def _meant(key: str, spec: RunSpec, known: KnownKeys) -> str:
    """Whose key it is and what to write instead; empty for one that may be right."""
    whose = _owners().get(key)
    if whose is None or _may_be_right(key, spec, known):
        return ""
    name, owner = whose
    own, framework = spec.setting(name), _called(spec)
    if own is not None and own.is_known and not own.is_written and own.key != key and not spec.written.has(own.key):
        return f"a key of {owner}; {framework} has `{own.key}` for that, which is not set{_default(own)}"
    counted = next((one for one in map(spec.setting, _LENGTHS) if one is not None), None)
    if own is None and name == "epochs" and counted is not None:
        said = "" if counted.is_written else f", which is not set{_default(counted)}"
        return f"a key of {owner}; {framework} knows no epochs, `{counted.key}` is how long it trains{said}"
    return ""


def _may_be_right(key: str, spec: RunSpec, known: KnownKeys) -> bool:
    """Bare arguments are those of a program, which may have keys of its own."""
    if key in known.keys or key in known.others:
        return True
    if spec.framework.name == "LLaMA-Factory" and key in _GENERATION:
        return any(switch(spec.written.get(one)) for one in _GENERATES)
    return spec.framework.name == "Hugging Face" and not configuration(spec.written)


def _called(spec: RunSpec) -> str:
    return "TRL" if spec.framework.name == "Hugging Face" else spec.framework.name


def _default(setting: Setting) -> str:
    return f" ({shown(setting.value)} by itself)" if setting.value is not None else ""


@cache
def _owners() -> Mapping[str, tuple[str, str]]:
    """Key of the outermost mapping -> what it sets, and the first framework that calls it so."""
    found: dict[str, tuple[str, str]] = {}
    for framework in sorted(TRAINERS, key=lambda one: one.name != "Hugging Face"):
        owner = "transformers" if framework.name == "Hugging Face" else framework.name
        for name, key in framework.keys.items():
            for own in (key.key, *key.or_else) if name in _NAMES else ():
                found.setdefault(own, (name, owner))
    derived = {key: (name, "TRL") for key, name in _DERIVED.items()}
    return {key: whose for key, whose in (found | derived).items() if "." not in key}


def _gone_values(spec: RunSpec, known: KnownKeys) -> Iterator[tuple[str, Any, str]]:
    """A value that stands in a list stands in each of its entries."""
    for pattern, values in known.gone_values.items():
        outer, _, inner = pattern.partition(f".{_LISTED}.")
        listed = spec.written.get(outer)
        keys = [f"{outer}.{at}.{inner}" for at in range(len(listed))] if isinstance(listed, list) else []
        for key in keys:
            value = spec.written.get(key)
            for start, instead in values.items():
                if isinstance(value, str) and value.startswith(start):
                    yield key, value, instead


def _passes(known: KnownKeys) -> str:
    return "passes over it here" if known.forgiving else "refuses it here"
