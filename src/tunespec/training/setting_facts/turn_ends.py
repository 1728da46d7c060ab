"""What makes a model never stop, where a training configuration can tell: an end that the loss does not see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.stop_trained import turn_end
from tunespec.training.model_ends import model_ends
from tunespec.training.model_families import TURN_ENDS, Family, family_of
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.values import word

KINDS = "masked_turn_end unaligned_end untrained_ends"


def turn_end_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark settings by which the end of an answer is not learnt, or is another one than the model stops at."""
    spec = rows.spec
    rows.skip(
        "masked_turn_end untrained_ends", f"{spec.framework.name}'s configuration does not say which ends are trained"
    )
    rows.skip("unaligned_end", "how the model's turns end is not known, or the trainer sees to it")
    if spec.framework.name == "Axolotl":
        _masked(source, rows)
        _switched_off(rows)
    if spec.framework.name == "Hugging Face":
        _unaligned(source, rows)


def _masked(source: RunSource, rows: SettingRows) -> None:
    """Axolotl trains a turn's end where it is the EOS token or one of `eot_tokens`, and masks any other."""
    spec, ends = rows.spec, rows.spec.setting("turn_ends")
    end, family = _written_end(source), _family(spec)
    eos = spec.value("eos_token") or _eos(source, family)
    if ends is None or not end or not eos or spec.objective != "sft" or not _conversations(spec):
        return
    rows.examine("masked_turn_end", "turn_ends")
    trained = [eos, *(ends.value or [])]
    if end not in trained:
        template = spec.setting("template")
        where = "template" if template is not None and template.is_written else "turn_ends"
        known = f" (as {family.name} has it)" if family is not None and not spec.value("eos_token") else ""
        listed = f"are {', '.join(f'`{one}`' for one in ends.value)}" if ends.value else "is not set"
        lost = f"the template ends a turn with `{end}`, which the loss does not see"
        rows.mark("masked_turn_end", where, f"{lost}: `eot_tokens` {listed}, and the EOS token is `{eos}`{known}")


def _written_end(source: RunSource) -> str:
    """What the template writes behind an answer: by its text where that is at hand, else by its name or the model."""
    spec = source.spec
    assert spec is not None
    side = source.template.training if source.template is not None else None
    if side is not None and isinstance(side.template, ChatTemplate):
        end = turn_end(side.template)
        return end.marker if end is not None else ""
    names = {str(one.get("chat_template") or spec.value("template") or "") for one in _conversations(spec)}
    if len(names) != 1:
        return ""
    (name,) = names
    family = _family(spec)
    if name in {"", "tokenizer_default"}:
        return family.turn_end if family is not None and name else ""
    return TURN_ENDS.get(name.removeprefix("tokenizer_default_fallback_"), "")


def _eos(source: RunSource, family: Family | None) -> str:
    tokenizer = source.template.tokenizer if source.template is not None else None
    told = tokenizer.token("eos_token") if tokenizer is not None else ""
    return told or (family.eos if family is not None else "")


def _family(spec: RunSpec) -> Family | None:
    return family_of(str(spec.value("model") or ""))


def _conversations(spec: RunSpec) -> list[Mapping[str, Any]]:
    """Axolotl's data sets that are written with a chat template."""
    datasets = spec.written.get("datasets")
    own = [one for one in datasets if isinstance(one, Mapping)] if isinstance(datasets, list) else []
    return [one for one in own if str(one.get("type")).startswith("chat_template")]


def _switched_off(rows: SettingRows) -> None:
    """`none` is written to train without ends, which nobody means who trains answers."""
    ends = rows.spec.setting("trained_ends")
    if ends is None or rows.spec.objective != "sft" or not _conversations(rows.spec):
        return
    rows.examine("untrained_ends", "trained_ends")
    if word(ends.value) == "none":
        rows.mark("untrained_ends", "trained_ends", f"{ends}: no end of an answer is trained")


def _unaligned(source: RunSource, rows: SettingRows) -> None:
    """TRL trains what the template writes, and stops at the tokenizer's EOS, which `eos_token` would set."""
    spec, eos, ends = rows.spec, rows.spec.setting("eos_token"), model_ends(source)
    shape = source.records.profile.shape if source.records is not None else ""
    if eos is None or not eos.is_known or ends is None or spec.objective != "sft":
        return
    if shape not in {"messages", "sharegpt"}:
        return
    rows.examine("unaligned_end", "eos_token")
    if eos.value is None and ends.eos not in ends.turn_end:
        text = f"{ends.whose} ends turns with `{ends.turn_end}`, and its tokenizer's EOS is `{ends.eos}`"
        rows.mark("unaligned_end", "eos_token", f"`eos_token` is not set: {text}")
