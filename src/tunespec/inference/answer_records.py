"""A model's answers as records of a dataset, so that what is known about training texts can be asked of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from tunespec.conversation import Conversation, Turn
from tunespec.fences import blanked
from tunespec.inference.answered import Answered
from tunespec.inference.tool_calls import in_openais_form
from tunespec.records import Records

_THINK = "<think>"


def answer_records(answered: Sequence[Answered], turn_end: str) -> Records:
    """One record for each answer: its question, the answer, and all that was said before as the system's text.

    Earlier answers were not the model's to give, and what stands behind the turn end belongs to no answer.

    Args:
        answered: prompts with their answers.
        turn_end: what ends an answer; empty if it is not known.
    """
    records = Records()
    for one in answered:
        conversation = _conversation(one, turn_end)
        records.places.append(one.place)
        records.splits.append(None)
        records.keys.append(("messages",))
        records.defects.append(None)
        records.conversations.append(conversation)
        asked = (str(message["content"]) for message in one.messages if message["role"] == "user")
        records.prompts.append("\n".join(asked))
        records.answers.append(conversation.answer)
        said = conversation.system, conversation.turns
        records.contents.append(hashlib.blake2b(repr(said).encode(errors="replace"), digest_size=16).digest())
        records.metadata.append({})
    return records


def _conversation(one: Answered, turn_end: str) -> Conversation:
    last = max((at for at, message in enumerate(one.messages) if message["role"] == "user"), default=-1)
    texts = (str(message["content"]) for at, message in enumerate(one.messages) if at != last)
    before = [text for text in texts if text]  # a call has none
    question = (Turn("user", one.question, "user"),) if last >= 0 else ()
    calls = tuple(map(in_openais_form, one.reply.calls))
    answer = Turn("assistant", _said(one, turn_end), "assistant", calls, empty_by_design=bool(calls))
    tools = list(one.tools) or None
    return Conversation("messages", (*question, answer), "\n\n".join(before) or None, tools=tools)


def _said(one: Answered, turn_end: str) -> str:
    """The answer up to its end, with the beginning of the thought that the prompt begins for it.

    A turn end in code is code, as it is for I002.
    """
    text = one.reply.text
    end = blanked(text).find(turn_end) if turn_end and turn_end in text else -1
    text = text[:end] if end >= 0 else text
    begun = one.rendered is not None and one.rendered.rstrip().endswith(_THINK)
    return f"{_THINK}\n{text}" if begun and not text.lstrip().startswith(_THINK) else text
