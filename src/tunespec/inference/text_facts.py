"""What the data family finds in training texts, found in a model's answers: the same facts, under the same names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tunespec.facts import Fact, not_applicable
from tunespec.facts.cut_off import cut_off_facts
from tunespec.facts.line_loops import line_loop
from tunespec.facts.typical import LEAST_TEXTS
from tunespec.findings import Mark
from tunespec.groups import GROUPS
from tunespec.inference.answered import Answered
from tunespec.inference.source import AnswerSource
from tunespec.passages import make_passages
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
    return [row for row, one in enumerate(source.answered) if _ended(one, source, at_any_end=at_any_end)]


def _ended(one: Answered, source: AnswerSource, *, at_any_end: bool) -> bool:
    broken_off = source.served is not None and one.reply.reason is None
    refused = one.reply.reason == "refused"  # the prompt was: there is no answer
    return not (one.runaway or broken_off or refused) and (at_any_end or one.reply.reason != "length")


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
        passages = make_passages(texts.records, trained.taught.end_marker)
        return cut_off_facts(texts.records, passages, trained.taught.habit)[0]
    if source.served is not None or len(texts.records) < _OWN_HABIT:
        return not_applicable("cut_off", "no training data shows whether answers end with a sentence")
    return cut_off_facts(texts.records, texts.passages)[0]


def _longer(source: AnswerSource) -> Fact:
    name, trained = "longer_than_trained", source.trained
    if trained is None:
        return not_applicable(name, "no training data says how long answers are")
    taught = trained.taught
    longest = taught.longest
    if taught.answers < LEAST_TEXTS:
        return not_applicable(name, f"{taught.answers} training answers are too few to say how long answers are")
    most = max(_TIMES * longest, longest + _MORE)
    says = f"characters, where the longest of {taught.answers:,} training answers has {longest:,}"
    sizes = source.texts.answers.select("row", "size").iter_rows()
    marks = {own: Mark(f"runs to {size:,} {says}", taught.longest_at, size, most) for own, size in sizes if size > most}
    return Fact(name, marks, len(source.texts.records))
