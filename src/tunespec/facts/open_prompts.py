"""T002's facts: does a prompt ask for something, and does it say for how much?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tunespec.facts import Fact, not_applicable
from tunespec.facts.boundless import boundless
from tunespec.facts.chit_chat import is_chit_chat, replies_in_kind
from tunespec.facts.exchanges import first_exchanges, has_choices_beside, has_media, without_template
from tunespec.facts.no_request import is_statement, is_topic, states_task
from tunespec.facts.open_prompt_words import hint, words
from tunespec.findings import Mark
from tunespec.identify import languages_of
from tunespec.passages import Passages
from tunespec.records import Records

if TYPE_CHECKING:
    import polars as pl

KINDS = ("no_request", "boundless_request", "mostly_open")
_SHORT, _LONG = 160, 800  # bytes of a prompt that may be a topic or a request, and of one that may be statements
_ENGLISH_WORD = re.compile(
    r"\b(?:the|is|are|was|were|has|have|had|and|of|with|it|I|we|my|many|some|than)\b|\w['’](?:re|ve|m|s)\b"
)
_VALUE = 40  # characters of an answer that is a value: a label, a name, a number; what was asked is known then
_BRIEF = 400  # characters of an answer that asks back
_LEAST = 10  # open prompts that make a form of the dataset
_ENGLISH = r"\b(?:the|is|are|was|were|has|have|had)\b"  # one of them is in each statement


def open_prompt_facts(records: Records, passages: Passages, form: float) -> list[Fact]:
    """``no_request``, ``boundless_request`` and ``mostly_open``.

    Args:
        records: the dataset's records.
        passages: their texts.
        form: the share of open prompts above which they are the dataset's form, and reported once.
    """
    prompts = _first_prompts(records, passages)
    if prompts.is_empty():
        return [not_applicable(name, "no record begins with a prompt") for name in KINDS]
    marks: dict[str, dict[int, Mark]] = {name: {} for name in KINDS}
    for row, name, said in _open(records, passages, prompts):
        marks[name][row] = Mark(said)
    found = sorted(row for of_kind in marks.values() for row in of_kind)
    if len(found) >= _LEAST and len(found) > form * prompts.height:
        marks = {name: {} for name in KINDS} | {"mostly_open": {found[0]: _form(len(found), prompts.height, form)}}
    return [Fact(name, marks[name], prompts.height) for name in KINDS]


def _form(count: int, total: int, limit: float) -> Mark:
    said = f"is the first of {count} prompts ({count / total:.0%}) that ask for nothing definite"
    return Mark(f"{said}, and nothing else says what is to be done", None, count / total, limit)


def _first_prompts(records: Records, passages: Passages) -> pl.DataFrame:
    """``row`` and ``text`` of the prompts that a conversation begins with."""
    import polars as pl

    is_first = pl.col("row") != pl.col("row").shift(1).fill_null(2**32 - 1)
    spoken = passages.of("prompt", "answer").lazy().filter(is_first)
    prompts = spoken.filter(pl.col("role").cast(pl.String) == "prompt").select("row", "text")
    if records.template:
        prompts = prompts.with_columns(without_template(records, pl.col("text")))
    return prompts.collect()


def _suspects(prompts: pl.DataFrame) -> list[int]:
    """Rows of the prompts that one expression each does not clear."""
    import polars as pl

    text, size = pl.col("text"), pl.col("text").str.len_bytes()
    verbs = "|".join(sorted(words("verbs")))
    silent = ~text.str.contains(r"[?？]") & ~text.str.contains(rf"^\W*(?i:{verbs})(?-u:\b)")
    near = prompts.filter(size <= _LONG)
    short = near.filter(size <= _SHORT).filter(silent | text.str.contains(hint()))
    long = near.filter(size > _SHORT).filter(text.str.contains(_ENGLISH)).filter(silent)
    return sorted({*short["row"].to_list(), *long["row"].to_list()})


def _open(records: Records, passages: Passages, prompts: pl.DataFrame) -> Iterator[tuple[int, str, str]]:
    """``(row, kind, what is open)`` of every open prompt."""
    import polars as pl

    rows = _suspects(prompts)
    exchanges = first_exchanges(records, passages, rows) if rows else pl.DataFrame()
    undecided: list[tuple[int, str, str]] = []
    for row, prompt, answer in exchanges.iter_rows():
        if not prompt or _beside(records, row):
            continue
        if (said := boundless(prompt)) is not None:
            yield row, "boundless_request", said
        elif _has_task(records, row):
            continue
        elif is_chit_chat(prompt):
            if answer and not replies_in_kind(answer):
                yield row, "no_request", "only greets or thanks, and is answered at length"
        elif answer and len(answer) > _VALUE and not (len(answer) <= _BRIEF and answer.rstrip()[-1:] in "?？"):
            undecided.append((row, prompt, answer))
    yield from _silent(undecided)


def _silent(exchanges: list[tuple[int, str, str]]) -> Iterator[tuple[int, str, str]]:
    """Those that ask for nothing, in a language that can be judged."""
    import polars as pl

    suspects = [one for one in exchanges if is_statement(one[1]) or len(one[1]) <= _SHORT // 2]
    languages = languages_of(pl.Series([f"{prompt} {answer}" for _, prompt, answer in suspects], dtype=pl.String))
    spoken = languages_of(pl.Series([prompt for _, prompt, _ in suspects], dtype=pl.String))
    for (row, prompt, answer), language, spoken_in in zip(suspects, languages, spoken, strict=True):
        own = spoken_in or (language if language != "en" or _ENGLISH_WORD.search(prompt) else None)
        if language and spoken_in in {language, None} and is_topic(prompt, language):
            yield row, "no_request", "names a subject, and does not say what is wanted of it"
        elif own == "en" and is_statement(prompt) and (prompt[-1] in ".!" or answer[:1].isupper()):
            yield row, "no_request", "says something, and asks for nothing"


def _beside(records: Records, row: int) -> bool:
    """Whether the task may stand beside the prompt: choices, a picture, a text, tools."""
    conversation = records.conversations[row]
    known = has_choices_beside(records, row) or has_media(records, row) or "context" in records.metadata[row]
    return known or (conversation is not None and bool(conversation.tools))


def _has_task(records: Records, row: int) -> bool:
    conversation = records.conversations[row]
    return conversation is not None and states_task(conversation.system)
