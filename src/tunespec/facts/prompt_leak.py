"""The records whose answers repeat their system prompt or the prompt that they answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tunespec.facts.leaks import LEAST_WORDS, SHORT_PROMPT, TOKEN, addresses_model, leaks_system, repeats_prompt
from tunespec.facts.think import without_thoughts
from tunespec.findings import Mark
from tunespec.passages import Passages, loses, turn_note
from tunespec.records import Records

if TYPE_CHECKING:
    import polars as pl

_PAIR = ("row", "turn", "system", "asked", "text")
_MOST_CHUNKS = 20_000  # patterns that one automaton looks for
_LONGEST_CHUNK = 200  # characters of one; of `aaaa...`, an automaton takes the square of its length to build


def prompt_leaks(passages: Passages, records: Records) -> dict[int, Mark]:
    """The records whose answers repeat a prompt. A losing answer (preference, label False) may."""
    import polars as pl

    marks: dict[int, Mark] = {}
    pairs = _pairs(passages, records)
    copied = pairs.filter(_holds_head("text", "asked", 20))
    told = pairs.filter(pl.col("system") != "").pipe(_with_system_words)
    for row, turn, system, asked, answer in pl.concat([told, copied]).select(_PAIR).iter_rows():
        conversation = records.conversations[row]
        if row in marks or conversation is None or loses(conversation, turn):
            continue
        where = turn_note(records, row, turn)
        if system and (words := leaks_system(system, asked, answer)):
            marks[row] = Mark(f"repeats {words} words in a row of its system prompt{where}", None, words, LEAST_WORDS)
        elif asked and (words := repeats_prompt(system, asked, answer)):
            marks[row] = Mark(f"begins with its own prompt, all {words} words of it{where}", None, words, SHORT_PROMPT)
    return marks


def _pairs(passages: Passages, records: Records) -> pl.DataFrame:
    """Every answer with its record's system prompt and the prompt right before it, "" where there is none.

    Prompts come without the headers of a template, answers without what they think first.
    """
    import polars as pl

    frame = passages.frame.with_columns(pl.col("role").cast(pl.String))
    systems = frame.filter(role="system").unique("row", keep="first").select("row", system="text")
    before = (pl.col("role").shift(1) == "prompt") & (pl.col("row").shift(1) == pl.col("row"))
    asked = pl.when(before).then(pl.col("text").shift(1)).otherwise(pl.lit("")).fill_null("")
    if records.template is not None:
        headers = "|".join(re.escape(header) for header in records.template.headers)
        asked = asked.str.replace_all(rf"(?m)^\s*(?:{headers})\s*", "").str.strip_chars()
    answers = frame.with_columns(asked=asked).filter(role="answer")
    answers = answers.with_columns(without_thoughts(pl.col("text")))
    joined = answers.join(systems, on="row", how="left", maintain_order="left")
    return joined.with_columns(pl.col("system").fill_null(""))


def _holds_head(text: str, of: str, length: int) -> pl.Expr:
    """Whether the first characters of a text stand in the head of another one."""
    import polars as pl

    head = pl.col(of).str.strip_chars().str.slice(0, length)
    return (head.str.len_chars() > 3) & pl.col(text).str.slice(0, 8 * length).str.contains(head, literal=True)


def _with_system_words(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs whose answer holds six words in a row of some system prompt: what any longer run has."""
    import polars as pl

    chunks = {chunk for system in pairs["system"].unique() for chunk in _chunks(system)}
    if len(chunks) > _MOST_CHUNKS:  # each record has its own: the beginning tells
        return pairs.filter(_holds_head("text", "system", 30))
    return pairs.filter(pl.col("text").str.contains_any(sorted(chunks))) if chunks else pairs.clear()


def _chunks(system: str) -> Iterator[str]:
    """Six words each, such that every run of twelve that speaks to the model holds one; and the first six."""
    places = [match.span() for match in TOKEN.finditer(system)]
    parts = [places[first : first + 6] for first in range(0, max(len(places) - 5, 1), 6)]
    for number, part in enumerate(parts):
        near = [*parts[max(0, number - 1)], *places[6 * number : 6 * number + 12]]
        if part and (number == 0 or addresses_model(system[near[0][0] : near[-1][1]])):
            yield system[part[0][0] : part[-1][1]][:_LONGEST_CHUNK]
