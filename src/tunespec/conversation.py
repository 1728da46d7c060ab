"""The canonical form that every record shape becomes: a conversation of turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

# Role names of OpenAI, ShareGPT, LlamaFactory, Axolotl, torchtune and mistral-finetune.
ROLES: Mapping[str, str] = {
    "user": "user", "human": "user", "prompter": "user",
    "assistant": "assistant", "gpt": "assistant", "bot": "assistant", "model": "assistant", "chatgpt": "assistant",
    "system": "system", "developer": "system",
    "tool": "tool", "function": "tool", "observation": "tool", "ipython": "tool", "tool_response": "tool",
    "function_call": "call", "tool_call": "call",
}  # fmt: skip

MESSAGE_LISTS = ("messages", "conversations", "conversation", "interactions")  # keys, and shapes, of lists of messages
CHAT = frozenset({*MESSAGE_LISTS, "preference"})  # shapes whose records are conversations of roles


REASONING = ("reasoning_content", "thinking", "reasoning")  # keys of a message for what came before its answer


class Turn(NamedTuple):
    """One message. ``role`` is canonical, ``named`` what the file says; ``calls`` are raw tool calls.

    ``answers`` is the id of the call that a tool result answers, if it names one; ``thinking`` is reasoning that stands
    in a key of its own; ``shown`` stands for what the message shows besides its text, equal for equal pictures.
    """

    role: str
    text: str
    named: str = ""
    calls: tuple[Any, ...] = ()
    empty_by_design: bool = False  # an image, a reasoning part or a weight of 0 stands in for the text
    answers: str | None = None
    thinking: str = ""
    shown: str = ""


class Conversation(NamedTuple):
    """A record in canonical form. ``rejected`` is the losing answer of a preference pair."""

    shape: str
    turns: tuple[Turn, ...]
    system: str | None = None
    rejected: tuple[Turn, ...] | None = None
    label: Any = None
    tools: Any = None
    defect: str | None = None  # why the record's values do not fit its shape

    @property
    def prompt(self) -> str:
        """All user turns, joined: what leakage compares, so that a shared system prompt never counts."""
        return "\n".join([turn.text for turn in self.turns if turn.role == "user"])

    @property
    def answer(self) -> str:
        """All answers, joined: every assistant turn, the chosen one and the rejected one."""
        texts = [turn.text for turn in self.turns if turn.role in ("assistant", "call")]
        texts += [turn.text for turn in self.rejected or () if turn.role == "assistant"]
        return "\n".join(texts)
