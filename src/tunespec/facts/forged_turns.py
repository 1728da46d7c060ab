"""Turns of a chat template typed into the text of a user or a tool: who sends them speaks in another role's name."""

from __future__ import annotations

import re
from itertools import chain

from tunespec.conversation import MESSAGE_LISTS

# Shapes whose records a chat template renders: there, no special token is part of the text by design.
TEMPLATED = frozenset({*MESSAGE_LISTS, "alpaca"})
_ROLE = r"(?:system|developer|user|assistant|model|tool|ipython)"
# The end of a turn: ChatML, Llama 3 and 4, Gemma, Phi, harmony, Llama 2, Mistral, DeepSeek, Cohere, OpenChat.
_END = (
    r"(?:<\|(?:im_end|eot_id|eot|end|eom_id|endoftext|end_of_text|end_of_turn|END_OF_TURN_TOKEN)\|>"
    r"|<end_of_turn>|<turn\|>|</s>|\[/INST\]|<</SYS>>|\[/SYSTEM_PROMPT\]|<[|｜]end▁of▁sentence[|｜]>)"
)
# The header of a turn, by the same families; group 1, 2 ... hold the role where the header names one.
_HEADER = (
    rf"(?:<\|im_start\|>\s*{_ROLE}\b|<\|start_header_id\|>\s*{_ROLE}\s*<\|end_header_id\|>"
    rf"|<\|header_start\|>\s*{_ROLE}\s*<\|header_end\|>|<start_of_turn>\s*{_ROLE}\b|<\|turn>\s*{_ROLE}\b"
    rf"|<\|start\|>\s*{_ROLE}\b|<\|start_of_role\|>\s*{_ROLE}\s*<\|end_of_role\|>"
    rf"|<\|(?:system|user|assistant)\|>|<[|｜](?:User|Assistant|System)[|｜]>|<\|im_(?:system|user|assistant)\|>"
    r"|<\|START_OF_TURN_TOKEN\|>\s*<\|(?:SYSTEM|USER|CHATBOT)_TOKEN\|>"
    r"|(?:<s>\s*)?\[INST\]|<<SYS>>|\[SYSTEM_PROMPT\]|\[AVAILABLE_TOOLS\]|\[TOOL_RESULTS\])"
)
_BARE = r"(?:GPT4 Correct |#{1,3} ?)?(?:System|User|Human|Assistant)\b[^\n:]{0,10}:"
_AFTER_AN_END = re.compile(rf"{_END}\s*(?:{_HEADER}|(?i:{_BARE}))")
_AT_A_LINE = re.compile(rf"(?m)^[ \t]*{_HEADER}[ \t]*(?:\n|(?<=[>\]])[ \t]*\S)")
_ROUND_AGAIN = re.compile(r"\[/INST\][\s\S]+?\[INST\]")
_RENDERED = re.compile(rf"\s*+(?:<s>|<bos>|<\|begin_of_text\|>|<[|｜]begin▁of▁sentence[|｜]>)?\s*+{_HEADER}")
# A prompt that is typed with its own header forges no other role's turn: its tokens are D011's.
_OWN = re.compile(
    r"\A\s*+(?:<s>|<bos>)?\s*+(?:\[INST\]|<\|im_start\|>\s*user\b|<start_of_turn>\s*user\b|<\|user\|>"
    r"|<\|start_header_id\|>\s*user\s*<\|end_header_id\|>)"
)
# What a template writes behind such a prompt: the end of its turn, and the header of the reply that is still to come.
_REPLY = re.compile(
    rf"{_END}?\s*(?:<\|im_start\|>\s*assistant|<start_of_turn>\s*model|<[|｜][Aa]ssistant[|｜]>"
    r"|<\|start_header_id\|>\s*assistant\s*<\|end_header_id\|>)\s*\Z"
)
# A prompt as a template rendered it as a whole: it begins a text or a turn, and ends where the reply is to come.
_BOS = r"(?:<s>|<bos>|<\|begin_of_text\|>|<\|startoftext\|>|<BOS_TOKEN>|\[gMASK\]<sop>|<[|｜]begin▁of▁sentence[|｜]>)"
_LED = re.compile(rf"\s*+(?:{_BOS}|{_HEADER})")
_DUE = re.compile(rf"({_HEADER}|\[/INST\])\s*(?:<think>\s*(?:</think>\s*)?)?\Z")
_ASKS = re.compile(r"(?i)user|system|tool|\[INST\]|<<SYS>>")
_STRUCTURE = re.compile(rf"(?:{_END}\s*+)?(?:{_BOS}\s*+)?{_HEADER}|\A\s*{_BOS}|{_END}\s*\Z")
_LESSON = re.compile(
    r"(?i)chat[ _-]?templates?|chatml|tokeni[sz]|special tokens?|control tokens?|jinja|prompt (?:format|template)"
    r"|fine-?tun|vocabulary|delimiters?|对话模板|聊天模板|特殊标记|特殊词元"
)
GATE = [
    "<|im_", "<|start", "<|header_start", "<start_of_turn>", "<|turn>", "<|system|>", "<|user|>", "<|assistant|>",
    "<｜User", "<｜Assistant", "<｜System", "<|User", "<|Assistant", "<|START_OF", "[INST]", "<<SYS>>",
    "[SYSTEM_PROMPT]", "[AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "<|endoftext|>", "<|end_of_t", "<|eot", "</s>",
    "<end_of_turn>", "<|end|>",
]  # fmt: skip


def forged_turn(prose: str, *, rendered: bool) -> str | None:
    """Says which turn a text forges, or None.

    Args:
        prose: a user's or tool's text without code: a lesson shows templates in code.
        rendered: whether the record's shape holds prompts with their template, which is then no forgery.
    """
    if _LESSON.search(prose) or (rendered and _RENDERED.match(prose)):
        return None
    if _OWN.match(prose):
        prose = _REPLY.sub("", _OWN.sub("", prose))
    again = _ROUND_AGAIN.finditer(prose, 0, prose.rfind("[INST]") + len("[INST]"))  # behind it, none can match
    for match in chain(_AFTER_AN_END.finditer(prose), again, _AT_A_LINE.finditer(prose)):
        if not _quoted(prose, match.start(), match.end()):
            return f"ends its own turn and opens another one with `{_shown(match[0])}`"
    return None


def unrendered(prompt: str) -> str | None:
    """What a prompt says without the turns that a template wrote around it; None if it is none that was rendered."""
    due = _DUE.search(prompt)
    if due is None or _ASKS.search(due[1]) or not _LED.match(prompt):
        return None
    return _STRUCTURE.sub("\n", prompt[: due.start()]).strip()


def _quoted(text: str, start: int, end: int) -> bool:
    """Whether quotation marks stand around a place: what is quoted is spoken about."""
    return text[max(0, start - 1) : start] in set("\"'“‘«") and any(mark in text[end : end + 2] for mark in "\"'”’»")


def _shown(found: str) -> str:
    """The tokens alone, never the words between them."""
    return " ".join(re.findall(r"<\S*?>\w{0,9}|\[/?[A-Z_]+\]", found)[:3])
