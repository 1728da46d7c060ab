"""D001's facts about end markers: does every answer end in the one way that the others end?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from tunespec.conversation import CHAT, Conversation
from tunespec.end_marker import STRAY, EndMarker, marker_of
from tunespec.facts import Fact, not_applicable
from tunespec.fences import blocks, prose
from tunespec.findings import Mark
from tunespec.passages import NAMES, Passages, turn_note, turn_note_of
from tunespec.profile import Profile
from tunespec.records import Records
from tunespec.special_tokens import END_TOKENS

_KINDS = ("missing_end_marker", "doubled_end_marker", "text_after_end_marker", "misspelt_end_marker")
_REDUNDANT = "redundant_end_marker"
_NO_MARKER = "the answers share no end marker, and none is configured"
_TEMPLATE_ENDS = "the chat template ends every answer"
_CONVENTION = 0.9  # of a chat's answers; where as many end with a textual marker, a textual stop is meant
_BLANKS = 0.1  # of the answers; where more have blanks after the marker, blanks are usual
_NEAR = 0.75  # similarity (difflib's ratio) of a misspelling: one letter of four, two of eight
_FEW, _STRAYS = 3, 0.1  # answers with a marker of their own, and their share, that are strays among the others
_END = 240  # characters from the end in which a marker is looked for


class Answer(NamedTuple):
    """One answer as the file has it, and where it is (see ``turn_note``)."""

    row: int
    where: str
    text: str


def end_marker_facts(records: Records, passages: Passages, profile: Profile) -> list[Fact]:
    """The kinds of D001 that look at markers."""
    marker = profile.end_marker
    if marker is None:
        nothing = [not_applicable(name, _NO_MARKER) for name in (*_KINDS, "end_marker_in_prompt")]
        return [*nothing, _stray(records, passages)]
    answers = list(answers_of(records))
    chat = profile.shape in CHAT
    return [*_judged(answers, marker, chat), _in_prompt(records, passages, marker), _redundant(answers, marker, chat)]


def answers_of(records: Records) -> Iterator[Answer]:
    """Every answer that says something, with its end marker."""
    for row, conversation in enumerate(records.conversations):
        if conversation is None or conversation.defect:
            continue
        said = [(1, records.answers[row])] if conversation.shape == "text" else _said(conversation)
        for turn, text in said:
            if text.strip():
                yield Answer(row, turn_note_of(conversation, turn), text)


def _said(conversation: Conversation) -> list[tuple[int, str]]:
    """Turn and text of every answer, the rejected ones numbered on."""
    turns = enumerate((*conversation.turns, *(conversation.rejected or ())))
    return [(number, turn.text) for number, turn in turns if turn.role == "assistant" and not turn.calls]


def _judged(answers: Sequence[Answer], marker: EndMarker, chat: bool) -> list[Fact]:
    if not answers:
        return [not_applicable(name, "no record has an answer") for name in _KINDS]
    if chat and marker.source == "inferred" and (marker.is_token or marker.share < _CONVENTION):
        return [not_applicable(name, _TEMPLATE_ENDS) for name in _KINDS]
    blanks_usual = sum(a.text[-1:].isspace() for a in answers) > _BLANKS * len(answers)
    marks: dict[str, dict[int, Mark]] = {name: {} for name in _KINDS}
    for answer in answers:
        for kind, text in _breaches(answer.text, marker, blanks_usual):
            marks[kind].setdefault(answer.row, Mark(text + answer.where))
    total = len({answer.row for answer in answers})
    return [Fact(name, found, total) for name, found in marks.items()]


def _breaches(text: str, marker: EndMarker, blanks_usual: bool) -> Iterator[tuple[str, str]]:
    """``(kind, what is wrong)``; at most one thing about the end, and one about what stands before it."""
    tail = text[-_END:]
    shown = f"`{marker.text}`"
    if marker.ends(tail):
        if marker.repeated.search(tail):
            yield "doubled_end_marker", f"has the end marker {shown} more than once"
        elif tail != tail.rstrip() and not blanks_usual:
            yield "misspelt_end_marker", f"has blanks or line breaks after the end marker {shown}, unlike the others"
        if _inside(marker.strip(text), marker):
            yield "text_after_end_marker", f"goes on after an end marker {shown}, up to a second one"
    elif marker.repeated.search(tail):
        yield "doubled_end_marker", f"has the end marker {shown} more than once, spelt in two ways"
    elif marker.lookalike.search(tail):
        yield "misspelt_end_marker", f"ends with another spelling of the end marker {shown}"
    elif _inside(text, marker):
        yield "text_after_end_marker", f"goes on after the end marker {shown}"
    elif near_miss(tail, marker):
        yield "misspelt_end_marker", f"ends with something close to the end marker {shown}"
    else:
        yield "missing_end_marker", f"lacks the end marker {shown}"


def _inside(text: str, marker: EndMarker) -> bool:
    """Whether the marker stands in the text's prose: signs alone are Markdown's rules and headings there."""
    if not marker.has_word or marker.inside.search(text) is None:
        return False
    return "`" not in text or marker.inside.search(prose(text, blocks(text))) is not None


def near_miss(tail: str, marker: EndMarker) -> bool:
    """Whether a text ends with another marker, or with almost this one (`### Edn`, `<|im_end>`)."""
    other = marker_of(tail)
    if other is not None and marker.has_word and (other in END_TOKENS) == marker.is_token and re.search(r"\w", other):
        return True
    wanted = re.sub(r"\s", "", marker.text).casefold()
    ending = re.sub(r"\s", "", tail[-2 * len(marker.text) - 4 :]).casefold().rstrip(".")
    if len(wanted) < 4 or wanted.isalnum():
        return False
    sizes = range(len(wanted) - 2, len(wanted) + 3)
    signs = {sign for sign in wanted if not sign.isalnum()}
    candidates = (ending[-size:] for size in sizes if len(ending) >= size)
    return any(signs & set(c) and SequenceMatcher(None, c, wanted, autojunk=False).ratio() >= _NEAR for c in candidates)


def _in_prompt(records: Records, passages: Passages, marker: EndMarker) -> Fact:
    """A textual marker in few prompts: a token there is D011's, and one in most prompts belongs to the template."""
    import polars as pl

    name = "end_marker_in_prompt"
    if marker.is_token or not marker.has_word:
        return not_applicable(name, f"`{marker.text}` in a prompt may be more than an end marker")
    prompts = passages.of("prompt")
    total = int(prompts["row"].n_unique())
    if not total:
        return not_applicable(name, "no record has a prompt of its own")
    found = prompts.filter(pl.col("prose").str.contains(f"(?i){marker.spelling}")).select("row", "turn", "prose")
    marks: dict[int, Mark] = {}
    for row, turn, text in found.iter_rows():
        if marker.inside.search(text):
            where = turn_note(records, row, turn)
            marks.setdefault(row, Mark(f"has the end marker `{marker.text}` in {NAMES['prompt']}{where}"))
    return Fact(name, {} if len(marks) > total / 2 else marks, total)


