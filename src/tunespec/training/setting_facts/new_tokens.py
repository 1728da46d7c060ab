"""Tokens that a training configuration sets, and that the model does not have: slips, and new ones.

Sources: Axolotl 0.19 (``loaders/tokenizer.py``: what `special_tokens` and `tokens` name is added, and an adapter needs
`lora_modules_to_save` with it; ``prompt_strategies/chat_template.py``: an unknown one of `eot_tokens` ends the run),
TRL 1.16 (``trainer/sft_trainer.py``: `eos_token` and `pad_token` must be in the vocabulary).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from tunespec.training.model_families import family_of
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.trainers import is_axolotl
from tunespec.training.values import texts

KINDS = "foreign_token untrained_embedding"
_TOKEN = re.compile(r"<\|[^<>|\s]+\|>")
_SPECIAL = ("eos_token", "pad_token")
_ADDED = ("tokens", "special_tokens.additional_special_tokens")
# [judgement] A slip changes at most so many characters, and a third of the name: `<|eot|>` is none for `<|pad|>`.
_SLIP, _OF_NAME = 3, 3


def token_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark a token that is a slip for one of the model's, or that nobody adds, and a new one that is not trained."""
    rows.skip(KINDS, "the configuration sets no token of its own")
    new = []
    for setting, token in _set_tokens(rows.spec):
        if (tokens := _model_tokens(source, token)) is None:
            continue
        has, names, whose = tokens
        examined = rows.examine("foreign_token", setting.name)
        if has or examined is None or token in _added(rows.spec):
            continue
        near = near_miss(token, names)
        if near or _is_refused(rows.spec, setting, token):
            meant = f"; it has `{near}`" if near else ""
            rows.mark("foreign_token", setting.name, f"`{setting.key}`: {whose} has no token `{token}`{meant}")
        elif setting.name != "pad_token":  # what is masked needs no embedding
            new.append(f"`{setting.key}` adds `{token}`")
    if is_axolotl(rows.spec):
        _embeddings(rows, new)


def near_miss(token: str, names: Iterable[str]) -> str:
    """The one of the tokens that another one must be a slip for; empty if it is like none."""
    inner = token.strip("<|>")
    found = [(_distance(inner, name.strip("<|>")), name) for name in names]
    return next((name for distance, name in sorted(found) if _is_slip(inner, name.strip("<|>"), distance)), "")


def _is_slip(inner: str, name: str, distance: int) -> bool:
    """A few letters of a long name, or its last part too many or too few: `<|eot_id|>` for `<|eot|>`."""
    begins = inner.startswith(name) or name.startswith(inner)
    return 0 < distance <= _SLIP and (begins or distance * _OF_NAME <= min(len(inner), len(name)))


def _distance(one: str, other: str) -> int:
    """Levenshtein's: the characters that are put in, left out or changed."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, row = row, [at]
        for to, wanted in enumerate(other, 1):
            row.append(min(before[to] + 1, row[-1] + 1, before[to - 1] + (letter != wanted)))
    return row[-1]


def _model_tokens(source: RunSource, token: str) -> tuple[bool, Iterable[str], str] | None:
    """Whether the model has a token, which ones it has, and who says so; None where that is not known."""
    if not _TOKEN.fullmatch(token):
        return None
    tokenizer = source.template.tokenizer if source.template is not None else None
    known = tokenizer.added_tokens if tokenizer is not None else None
    if known is not None:
        return token in known, known, "the tokenizer at hand"
    family = family_of(str(source.spec.value("model") or "")) if source.spec is not None else None
    if family is None or not family.tokens:
        return None
    return family.has(token), family.tokens, family.name


def _set_tokens(spec: RunSpec) -> Iterator[tuple[Setting, str]]:
    for name in (*_SPECIAL, "turn_ends"):
        setting = spec.setting(name)
        if setting is not None and setting.is_written:
            own = [setting.value] if isinstance(setting.value, str) else setting.value
            yield from ((setting, token) for token in texts(own))


def _added(spec: RunSpec) -> set[str]:
    """Tokens that the configuration adds on purpose, as such."""
    overrides = spec.written.get("added_tokens_overrides")
    own = texts(list(overrides.values())) if isinstance(overrides, Mapping) else []
    return {
        *texts(spec.written.get("tokens")),
        *texts(spec.written.get("special_tokens.additional_special_tokens")),
        *own,
    }


def _is_refused(spec: RunSpec, setting: Setting, token: str) -> bool:
    """Whether the trainer adds no such token: Axolotl adds what is a special token, TRL what a template brings."""
    if is_axolotl(spec):
        special = spec.written.get("special_tokens")
        return setting.name == "turn_ends" and not (isinstance(special, Mapping) and token in special.values())
    return not spec.written.call and not spec.written.has("chat_template_path")


def _embeddings(rows: SettingRows, new: list[str]) -> None:
    """A new token's embedding stays as it was made where only an adapter or some layers are trained."""
    spec = rows.spec
    if tokens := texts(spec.written.get("tokens")):
        new = [f"`tokens` adds {', '.join(f'`{token}`' for token in tokens[:3])}", *new]
    if not new or spec.method == "full":
        return
    rows.examine("untrained_embedding", "method")
    if not spec.written.get("lora_modules_to_save"):
        rows.mark("untrained_embedding", "method", f"{', '.join(new)}, and `lora_modules_to_save` is not set")
