"""Passages of given prompts and answers, as a dataset of them would have."""

from __future__ import annotations

from tunespec.conversation import Conversation, Turn
from tunespec.passages import Passages, make_passages
from tunespec.records import Records


def texts_of(*pairs: tuple[str, str]) -> tuple[Passages, Records]:
    """Records of one prompt and one answer each, after their passages."""
    conversations: list[Conversation | None] = [
        Conversation("messages", (Turn("user", prompt), Turn("assistant", answer))) for prompt, answer in pairs
    ]
    prompts, answers = [prompt for prompt, _ in pairs], [answer for _, answer in pairs]
    records = Records(conversations=conversations, prompts=prompts, answers=answers)
    return make_passages(records, None), records
