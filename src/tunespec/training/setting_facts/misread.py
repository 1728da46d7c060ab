"""Values that are not read as they are meant, and keys of which only the last counts.

Sources: PyYAML 6 (``resolver.py``: YAML 1.1), which transformers' HfArgumentParser.parse_yaml_file (5.23.0), TRL's
TrlParser (1.16.0) and Axolotl (0.19, ``cli/config.py``) read with; TrlParser hands texts to argparse, which makes
numbers of them, and pydantic does so for Axolotl; OmegaConf 2.3 (``_utils.py``: get_yaml_loader; LLaMA-Factory,
torchtune) and mlx-lm 0.32 (``lora.py``) add a rule for `2e-4`, and OmegaConf refuses a key that stands twice;
transformers (``training_args.py``: IntervalStrategy, an error for False).
"""

from __future__ import annotations

from typing import Any

from tunespec.training.frameworks.trl import configuration
from tunespec.training.known_keys import known_keys
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting, shown
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.trainers import runs_in_transformers, takes_flags
from tunespec.training.values import number

KINDS = "number_as_text word_as_false text_as_true repeated_key repeated_key_refused"
_OMEGACONF = frozenset(("LLaMA-Factory", "LLaMA-Factory v1", "torchtune"))
# Keys of transformers that are words; its frameworks' readers take `no` for False.
_WORDS = frozenset("eval_strategy evaluation_strategy save_strategy logging_strategy lr_scheduler_type".split())
_OFF = frozenset("false no off".split())
_NUMBERS = frozenset(
    "epochs learning_rate warmup_steps warmup_ratio batch_size accumulation eval_steps save_steps logging_steps "
    "max_grad_norm weight_decay max_steps max_length lora_rank lora_alpha save_limit".split()
)


def misread_facts(_: RunSource, rows: SettingRows) -> None:
    """Mark numbers that stay texts, words that become switches, and keys that stand twice."""
    spec = rows.spec
    _numbers(spec, rows)
    _words(spec, rows)
    _switches(spec, rows)
    _repeated(spec, rows)


def _numbers(spec: RunSpec, rows: SettingRows) -> None:
    rows.skip("number_as_text", f"{spec.framework.name} makes numbers of texts")
    if spec.framework.name != "Hugging Face":
        return
    for setting in [one for one in spec if one.name in _NUMBERS and one.path == spec.written.file.shown]:
        if not setting.is_written:
            continue
        rows.rows.examine("number_as_text")
        if why := _why_text(setting, spec):
            rows.mark("number_as_text", setting.name, why)
    rows.skip("number_as_text", "no number is written")


def _why_text(setting: Setting, spec: RunSpec) -> str:
    """Why a number arrives as a text; a file for TRL is read by its own parser, which makes a number of it."""
    raw = spec.written.get(setting.key)
    if spec.written.call and isinstance(raw, str) and number(raw) is not None:
        return f"`{setting.key}={raw!r}`: a text, which the optimizer cannot count with; write it without the quotes"
    if configuration(spec.written) or spec.written.call:
        return ""
    if isinstance(raw, str) and number(raw) is not None:
        return f'`{setting.key}: "{raw}"`: a text for HfArgumentParser.parse_yaml_file; write it without the quotes'
    if not isinstance(spec.written.misread.get(setting.key), str):
        return ""
    return (
        f"`{setting.key}: {shown_number(raw)}`: PyYAML takes it for a text, and HfArgumentParser.parse_yaml_file hands "
        f"that to the trainer; with a dot it is a number: {dotted(raw)}"
    )


def shown_number(value: Any) -> str:
    """A number as it must have been written for PyYAML to take it for a text: without a dot, with an exponent."""
    digits, _, exponent = f"{value:e}".partition("e")
    return f"{digits.rstrip('0').rstrip('.')}e{int(exponent)}"


def dotted(value: Any) -> str:
    """A number as PyYAML reads it: with a dot, and a sign in its exponent."""
    digits, _, exponent = f"{value:e}".partition("e")
    digits = digits.rstrip("0")
    return f"{digits + '0' if digits.endswith('.') else digits}e{int(exponent):+03d}"


def _words(spec: RunSpec, rows: SettingRows) -> None:
    rows.skip("word_as_false", "no word is written that could be read as false")
    if not runs_in_transformers(spec):
        return
    for key in sorted(_WORDS & set(spec.written.data)):
        rows.rows.examine("word_as_false")
        meant, read = spec.written.get(key), spec.written.misread.get(key)
        switch = meant if isinstance(meant, bool) else read
        if isinstance(switch, bool):
            instead = "steps" if switch else "no"
            text = f"`{key}: {shown(meant)}` is read as {shown(switch)}, which is none of its words"
            rows.mark_key("word_as_false", key, f'{text}; write `{key}: "{instead}"`')


def _switches(spec: RunSpec, rows: SettingRows) -> None:
    """`fp16: "false"`: HfArgumentParser leaves a file's texts as they are, and every text is true."""
    known = known_keys(spec) if takes_flags(spec) else None
    rows.skip("text_as_true", f"no switch is written, or {spec.framework.name} makes switches of texts")
    if known is None or (configuration(spec.written) and not spec.written.call):  # TrlParser reads words
        return
    for key in sorted(known.switches & set(spec.written.data)):
        rows.rows.examine("text_as_true")
        raw = spec.written.get(key)
        if isinstance(raw, str) and raw.strip().lower() in _OFF and key not in spec.written.misread:
            equals = "=" if spec.written.call else ": "
            false = "False" if spec.written.call else "false"
            text = f'`{key}{equals}"{raw}"`: a text, and each text is on; write `{key}{equals}{false}`'
            rows.mark_key("text_as_true", key, text)


def _repeated(spec: RunSpec, rows: SettingRows) -> None:
    refused = spec.framework.name in _OMEGACONF and spec.written.file.path.suffix != ".json"
    kind, other = ("repeated_key_refused", "repeated_key") if refused else ("repeated_key", "repeated_key_refused")
    name = spec.framework.name
    rows.skip(other, f"{name} refuses a key that stands twice" if refused else f"for {name} the last one counts")
    rows.rows.examine(kind, rows=max(1, len(spec.written.lines)))
    for key, line in spec.written.repeated.items():
        then = f"{name} refuses that" if refused else "the last one counts"
        rows.mark_key(kind, key, f"`{key}` stands in line {line}, and again in {spec.written.line(key)}: {then}")
