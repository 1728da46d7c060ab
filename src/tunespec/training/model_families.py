"""Which end tokens a model's tokenizer has, by the name that its maker gave it; and what a named chat template writes.

Sources: the makers' ``tokenizer_config.json`` and ``generation_config.json`` on the Hugging Face hub; Axolotl 0.19,
``utils/chat_templates/templates/*.jinja``; meta-llama's ``tokenizer.py`` (llama-models) for the reserved tokens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """Models whose tokenizers agree.

    Args:
        name: as its maker calls it.
        pattern: what the whole name of such a model matches, in lower case.
        eos: the EOS token of its tokenizer; empty: not known, or not the same in all of them.
        turn_end: what its own chat template writes behind an answer.
        tokens: those between `<|` and `|>` that it has, without the reserved ones; empty: not known.
    """

    name: str
    pattern: re.Pattern[str]
    eos: str
    turn_end: str = ""
    tokens: frozenset[str] = frozenset()

    def has(self, token: str) -> bool:
        """Whether it has a token between `<|` and `|>`, be it a reserved one."""
        return token in self.tokens or bool(_RESERVED.fullmatch(token))


_LLAMA_4 = (
    "begin_of_text end_of_text fim_prefix fim_middle fim_suffix header_start header_end eom eot step python_start "
    "python_end finetune_right_pad image_start image_end tile_x_separator tile_y_separator image patch"
)
_LLAMA_3 = (
    "begin_of_text end_of_text finetune_right_pad_id step_id start_header_id end_header_id eom_id eot_id image "
    "python_tag"
)
_RESERVED = re.compile(r"<\|(\w*reserved_special_token_\d+|(text|vision)_reserved.*|reasoning_.*)\|>")


def _made(name: str, pattern: str, eos: str, turn_end: str = "", tokens: str = "") -> Family:
    own = frozenset(f"<|{token}|>" for token in tokens.split())
    return Family(name, re.compile(pattern), eos, turn_end or eos, own)


# In the order in which they are asked. Only makers' own names, and copies that keep them: what somebody tuned further
# may have another end.
FAMILIES: Sequence[Family] = (
    _made("Llama 4", r"[\w.-]+/llama-4-[\w.-]+", "", "<|eot|>", _LLAMA_4),
    _made(
        "Llama 3 Instruct",
        r"(meta-llama|unsloth|nousresearch)/(meta-)?llama-3[\w.-]*-instruct[\w.-]*",
        "<|eot_id|>",
        "",
        _LLAMA_3,
    ),
    _made(
        "Llama 3",
        r"(meta-llama|unsloth|nousresearch)/(meta-)?llama-3[\d.]*-\d+b",
        "<|end_of_text|>",
        "<|eot_id|>",
        _LLAMA_3,
    ),
    _made("Llama 2", r"(meta-llama|nousresearch)/llama-2-[\w.-]+", "</s>"),
    _made("Gemma 4", r"(google|unsloth|nvidia)/gemma-4-[\w.-]+", "<eos>", "<turn|>"),
    _made("Gemma", r"(google|unsloth)/gemma-[\w.-]+", "<eos>", "<end_of_turn>"),
    _made("Qwen 2.5 Instruct", r"(qwen|unsloth)/qwen2(\.5)?[\w.-]*-instruct", "<|im_end|>"),
    _made("Qwen 2.5", r"(qwen|unsloth)/qwen2(\.5)?(-coder|-math)?-[\d.]+b", "<|endoftext|>", "<|im_end|>"),
    _made("Qwen 3 Base", r"(qwen|unsloth)/qwen3-[\w.]+-base", "<|endoftext|>", "<|im_end|>"),
    _made("Qwen 3", r"(qwen|unsloth)/qwen3-[\d.]+b", "<|im_end|>"),
    _made("Mistral 7B", r"mistralai/mistral-7b-[\w.-]+", "</s>"),
)
# Axolotl's named templates whose end of a turn stands in their text; others write the tokenizer's EOS.
TURN_ENDS = {
    "chatml": "<|im_end|>",
    "qwen_25": "<|im_end|>",
    "qwen3": "<|im_end|>",
    "qwen2_vl": "<|im_end|>",
    "gemma": "<end_of_turn>",
    "gemma3": "<end_of_turn>",
    "gemma3n": "<end_of_turn>",
    "gemma4": "<turn|>",
    "gemma4_unified": "<turn|>",
    "llama3": "<|eot_id|>",
    "llama3_2_vision": "<|eot_id|>",
    "llama4": "<|eot|>",
    "phi_3": "<|end|>",
    "phi_35": "<|end|>",
}


def family_of(model: str) -> Family | None:
    """The family of a model, by its name on the hub (``google/gemma-2-9b``); None if it is not known."""
    return next((one for one in FAMILIES if one.pattern.fullmatch(model.strip().lower())), None)
