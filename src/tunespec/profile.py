"""Pass one over a dataset: what is usual in it. Facts that are relative to the dataset compare with this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from tunespec.end_marker import EndMarker, configured_end_marker, infer_end_marker
from tunespec.facts.think import thinks_first
from tunespec.headers import Template
from tunespec.records import Records

# Keys that trainers treat as optional: a record without them is no other format.
OPTIONAL_KEYS = frozenset(
    "input system history tools functions available_tools weight images image videos audios name metadata "
    "parallel_tool_calls chat_template_kwargs system_prompt label kto_tag split".split()
)
Value = TypeVar("Value")
_SPLITS_SHOWN = 5


@dataclass(frozen=True)
class Form:
    """The usual shape, and the usual keys among the records of that shape. Shares are between 0 and 1."""

    shape: str
    shape_share: float
    keys: frozenset[str]
    keys_share: float


@dataclass(frozen=True)
class Profile:
    """What is usual in a dataset. Shares are of the readable conversations, between 0 and 1.

    ``form`` is that of all records, ``forms`` that of each file that a trainer reads by itself, by its path.
    """

    form: Form
    forms: Mapping[str, Form]
    system_share: float
    system_prompts: int  # different ones
    think_share: float
    template: Template | None
    end_marker: EndMarker | None
    unknown_splits: Mapping[str, int]

    @property
    def shape(self) -> str:
        """The shape that most records have."""
        return self.form.shape

    def shown(self) -> dict[str, Any]:
        """The profile as reports print it."""
        shown: dict[str, Any] = {"shape": self.shape, "shape_share": round(self.form.shape_share, 4)}
        if self.system_share:
            shown["system_prompt_share"] = round(self.system_share, 4)
        if self.think_share:
            shown["think_share"] = round(self.think_share, 4)
        if self.template:
            shown["template_headers"] = list(self.template.headers)
        if self.end_marker:
            marker = self.end_marker
            shown["end_marker"] = {"text": marker.text, "source": marker.source, "share": round(marker.share, 4)}
        if self.unknown_splits:
            shown["unknown_splits"] = dict(self.unknown_splits)
        return shown


def make_profile(records: Records, marker: str = "") -> Profile:
    """The profile of a dataset's records; ``marker`` is the end marker that the configuration names, if it does."""
    readable = [c for c in records.conversations if c is not None and not c.defect]
    systems = [system for c in readable if c.system and (system := c.system.strip())]
    total = len(readable) or 1
    return Profile(
        form=_form(records, range(len(records))),
        forms=_forms(records),
        system_prompts=len(set(systems)),
        system_share=len(systems) / total,
        think_share=sum(map(thinks_first, readable)) / total,
        template=records.template,
        end_marker=_end_marker(records, marker),
        unknown_splits=dict(sorted(records.unknown_splits.items())[:_SPLITS_SHOWN]),
    )


def _forms(records: Records) -> dict[str, Form]:
    rows: dict[str, list[int]] = {path: [] for path in records.apart}
    for row, place in enumerate(records.places if rows else ()):
        if place.path in rows:
            rows[place.path].append(row)
    return {path: _form(records, own) for path, own in rows.items()}


def _form(records: Records, rows: Sequence[int]) -> Form:
    there = [(c, records.keys[row]) for row in rows if (c := records.conversations[row]) is not None]
    shape, shape_share = _usual(c.shape for c, _ in there if not c.defect)
    keys, keys_share = _usual(required_keys(own) for c, own in there if c.shape == shape)
    return Form(shape or "", shape_share, keys or frozenset(), keys_share)


@lru_cache(1024)
def required_keys(keys: tuple[str, ...]) -> frozenset[str]:
    """A record's keys without those that trainers treat as optional."""
    return frozenset(keys) - OPTIONAL_KEYS


def _end_marker(records: Records, configured: str) -> EndMarker | None:
    answers = (
        turn.text if c.shape != "text" else records.answers[row]
        for row, c in enumerate(records.conversations)
        if c is not None and not c.defect
        for turn in c.turns
        if turn.role in {"assistant", "text"} and turn.text
    )
    return configured_end_marker(configured, answers) if configured.strip() else infer_end_marker(answers)


def _usual(values: Iterable[Value]) -> tuple[Value | None, float]:
    """The most frequent value (the first seen among equals) and its share."""
    counts = Counter(values)
    if not counts:
        return None, 0.0
    value, count = counts.most_common(1)[0]
    return value, count / counts.total()
