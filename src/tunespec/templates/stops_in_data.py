"""Where an answer of the training data holds what ends an answer: served, it would be cut off there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tunespec.findings import Place
from tunespec.templates.generation_ends import END_TOKENS, generation_ends
from tunespec.templates.plain import SLOT, PlainTemplate
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource

if TYPE_CHECKING:
    import polars as pl

    from tunespec.sources import RecordSource
    from tunespec.templates.stop_facts import Stop

_FACTS = ("stop_in_answers", "cutting_token")


def judge_stops_in_data(source: TemplateSource, rows: Rows, stops: Iterable[Stop]) -> None:
    """The facts ``stop_in_answers``, ``cutting_token`` and ``stop_in_header``.

    The end marker that the data itself puts behind an answer is taken off first, so that it does not count.
    """
    stops = [stop for stop in stops if stop.text]
    _headers(source, rows, stops)
    if source.records is None:
        rows.skip(_FACTS, "no dataset is there, or several may be meant")
        return
    answers = source.records.passages.of("answer").select("row", "text")
    total = answers["row"].n_unique()
    if not total:
        rows.skip(_FACTS, "the dataset has no answer")
        return
    for stop in stops:
        row = rows.add(stop.path, stop.line, f"stop {stop.text} in answers")
        rows.examine("stop_in_answers")
        if (said := _where(answers, stop.text, source.records, total)) is not None:
            rows.mark(
                "stop_in_answers", row, f"`{stop.text}` stands in {said[0]}: served, they would end there", said[1]
            )
    _tokens(source, rows, answers, total, {stop.text for stop in stops})


def _tokens(source: TemplateSource, rows: Rows, answers: pl.DataFrame, total: int, stops: set[str]) -> None:
    """Tokens that end generation on the engine, typed into answers."""
    assert source.records is not None
    tokens = generation_ends(source.gguf) if source.gguf is not None else END_TOKENS
    name = source.pair.dataset.name if source.pair.dataset is not None else ""
    row = rows.add(name, None, "end tokens in answers")
    rows.examine("cutting_token")
    for token in sorted(tokens - stops):
        if (said := _where(answers, token, source.records, total)) is not None:
            rows.mark(
                "cutting_token", row, f"`{token}`, at which the engine ends every answer, stands in {said[0]}", said[1]
            )
            return


def _where(answers: pl.DataFrame, text: str, records: RecordSource, total: int) -> tuple[str, Place] | None:
    """In how many records' answers a text stands, and the first of them."""
    import polars as pl

    found = answers.filter(pl.col("text").str.contains(text, literal=True))["row"].unique().sort()
    if found.is_empty():
        return None
    return f"the answers of {len(found):,} of {total:,} records", records.records.places[found[0]]


def _headers(source: TemplateSource, rows: Rows, stops: Iterable[Stop]) -> None:
    """A stop sequence that stands in the header before an answer: a model that repeats its header stops at once."""
    training = source.training
    if training is None or not isinstance(training.template, PlainTemplate):
        rows.skip(["stop_in_header"], "the training template has no header of plain text")
        return
    header = training.template.assistant.partition(SLOT)[0]
    for stop in stops:
        row = rows.add(stop.path, stop.line, f"stop {stop.text} in header")
        rows.examine("stop_in_header")
        if (
            stop.text in header
            and stop.text.strip() not in {training.turn_end, ""}
            and stop.text.strip() != header.strip()
        ):
            rows.mark(
                "stop_in_header", row, f"`{stop.text}` stands in the header `{header.strip()}` before each answer"
            )
