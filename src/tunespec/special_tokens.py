"""The special tokens of the model families, as they look when somebody types them into text.

Sources: the chat templates and tokenizer files that the families publish (Hugging Face ``chat_template.jinja``,
``tokenizer_config.json``), Ollama's ``template/*.gotmpl`` with their stop lists, OpenAI's harmony guide, and the
papers that introduced sentinel tokens (BERT, T5, FIM).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from tunespec.errors import CannotJudgeError

# family -> its tokens. Roles belong to the family where the token holds one (`<|user|>`).
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "ChatML": ("<|im_start|>", "<|im_end|>", "<|im_sep|>"),
    "Qwen": (
        "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
        "<|video_pad|>", "<|box_start|>", "<|box_end|>", "<|object_ref_start|>", "<|object_ref_end|>",
    ),
    "Llama 2": ("[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<s>", "</s>"),
    "Llama 3": (
        "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|eom_id|>",
        "<|python_tag|>", "<|finetune_right_pad_id|>", "<|eot|>", "<|header_start|>", "<|header_end|>",
    ),
    "Mistral": (
        "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
        "[TOOL_CALLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CONTENT]", "[CALL_ID]",
        "[THINK]", "[/THINK]", "[IMG_BREAK]", "[IMG_END]", "<s>", "</s>",
    ),
    "Gemma": (
        "<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>", "<start_of_image>", "<end_of_image>", "<|turn>",
        "<turn|>", "<|channel>", "<channel|>", "<|tool>", "<tool|>", "<|tool_call>", "<tool_call|>", "<|tool_response>",
        "<tool_response|>",
    ),
    "Phi": ("<|user|>", "<|assistant|>", "<|system|>", "<|end|>", "<|endoftext|>", "<|im_start|>", "<|im_sep|>",
            "<|im_end|>", "<|placeholder1|>"),
    "Zephyr": ("<|user|>", "<|assistant|>", "<|system|>", "</s>"),
    "DeepSeek": (
        "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>", "<|EOT|>",
        "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", "<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>",
        "<｜tool▁sep｜>",
        "<｜tool▁outputs▁begin｜>", "<｜tool▁outputs▁end｜>", "<｜tool▁output▁begin｜>", "<｜tool▁output▁end｜>",
        "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>",
    ),
    "Command R": (
        "<BOS_TOKEN>", "<EOS_TOKEN>", "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "<|USER_TOKEN|>",
        "<|CHATBOT_TOKEN|>", "<|SYSTEM_TOKEN|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_THINKING|>",
        "<|END_THINKING|>", "<|START_ACTION|>", "<|END_ACTION|>",
    ),
    "harmony": ("<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|constrain|>", "<|return|>", "<|call|>",
                "<|startoftext|>", "<|endoftext|>"),
    "GLM": ("[gMASK]", "<sop>", "<eop>", "[sMASK]", "<|user|>", "<|assistant|>", "<|system|>", "<|observation|>",
            "<|endoftext|>"),
    "Granite": ("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>", "<|tool_call|>"),
    "Falcon": (">>QUESTION<<", ">>ANSWER<<", ">>TITLE<<", ">>ABSTRACT<<", ">>SUMMARY<<", "<|endoftext|>"),
    "OpenAssistant": ("<|prompter|>", "<|assistant|>", "<|endoftext|>"),
    "OpenChat": ("<|end_of_turn|>", "<s>", "</s>"),
    "InternLM": ("<eoh>", "<eoa>", "<TOKENS_UNUSED_0>", "<|im_start|>", "<|im_end|>", "<s>", "</s>"),
    "SmolVLM": ("<end_of_utterance>", "<|im_start|>", "<|im_end|>", "<fake_token_around_image>"),
    "Vicuna": ("<s>", "</s>"),
    "GPT-2": ("<|endoftext|>",),
    "BERT": ("[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]"),
    "RoBERTa": ("<s>", "</s>", "<mask>", "<pad>", "<unk>"),
    "T5": ("<pad>", "<unk>", "</s>"),  # and <extra_id_N>
    "FIM": ("<fim_prefix>", "<fim_middle>", "<fim_suffix>", "<fim_pad>", "<|fim_prefix|>", "<|fim_middle|>",
            "<|fim_suffix|>", "<|fim_pad|>"),
}  # fmt: skip

_OF: dict[str, frozenset[str]] = {}
for _family, _tokens in FAMILIES.items():
    for _token in _tokens:
        _OF[_token] = _OF.get(_token, frozenset()) | {_family}

# Placeholders and tags that a data format prescribes, and D002's think block.
BY_DESIGN = frozenset(
    "<think> </think> <image> <video> <audio> <tool_call> </tool_call> <tool_response> </tool_response> <tools> "
    "</tools> <functioncall> <answer> </answer> <|image|> <|video|> <|audio|> <|image_1|> <|think|>".split()
)
# Tokens that text holds for reasons of its own: HTML's strike-through, fill-in exercises.
AMBIGUOUS = frozenset("<s> </s> <mask> [MASK] <pad> <unk> [PAD] [UNK]".split())
MASKS = frozenset({"<mask>", "[MASK]"})
# What ends a turn or a text: at an answer's end the chat template writes it.
END_TOKENS = frozenset({
    "<|im_end|>", "</s>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|endoftext|>", "<end_of_turn>", "<turn|>",
    "<eos>", "<|end|>", "<|return|>", "<｜end▁of▁sentence｜>", "<|END_OF_TURN_TOKEN|>", "<EOS_TOKEN>",
    "<|end_of_turn|>", "<|EOT|>", "<|eot|>", "<end_of_utterance>", "<eoa>", "<|END_RESPONSE|>", "<eop>",
})  # fmt: skip
# What begins or ends the whole sequence: a tokenizer adds it to every text, or to none.
SEQUENCE = frozenset(
    "<s> </s> <bos> <eos> <|begin_of_text|> <|end_of_text|> <|endoftext|> <|startoftext|> <BOS_TOKEN> <EOS_TOKEN> "
    "<｜begin▁of▁sentence｜> <｜end▁of▁sentence｜> [gMASK] <sop>".split()
)

_GENERIC = r"<[|｜][A-Za-z][\w▁]{1,40}[|｜]>"  # reserved tokens and those of families to come have this form too
_PLAIN = tuple(sorted((t for t in _OF if not re.fullmatch(_GENERIC, t)), key=len, reverse=True))
TOKEN_PATTERN = "|".join((_GENERIC, r"<extra_id_\d{1,3}>", *map(re.escape, _PLAIN)))
TAG_PATTERN = TOKEN_PATTERN + r"|<[^<>\s]{1,40}>"  # of a family that is not known, too: `<end_message>`


def token_pattern(listed: Iterable[str] = ()) -> re.Pattern[str]:
    """Finds special tokens of any family, and those that are listed."""
    own = "|".join(re.escape(token) for token in sorted(listed, key=len, reverse=True))
    return re.compile(f"{own}|{TOKEN_PATTERN}" if own else TOKEN_PATTERN)


def families_of(token: str) -> frozenset[str]:
    """The families that have the token; a frozen set of its own name for one that none of them lists."""
    if token.startswith("<extra_id_"):
        return frozenset({"T5"})
    return _OF.get(token) or frozenset({token})


def shown_family(token: str) -> str:
    """``Llama 2 or Mistral`` for a message; empty for a token of no listed family."""
    names = [name for name in FAMILIES if name in families_of(token)]
    if token.startswith("<extra_id_"):
        return "T5"
    return f"{names[0]} and others" if len(names) > 2 else " or ".join(names)


def listed_tokens(tokenizer: Path) -> tuple[str, ...]:
    """The special tokens that a ``tokenizer.json`` lists, without those that data formats prescribe.

    Raises:
        CannotJudgeError: if the file is no tokenizer's.
    """
    try:
        listed = json.loads(tokenizer.read_text(encoding="utf-8"))["added_tokens"]
        tokens = {entry["content"] for entry in listed if entry.get("special")}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotJudgeError(f"{tokenizer.name}: no tokenizer.json with added_tokens ({error})") from error
    return tuple(sorted(token for token in tokens if token.strip() and token not in BY_DESIGN))
