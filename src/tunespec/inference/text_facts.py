"""What the data family finds in training texts, found in a model's answers: the same facts, under the same names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from tunespec.facts import Fact, not_applicable
from tunespec.facts.cut_off import cut_off_facts
from tunespec.facts.line_loops import line_loop
from tunespec.facts.typical import LEAST_TEXTS
from tunespec.findings import Mark
from tunespec.groups import GROUPS
from tunespec.inference.answered import Answered
from tunespec.inference.source import AnswerSource
from tunespec.inference.tables import TEXT_FACTS
from tunespec.passages import make_passages
from tunespec.templates.rows import Rows

if TYPE_CHECKING:
    from tunespec.sources import RecordSource

_AT_ANY_END = frozenset({"lengths", "languages", "artifacts"})  # an answer that has not come to its end has them or not
_CUT = frozenset({"length", "abandoned", "broken"})
_ALL_RUN_ON = "every answer was ended by a limit, or by the server"
_OWN_HABIT = 100  # recorded answers that tell their own habit: as many as a small dataset
# An answer is far longer than all training answers at twice the longest, and some sentences more than that: sums and
# labels are so short that twice as much is nothing.
_TIMES, _MORE = 2, 200


class Judged(NamedTuple):
    """Some of the answers: their rows, and their texts as records, of which the n-th is that of the n-th row."""

    rows: Sequence[int]
    texts: RecordSource


def text_facts(group: str, source: AnswerSource, rows: Rows) -> None:
    """The facts of one group of the ``TEXT_FACTS``, for each answer that is judged."""
    own = _judged(source, group)
    found = {fact.name: fact for fact in GROUPS[group].compute(own.texts)} if own.rows else {}
    for name in TEXT_FACTS[group].split():
        _take(found.get(name, _none(name)), own, rows)
    if group == "lengths":
        _line_loops(source, own, rows)


def cut_off_answers(source: AnswerSource, rows: Rows) -> None:
    """D001's ``cut_off``: answers that the model itself ended in the middle, unlike those that it was trained on."""
    own = _judged(source, "cut_off")
    _take(_cut_off(source, own.texts) if own.rows else _none("cut_off"), own, rows)


def long_answers(source: AnswerSource, rows: Rows) -> None:
    """D003's ``longer_than_trained``."""
    own = _judged(source, "lengths")
    _take(_longer(source, own.texts) if own.rows else _none("longer_than_trained"), own, rows)


def _none(name: str) -> Fact:
    return not_applicable(name, _ALL_RUN_ON)


def _judged(source: AnswerSource, group: str) -> Judged:
    """The answers of which the facts of a group are told: the facts are computed from these alone.

    What the limit cut (I001) has no end of its own; a text that was asked to have no end has no fault at all.
    """
    rows = tuple(row for row, one in enumerate(source.answered) if _is_judged(one, group))
    return Judged(rows, source.texts_of(rows))


def _is_judged(one: Answered, group: str) -> bool:
    ended = one.reply.ended
    if one.runaway or ended == "refused":  # refused was the prompt: there is no answer
        return False
    if group == "lengths" and ended == "broken":  # the server did so since the text repeats: I001 says it
        return False
    return group in _AT_ANY_END or ended not in _CUT


def _take(fact: Fact, own: Judged, rows: Rows) -> None:
    rows.take(fact, own.rows)
    rows.skip([fact.name], _ALL_RUN_ON)


def _line_loops(source: AnswerSource, own: Judged, rows: Rows) -> None:
    """Of answers that have no end of their own, lines that loop: finished texts may repeat those by right."""
    for at, row in enumerate(own.rows):
        reply = source.answered[row].reply
        if reply.ended in _CUT and (times := line_loop(reply.text, own.texts.records.prompts[at])):
            rows.mark("repetition", row, f"ends in a loop: the same lines {times:,} times")


def _cut_off(source: AnswerSource, texts: RecordSource) -> Fact:
    trained = source.trained
    if trained is not None:
        passages = make_passages(texts.records, trained.taught.end_marker)
        return cut_off_facts(texts.records, passages, trained.taught.habit)[0]
    if source.served is not None or len(texts.records) < _OWN_HABIT:
        why = source.because("no training data shows whether answers end with a sentence", "dataset")
        return not_applicable("cut_off", why)
    return cut_off_facts(texts.records, texts.passages)[0]


def _longer(source: AnswerSource, texts: RecordSource) -> Fact:
    name, trained = "longer_than_trained", source.trained
    if trained is None:
        return not_applicable(name, source.because("no training data says how long answers are", "dataset"))
    taught = trained.taught
    longest = taught.longest
    if taught.answers < LEAST_TEXTS:
        return not_applicable(name, f"{taught.answers} training answers are too few to say how long answers are")
    most = max(_TIMES * longest, longest + _MORE)
    says = f"characters, where the longest of {taught.answers:,} training answers has {longest:,}"
    sizes = texts.answers.select("row", "size").iter_rows()
    marks = {own: Mark(f"runs to {size:,} {says}", taught.longest_at, size, most) for own, size in sizes if size > most}
    return Fact(name, marks, len(texts.records))
