"""Record shapes: which keys make which shape, and how each becomes a conversation.

Keys and their meaning follow the trainers that read them: TRL, Axolotl, LlamaFactory, torchtune, mlx-lm,
mistral-finetune and OpenAI's fine-tuning API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from tunespec.conversation import MESSAGE_LISTS, ROLES, Conversation
from tunespec.converters import (
    Record,
    mapped_record,
    messages_record,
    pair_record,
    preference_record,
    segments_record,
    self_instruct_record,
    text_record,
)
from tunespec.messages import WrongTypeError

Convert = Callable[[Record], Conversation]

_PAIRS = (
    ("prompt", ("completion", "response", "generation", "output", "answer", "chosen_answer", "canonical_solution")),
    ("question", ("answer", "response", "output", "std_answer")),
    ("instruction", ("output", "response", "answer", "completion")),
    ("query", ("response", "answer", "output")),
    ("problem", ("solution", "answer")),
    ("input", ("output", "response")),
    ("text", ("code",)),
)
_PREFERENCE = (
    ("chosen", "rejected"),
    ("chosen_response", "rejected_response"),
    ("response_j", "response_k"),
    ("preferred_output", "non_preferred_output"),
)
_PROMPT_OF_PREFERENCE = ("prompt", "question", "instruction", "input", *MESSAGE_LISTS)


class Shapes:
    """Finds the shape of records and converts them; remembers the answer for each set of keys."""

    def __init__(self, columns: Mapping[str, str] | None = None, roles: Mapping[str, str] | None = None) -> None:
        """Args: the configured ``columns`` (canonical name -> column) and ``roles`` (role name -> canonical)."""
        self._columns = dict(columns or {})
        self._roles = {**ROLES, **{name.lower(): role for name, role in (roles or {}).items()}}
        self._known: dict[tuple[str, ...], Convert | None] = {}

    @property
    def unused_columns(self) -> list[str]:
        """The configured columns that no record so far had."""
        seen = {key for keys in self._known for key in keys}
        return sorted(column for name, column in self._columns.items() if name != "split" and column not in seen)

    def convert(self, record: Record) -> Conversation | None:
        """The record as a conversation; None if no shape has its keys."""
        keys = tuple(record)
        try:
            convert = self._known[keys]
        except KeyError:
            convert = self._known[keys] = self._find(frozenset(keys))
        if convert is None:
            return None
        try:
            return convert(record)
        except WrongTypeError as error:
            return Conversation("", (), defect=str(error))

    def _find(self, keys: frozenset[str]) -> Convert | None:
        mapped = frozenset(column for name, column in self._columns.items() if name != "split")
        if mapped and mapped <= keys:
            return partial(mapped_record, columns=self._columns, roles=self._roles)
        return self._preference_or_chat(keys) or self._pair_or_text(keys)

    def _preference_or_chat(self, keys: frozenset[str]) -> Convert | None:
        for chosen, rejected in _PREFERENCE:
            if {chosen, rejected} <= keys:
                prompt = next((key for key in _PROMPT_OF_PREFERENCE if key in keys), None)
                return partial(preference_record, keys=(prompt, chosen, rejected), roles=self._roles)
        key = next((key for key in MESSAGE_LISTS if key in keys), None)
        return partial(messages_record, key=key, roles=self._roles) if key else None

    def _pair_or_text(self, keys: frozenset[str]) -> Convert | None:
        if {"instruction", "instances"} <= keys:
            return self_instruct_record
        for prompt, answers in _PAIRS:
            answer = next((key for key in answers if key in keys), None)
            if prompt in keys and answer:
                return partial(pair_record, prompt=prompt, answer=answer, roles=self._roles)
        if "segments" in keys:
            return segments_record
        return text_record if "text" in keys else None
