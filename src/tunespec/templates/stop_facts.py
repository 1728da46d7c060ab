"""T001's facts: does every answer end, and nowhere else?

A turn ends where the model writes what its training put behind each answer, and the server knows it: as a token that
ends generation, or as a stop sequence. All of it can be told from the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tunespec.special_tokens import SEQUENCE, TOKEN_PATTERN, families_of, shown_family
from tunespec.templates.end_texts import in_line, nearly_in, stopping
from tunespec.templates.generation import has_token, taken_as
from tunespec.templates.library_stops import judge_libraries, library_stops
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource
from tunespec.templates.stock_stops import STOCK_STOPS
from tunespec.templates.stop_lists import Stop, StopList, stop_lists
from tunespec.templates.stops_in_data import judge_stops_in_data
from tunespec.templates.turn_end_facts import TRAINED, is_nearly, judge_turn_end, known_end
from tunespec.templates.written import Written, is_token_shaped, left_to_the_model

_STOCK = frozenset(text for texts in STOCK_STOPS.values() for text in texts)
_TOKEN = re.compile(TOKEN_PATTERN)
_NO_LIST = "no list of stop sequences is written, and what the base model brings is not known"
_EMPTY = "an empty stop sequence, at which every answer ends before it begins"


def stop_facts(source: TemplateSource, rows: Rows) -> None:
    """Fill the table ``stops``: a row is one stop sequence, one list of them, or the turn end of a side."""
    lists, heard = stop_lists(source), library_stops(source)
    judge_libraries(source, rows, heard)
    judge_turn_end(source, rows, lists)
    written = [side.written for side in (source.training, source.serving) if side is not None]
    for own in (*lists, *(one.own for one in heard)):
        _each_stop(own, rows)
        _against_templates(own, source, [one for one in written if one is not None], rows)
    for own in lists:
        _in_header(own, source, rows)
        if own.asked:
            _lost(own, lists[0], source, rows)
    judge_stops_in_data(source, rows, [*lists, *(one.own for one in heard if not one.own.unsure)])
    rows.skip(TRAINED, source.why_no_training)
    rows.skip(
        rows.facts, _NO_LIST if not lists and not heard else "there is nothing to compare its stop sequences with"
    )


def _each_stop(own: StopList, rows: Rows) -> None:
    """What a list is by itself."""
    for stop in own.stops:
        row = _row(stop, rows)
        rows.examine("empty_stop", "prefix_stop")
        if not stop.text:
            rows.mark("empty_stop", row, _EMPTY)
        elif longer := next((o for o in own.texts if o != stop.text and o.startswith(stop.text)), None):
            rows.mark("prefix_stop", row, f"`{stop.text}`, with which `{longer}` begins: the longer one never counts")


def _row(stop: Stop, rows: Rows) -> int:
    return rows.add(stop.path, stop.line, f"stop {stop.text}")


def _against_templates(own: StopList, source: TemplateSource, written: Sequence[Written], rows: Rows) -> None:
    """What a stop sequence is beside the texts that the templates write."""
    pieces = frozenset(piece for one in written for piece in one.pieces)
    ends = "".join(side.end_text or "" for side in (source.training, source.serving) if side is not None)
    for stop in own.stops:
        if not stop.text.strip():
            continue
        row = _row(stop, rows)
        if pieces:
            rows.examine("misspelt_header")
            missed = next((line for line in _missed(stop.text, pieces, own.texts) if line not in ends), None)
            if missed is not None:
                rows.mark("misspelt_header", row, f"`{stop.text}` where the template writes `{missed}`{own.doubt}")
        if (pieces or source.gguf is not None) and not own.unsure and not own.library:  # of another engine, or model
            rows.examine("unreachable_stop")
            if (why := _why_never(stop.text, own, source, pieces)) is not None:
                rows.mark("unreachable_stop", row, f"`{stop.text}`, {why}")


def _in_header(own: StopList, source: TemplateSource, rows: Rows) -> None:
    """Whether the model has to write a stop sequence before its answer."""
    training, serving = source.training, source.serving
    if (source.modelfile is not None and serving is None) or (training is None and serving is None):
        return  # the base model's template writes the prompt
    learnt, asked = (side.written if side is not None else None for side in (training, serving))
    left = left_to_the_model(learnt, asked)
    for stop in own.stops if not own.unsure else ():
        if stop.text.strip():
            row = _row(stop, rows)
            rows.examine("stop_in_header")
            if stop.text in left and taken_as(stop.text, source) != "hidden":
                said = f"`{in_line(stop.text)}` stops the model before its answer: the prompt ends without "
                rows.mark("stop_in_header", row, f"{said}`{in_line(left)}`, so that the model writes that header first")


def _missed(text: str, pieces: frozenset[str], stops: Sequence[str]) -> Iterator[str]:
    """The lines of the templates that a stop sequence is meant to match and does not, nor does another of its list."""
    if any(text in piece for piece in pieces):
        return
    for piece in sorted(pieces):
        if nearly_in(text, piece) and not stopping((stop for stop in stops if stop.strip()), piece):
            yield next((line.strip() for line in piece.splitlines() if nearly_in(text, line)), piece.strip())


def _why_never(text: str, own: StopList, source: TemplateSource, pieces: frozenset[str]) -> str | None:
    """Why a stop sequence that looks like a token cannot match; None if it can, or if the token ends answers itself."""
    taken, end = taken_as(text, source), known_end(source)
    if end is not None and (text == end.marker or is_nearly(end, text, own)):
        return None  # its own facts
    if taken == "hidden" and text in _STOCK:
        return None  # Ollama's own lists have it, as a guard that does no harm
    if taken == "hidden":
        return "a control token, of which the engine shows no text"
    if taken == "ends" or not is_token_shaped(text) or not pieces or any(text in piece for piece in pieces):
        return None
    known = has_token(text, source)
    if known is not None:
        return None if known else "a token that neither the template nor the vocabulary has"
    return _of_others(text, pieces)


def _of_others(text: str, pieces: frozenset[str]) -> str | None:
    """Of a token of other families than those that the template writes; it may write none."""
    own = {token for piece in pieces for token in _TOKEN.findall(piece)} - SEQUENCE
    family = shown_family(text)
    if not own or not family or any(families_of(text) & families_of(token) for token in own):
        return None
    return f"a token of {family}, while the template writes {', '.join(f'`{token}`' for token in sorted(own)[:3])}"


def _lost(own: StopList, served: StopList, source: TemplateSource, rows: Rows) -> None:
    """A request's list replaces the Modelfile's. The turn end is judged by itself, list by list."""
    if served.asked:
        return
    row = rows.add(own.path, own.line, "stop")
    rows.examine("lost_stop")
    end = known_end(source)
    # Blanks that end an answer behind its marker hide the loss: the marker is shown, and paragraphs end answers.
    blanks = end is not None and any(not text.strip() and text and text in end.text for text in own.texts)
    lost = [
        text
        for text in dict.fromkeys(served.texts)
        if text.strip()
        and not stopping(own.texts, text)
        and taken_as(text, source) not in {"ends", "hidden"}
        and (blanks or end is None or text not in end.text)
    ]
    if lost:
        listed = ", ".join(f"`{in_line(text)}`" for text in lost)
        rows.mark("lost_stop", row, f"its list replaces the Modelfile's and lacks {listed}")
