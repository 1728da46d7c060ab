"""What the data family finds in training texts, found in a model's answers: the same facts, under the same names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tunespec.facts import Fact, not_applicable
from tunespec.facts.cut_off import cut_off_facts
from tunespec.facts.line_loops import line_loop
from tunespec.facts.typical import LEAST_TEXTS
from tunespec.findings import Mark
from tunespec.groups import GROUPS
from tunespec.inference.answered import Answered
from tunespec.inference.source import AnswerSource
from tunespec.passages import make_passages
from tunespec.records import Records
from tunespec.templates.rows import Rows

# Facts about a text by itself, by their group in the data family. Facts that are relative to a dataset, such as its
# usual length, would judge a handful of answers against each other.
TEXT_FACTS: Mapping[str, Sequence[str]] = {
    "format": ("empty_answer", "think_block"),
    "lengths": ("repetition",),
    "code_blocks": ("code_fence", "syntax_error", "lost_indentation", "suspect_syntax"),
    "languages": ("answer_language",),
    "artifacts": (
        "html_tag",
        "html_entity",
        "literal_escape",
        "mojibake",
        "control_character",
        "placeholder",
        "unfilled_slot",
    ),
    "delimiters": (
        "unbalanced_bracket",
        "unbalanced_quote",
        "unclosed_emphasis",
        "unclosed_code",
        "broken_link",
        "ragged_table",
        "docstring_quote",
    ),
}
_AT_ANY_END = frozenset({"lengths", "languages", "artifacts"})  # an answer that a limit ended has them or not
_ALL_RUN_ON = "every answer was ended by a limit, or by the server"
_OWN_HABIT = 100  # recorded answers that tell their own habit: as many as a small dataset
_HABIT = 2_000  # training records that tell theirs
# An answer is far longer than all training answers at twice the longest, and some sentences more than that: sums and
# labels are so short that twice as much is nothing.
_TIMES, _MORE = 2, 200


def text_facts(group: str, source: AnswerSource, rows: Rows) -> None:
    """The facts of one of the ``TEXT_FACTS``, for each answer that has come to its end."""
    found = {fact.name: fact for fact in GROUPS[group].compute(source.texts)}
    own = _judged(source, at_any_end=group in _AT_ANY_END)
    for name in TEXT_FACTS[group]:
        _take(found[name], own, rows)
    if group == "lengths":
        _line_loops(source, own, rows)


def cut_off_answers(source: AnswerSource, rows: Rows) -> None:
    """D001's ``cut_off``: answers that the model itself ended in the middle, unlike those that it was trained on."""
    _take(_cut_off(source), _judged(source, at_any_end=False), rows)


def long_answers(source: AnswerSource, rows: Rows) -> None:
    """D003's ``longer_than_trained``."""
    _take(_longer(source), _judged(source, at_any_end=True), rows)


def _judged(source: AnswerSource, *, at_any_end: bool) -> list[int]:
    """The answers of which the text is judged.

    What the limit cut (I001) has no end of its own; a text that was asked to have no end has no fault at all.
    """
    return [row for row, one in enumerate(source.answered) if _ended(one, at_any_end=at_any_end)]


def _ended(one: Answered, *, at_any_end: bool) -> bool:
    nothing = one.reply.ended in {"abandoned", "broken", "refused"}  # refused was the prompt: there is no answer
    return not (one.runaway or nothing) and (at_any_end or one.reply.ended != "length")


def _take(fact: Fact, own: Sequence[int], rows: Rows) -> None:
    """What a fact says of some of the answers."""
    for _ in range(min(fact.examined, len(own))):
        rows.examine(fact.name)
    for row in own:
        if (mark := fact.marks.get(row)) is not None:
            rows.mark(fact.name, row, mark.text, mark.related)
    rows.skip([fact.name], fact.reason or _ALL_RUN_ON)


def _line_loops(source: AnswerSource, own: Sequence[int], rows: Rows) -> None:
    """Of answers that a limit ended, lines that loop: finished texts may repeat those by right."""
    for row in own:
        one = source.answered[row]
        if one.reply.reason == "length" and (times := line_loop(one.reply.text, source.texts.records.prompts[row])):
            rows.mark("repetition", row, f"ends in a loop: the same lines {times:,} times")


def _cut_off(source: AnswerSource) -> Fact:
    texts, trained = source.texts, source.trained
    if trained is not None:
        before = _some(trained.records, _HABIT)
        records = before.followed_by(texts.records, split="answers")
        fact = cut_off_facts(records, make_passages(records, trained.profile.end_marker))[0]
        first = len(before)
        marks = {row - first: mark for row, mark in fact.marks.items() if row >= first}
        return Fact(fact.name, marks, len(texts.records) if fact.examined else 0, fact.reason)
    if source.served is not None or len(texts.records) < _OWN_HABIT:
        return not_applicable("cut_off", "no training data shows whether answers end with a sentence")
    return cut_off_facts(texts.records, texts.passages)[0]


def _some(records: Records, most: int) -> Records:
    """At most so many of the records, spread over all of them."""
    number = min(len(records), most)
    kept = [at * len(records) // number for at in range(number)]
    columns: dict[str, Any] = {
        name: [own[at] for at in kept] for name, own in vars(records).items() if isinstance(own, list)
    }
    return Records(**columns, template=records.template)


def _longer(source: AnswerSource) -> Fact:
    name, trained = "longer_than_trained", source.trained
    if trained is None:
        return not_applicable(name, "no training data says how long answers are")
    if len(trained.answers) < LEAST_TEXTS:
        return not_applicable(name, f"{len(trained.answers)} training answers are too few to say how long answers are")
    longest, row = trained.answers.sort("size", "row", descending=[True, False]).select("size", "row").row(0)
    most = max(_TIMES * longest, longest + _MORE)
    says = f"characters, where the longest of {len(trained.answers):,} training answers has {longest:,}"
    sizes = source.texts.answers.select("row", "size").iter_rows()
    place = trained.records.places[row]
    marks = {own: Mark(f"runs to {size:,} {says}", place, size, most) for own, size in sizes if size > most}
    return Fact(name, marks, len(source.texts.records))
