"""D004's facts: evaluation records, or benchmark questions, that the model has seen in training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from tunespec.errors import CannotJudgeError
from tunespec.facts import Fact, not_applicable
from tunespec.facts.alike import BENCHMARK, Alike
from tunespec.findings import Mark
from tunespec.similarity import Pair
from tunespec.text import same_words, squeeze

Key = TypeVar("Key")
Side = Callable[[int], bool]
_OPENING_WORDS = 4  # "Hi" and its answer begin many conversations


def leakage_facts(alike: Alike, against: Sequence[str]) -> list[Fact]:
    """Facts on evaluation records (``leaked_*``), pointing at the training record, and on any record (``benchmark_*``).

    A row has the gravest fact only: same record, else same prompt, else nearly the same record, else prompt.

    Args:
        alike: the dataset's records, followed by the benchmarks'.
        against: the benchmarks' files.

    Raises:
        CannotJudgeError: for a benchmark file without a single prompt: nothing could ever be found in it.
    """
    return [*_between_splits(alike), *_with_benchmarks(alike, against)]


def _between_splits(alike: Alike) -> list[Fact]:
    splits = alike.records.splits
    names = ("leaked_record", "leaked_prompt", "near_leaked_record", "near_leaked_prompt")
    own = {splits[row] for row in alike.rows} - {BENCHMARK}
    if "train" not in own or not own - {"train", None}:
        return [not_applicable(name, _why_no_splits(own)) for name in names]

    def is_train(row: int) -> bool:
        return splits[row] == "train"

    def is_evaluation(row: int) -> bool:
        return splits[row] in {"validation", "test"}

    alike.compare_all()
    prompts = _same(alike, alike.prompts, is_evaluation, is_train)
    exact = _same(alike, _lessons(alike, prompts), is_evaluation, is_train)
    prompts = _same_beginning(alike, is_evaluation, is_train) | prompts
    near = _near(alike, alike.record_pairs, is_evaluation, is_train)
    near_prompts = _near(alike, alike.prompt_pairs, is_evaluation, is_train)
    examined = sum(map(is_evaluation, alike.rows))
    with_prompt = sum(map(is_evaluation, alike.prompts))
    return [
        _fact(names[0], exact, examined),
        _fact(names[1], prompts, with_prompt, exact),
        _fact(names[2], near, examined, exact, prompts),
        _fact(names[3], near_prompts, with_prompt, exact, prompts, near),
    ]


def _with_benchmarks(alike: Alike, against: Sequence[str]) -> list[Fact]:
    names = ("benchmark_prompt", "near_benchmark_prompt")
    if not against:
        return [not_applicable(name, "no benchmark files given (against = [...])") for name in names]
    splits = alike.records.splits

    compared = {alike.records.places[row].path for row in alike.prompts if splits[row] == BENCHMARK}
    for path in against:
        if path not in compared:
            raise CannotJudgeError(f"{path}: no record with a prompt that the dataset could be compared with (against)")

    def is_benchmark(row: int) -> bool:
        return splits[row] == BENCHMARK

    def is_own(row: int) -> bool:
        return splits[row] != BENCHMARK

    exact = _same(alike, alike.prompts, is_own, is_benchmark)
    near = _near(alike, alike.prompt_pairs, is_own, is_benchmark)
    examined = sum(map(is_own, alike.prompts))
    return [_fact(names[0], exact, examined), _fact(names[1], near, examined, exact)]


def _why_no_splits(own: set[str | None]) -> str:
    known = sorted(split for split in own if split)
    if not known:
        return "the dataset has one split only (name files train and validation or test, or configure them)"
    return f"the dataset has only the split {known[0]}" if len(known) == 1 else "the dataset has no split named train"


def _lessons(alike: Alike, prompts: Mapping[int, Mark]) -> dict[int, tuple[str, str]]:
    """Row -> prompt and answer, of the rows whose prompt leaks (all that could) and of those without a prompt."""
    leaking = {alike.prompts[row] for row in prompts} | {""}
    rows = [row for row in alike.rows if alike.prompts.get(row, "") in leaking]
    answers = same_words([alike.records.answers[row] for row in rows])
    return {row: (alike.prompts.get(row, ""), answer) for row, answer in zip(rows, answers, strict=True)}


def _same(alike: Alike, values: Mapping[int, Key], here: Side, there: Side) -> dict[int, Mark]:
    """Rows on one side whose value stands on the other side too, with its first place there."""
    first: dict[Key, int] = {}
    for row, value in values.items():
        if there(row):
            first.setdefault(value, row)
    places = alike.records.places
    return {
        row: Mark(str(places[first[value]]), places[first[value]], 1.0)
        for row, value in values.items()
        if here(row) and value in first
    }


def _same_beginning(alike: Alike, here: Side, there: Side) -> dict[int, Mark]:
    """Rows on one side whose first prompt and answer begin a longer, or shorter, conversation on the other side."""
    if not alike.openings:
        return {}
    opening = alike.prompts | alike.openings
    begun: dict[str, list[int]] = {}
    for row in (row for row in opening if there(row) and len(opening[row].split()) >= _OPENING_WORDS):
        begun.setdefault(opening[row], []).append(row)
    marks: dict[int, Mark] = {}
    for row in filter(here, opening):
        for other in begun.get(opening[row], ()):
            one_is_longer = row in alike.openings or other in alike.openings
            if one_is_longer and _first_answer(alike, row) == _first_answer(alike, other):
                place = alike.records.places[other]
                marks[row] = Mark(f"{place}, where the conversation begins alike", place, 1.0)
                break
    return marks


def _first_answer(alike: Alike, row: int) -> str:
    conversation = alike.records.conversations[row]
    answers = [turn.text for turn in conversation.turns if turn.role == "assistant"] if conversation else []
    return squeeze(answers[0]) if answers else ""


def _near(alike: Alike, pairs: list[Pair], here: Side, there: Side) -> dict[int, Mark]:
    """Rows on one side with their most similar row on the other."""
    marks: dict[int, Mark] = {}
    for one, other, similarity in pairs:
        for row, related in ((one, other), (other, one)):
            if here(row) and there(related) and (row not in marks or similarity > (marks[row].value or 0)):
                marks[row] = alike.near_mark(related, similarity)
    return marks


def _fact(name: str, marks: Mapping[int, Mark], examined: int, *graver: Mapping[int, Mark]) -> Fact:
    own = {row: mark for row, mark in sorted(marks.items()) if not any(row in other for other in graver)}
    return Fact(name, own, examined, None if examined else "no record has a prompt of its own")