def _redundant(answers: Sequence[Answer], marker: EndMarker, chat: bool) -> Fact:
    """The marker of a chat's answers: the template writes one of its own."""
    if not chat:
        return not_applicable(_REDUNDANT, "no chat template ends the answers, so an end marker belongs there")
    if marker.source == "config":
        return not_applicable(_REDUNDANT, "the end marker is configured, so it is meant")
    marks: dict[int, Mark] = {}
    said = f"as {marker.share:.0%} of the answers do, while the chat template ends each of them"
    for answer in answers:
        if marker.lookalike.search(answer.text[-_END:]):
            marks.setdefault(answer.row, Mark(f"ends with `{marker.text}`{answer.where}, {said}"))
            if not marker.is_token:  # perhaps a textual stop is meant: a question that is asked once
                break
    return Fact(_REDUNDANT, marks, len({answer.row for answer in answers}))


def _stray(records: Records, passages: Passages) -> Fact:
    """End markers of single answers, where the others have none."""
    import polars as pl

    answers = passages.of("answer")
    total = int(answers["row"].n_unique())
    if not total:
        return not_applicable(_REDUNDANT, "no record has an answer")
    found = answers.filter(pl.col("text").str.tail(_END).str.contains(STRAY)).select("index", "row", "turn", "text")
    marks: dict[int, Mark] = {}
    for index, row, turn, text in found.iter_rows():
        fenced = passages.blocks.get(index)
        if not fenced or fenced[-1].end < len(text.rstrip()):
            shown = f"`{marker_of(text)}`{turn_note(records, row, turn)}"
            marks.setdefault(row, Mark(f"ends with {shown}, an end marker that the other answers lack"))
    if len(marks) > max(_FEW, _STRAYS * total):
        marks = {}  # a habit that no share of the answers makes a convention
    return Fact(_REDUNDANT, marks, total)
