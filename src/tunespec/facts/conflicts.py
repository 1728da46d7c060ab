"""D007's facts about answers: one prompt, two answers that differ."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tunespec.canonical import canonical
from tunespec.conversation import Conversation
from tunespec.facts import Fact
from tunespec.facts.exchanges import has_media
from tunespec.findings import Mark
from tunespec.profile import Profile
from tunespec.records import Records
from tunespec.text import fold, same_words

_MEDIA = re.compile(r"<(?:image|img|video|audio|picture)\b", re.IGNORECASE)
_EDGE = 24  # letters of a prompt's end that say cheaply whether it may be repeated at all
_LABEL_WORDS = 3  # labels of the usual classification sets have at most three words ("not enough info")
_REPEATS = 0.1  # share of repeating records above which a dataset asks each prompt several times by design
_FEW = 2  # repetitions that no share can judge
_POLAR = frozenset("yes no true false".split())
_NUMBER = re.compile(r"[-+]?\d+(?: \d+)*%?")
_CHANCE = re.compile(
    r"\b(?:random(?:ly)?|pick an?|choose an?|any|guess|give me an?|example|roll|flip|invent)\b", re.IGNORECASE
)


class _Lesson(NamedTuple):
    row: int
    answer: str


def conflict_facts(records: Records, profile: Profile) -> list[Fact]:
    """``conflicting_answer`` and ``contradicting_label``: the first record of the same prompt answers differently.

    A record has one of the two. A label contradicts only where prompts are not repeated by design: several annotators
    who disagree are a method.
    """
    rows = [row for row, c in enumerate(records.conversations) if c is not None and _comparable(records, row, c)]
    groups = _same_prompt(records, profile, rows)
    labels = _label_set(records, rows)
    repeats = sum(len(group) - 1 for group in groups)
    by_design = repeats > max(_FEW, _REPEATS * len(rows))
    different: dict[int, Mark] = {}
    contradicting: dict[int, Mark] = {}
    for group in groups:
        first = group[0]
        place = records.places[first.row]
        for later in group[1:]:
            if later.answer == first.answer:
                continue
            if not by_design and _contradict(records.prompts[first.row], first.answer, later.answer, labels):
                contradicting[later.row] = Mark(f"has another label than {place} for the same prompt", place)
            else:
                different[later.row] = Mark(f"answers the same prompt as {place}, and differently", place)
    reason = None if rows else "no record has a prompt and an answer of its own"
    return [
        Fact("conflicting_answer", different, len(rows), reason),
        Fact("contradicting_label", contradicting, len(rows), reason),
    ]


def _comparable(records: Records, row: int, conversation: Conversation) -> bool:
    """Whether two answers to this prompt should agree: no preference, no rating of an answer, no picture to look at."""
    if conversation.defect or conversation.rejected is not None or conversation.label is not None:
        return False
    if "shown" in records.metadata[row]:
        return False
    return bool(records.prompts[row].strip()) and bool(records.answers[row].strip())


def _same_prompt(records: Records, profile: Profile, rows: Sequence[int]) -> list[list[_Lesson]]:
    """Groups of two or more records that ask the same in the same split under the same circumstances."""
    rough = _rough([records.prompts[row] for row in rows])
    rows = _repeated(list(zip(rows, rough, strict=True)))
    prompts = dict(zip(rows, same_words([records.prompts[row] for row in rows]), strict=True))
    groups: dict[object, list[_Lesson]] = defaultdict(list)
    for row in _repeated([(row, (records.splits[row], prompts[row])) for row in rows]):
        conversation = records.conversations[row]
        if conversation is None or _MEDIA.search(records.prompts[row]) or has_media(records, row):
            continue
        meta = records.metadata[row]
        circumstances = (
            records.splits[row],
            prompts[row],
            conversation.system and fold(conversation.system),
            canonical(conversation.tools),
            tuple(turn.text for turn in conversation.turns if turn.role == "tool"),
            meta.get("context"),
            meta.get("language"),
        )
        groups[circumstances].append(_Lesson(row, _answer(records.answers[row], conversation, profile)))
    return [group for group in groups.values() if len(group) > 1]


def _repeated(keyed: Sequence[tuple[int, object]]) -> list[int]:
    """The rows whose key another row has, too."""
    counts: dict[object, int] = defaultdict(int)
    for _, key in keyed:
        counts[key] += 1
    return [row for row, key in keyed if counts[key] > 1]


def _rough(prompts: Sequence[str]) -> list[str]:
    """The last letters and digits of each prompt: a cheap form that equal prompts share."""
    import polars as pl

    texts = pl.Series(prompts, dtype=pl.String)
    endings = texts.str.tail(2 * _EDGE).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", "")
    return endings.str.tail(_EDGE).to_list()


def _answer(answer: str, conversation: Conversation, profile: Profile) -> str:
    bare = profile.end_marker.strip(answer) if profile.end_marker else answer
    calls = [turn.calls for turn in conversation.turns if turn.calls]
    return fold(bare) + (canonical(calls).decode() if calls else "")


def _label_set(records: Records, rows: Iterable[int]) -> frozenset[str]:
    """The labels of a dataset whose answers nearly all come from a small set; else nothing."""
    counts: dict[str, int] = defaultdict(int)
    total = 0
    for row in rows:
        total += 1
        if len(records.answers[row]) <= 40 and len(words := fold(records.answers[row]).split()) <= _LABEL_WORDS:
            counts[" ".join(words)] += 1
    labels = {label for label, count in counts.items() if count >= 3}
    covered = sum(counts[label] for label in labels)
    return frozenset(labels) if total and covered >= 0.8 * total and len(labels) <= max(5, total // 20) else frozenset()


def _contradict(prompt: str, one: str, other: str, labels: frozenset[str]) -> bool:
    """Whether of two different answers at most one can be right."""
    if _CHANCE.search(prompt) or len(prompt.split()) < 4:
        return False
    if one in labels and other in labels:
        return True
    if one in _POLAR and other in _POLAR:
        return True
    return bool(_NUMBER.fullmatch(one) and _NUMBER.fullmatch(other))
