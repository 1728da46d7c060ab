"""Where an answer of the training data holds what ends an answer: served, it would be cut off there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tunespec.findings import Place
from tunespec.templates.generation import ending_tokens
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource

if TYPE_CHECKING:
    import polars as pl

    from tunespec.sources import RecordSource
    from tunespec.templates.stop_lists import StopList

_SHOWN = 3  # places of records
_FACTS = ("stop_in_answers", "cutting_token")


def judge_stops_in_data(source: TemplateSource, rows: Rows, lists: Sequence[StopList]) -> None:
    """The facts ``stop_in_answers`` and ``cutting_token``.

    The end marker that the data itself puts behind an answer is taken off first, so that it does not count.
    """
    if source.records is None:
        rows.skip(_FACTS, "no dataset is there, or several may be meant")
        return
    answers = source.records.passages.of("answer").select("row", "text")
    total = answers["row"].n_unique()
    if not total:
        rows.skip(_FACTS, "the dataset has no answer")
        return
    stops = {stop.text: stop for own in lists for stop in reversed(own.stops) if stop.text}
    for stop in stops.values():
        row = rows.add(stop.path, stop.line, f"stop {stop.text} in answers")
        rows.examine("stop_in_answers")
        if (said := _where(answers, stop.text, source.records, total)) is not None:
            text = f"`{stop.text}` stands within {said[0]}"
            rows.mark("stop_in_answers", row, text, said[1])
    _tokens(source, rows, answers, total, frozenset(stops))


def _tokens(source: TemplateSource, rows: Rows, answers: pl.DataFrame, total: int, stops: frozenset[str]) -> None:
    """Tokens that end generation on the engine, typed into answers."""
    assert source.records is not None
    tokens = ending_tokens(source)
    if tokens is None:
        rows.skip(["cutting_token"], "no tokenizer's configuration and no model file says which tokens end an answer")
        return
    for token in sorted(tokens - stops):
        row = rows.add(source.records.dataset.name, None, f"{token} in answers")
        rows.examine("cutting_token")
        if (said := _where(answers, token, source.records, total)) is not None:
            text = f"`{token}`, at which the engine ends every answer, stands within {said[0]}"
            rows.mark("cutting_token", row, text, said[1])


def _where(answers: pl.DataFrame, text: str, records: RecordSource, total: int) -> tuple[str, Place] | None:
    """In how many records' answers a text stands, and the first of them."""
    import polars as pl

    found = answers.filter(pl.col("text").str.contains(text, literal=True))["row"].unique().sort()
    if found.is_empty():
        return None
    places = [records.records.places[row] for row in found[:_SHOWN]]
    listed = ", ".join(map(str, places)) + (", ..." if len(found) > _SHOWN else "")
    return f"the answers of {len(found):,} of {total:,} records ({listed})", places[0]
