"""T001's facts about programs that run the model themselves, or ask it behind OpenAI's interface.

Their stop sequences stand beside no Modelfile's: they are all that ends an answer, but for the tokens at which the
library ends by itself. Sources: transformers, ``generation/utils.py`` (``stop_strings``, ``eos_token_id``); vLLM,
``vllm/sampling_params.py`` (``stop``, ``ignore_eos``); llama-cpp-python, ``llama_cpp/llama.py`` (``stop``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tunespec.templates.end_texts import in_line, spelt_alike, stopping
from tunespec.templates.generation import is_complete, lacks_token, taken_as
from tunespec.templates.python_calls import Call
from tunespec.templates.python_unknown import ANY, OWN_END
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource
from tunespec.templates.stop_lists import Stop, StopList
from tunespec.templates.turn_end_facts import End, is_nearly, known_end

_SAYS_NOTHING: tuple[Any, ...] = (None, OWN_END, [], [OWN_END], False)


class Heard(NamedTuple):
    """The stop sequences of a call, and the call."""

    own: StopList
    call: Call


def library_stops(source: TemplateSource) -> list[Heard]:
    """The list of each call whose ends are all known, and that is not known to ask another model."""
    found = []
    for file, call in source.calls:
        texts = _texts(call, source, file.shown) if call.endpoint.stops and call.whose != "other" else None
        if texts is not None:
            line = call.lines.get(call.endpoint.stops, call.line)
            # The others refuse an empty one.
            stops = tuple(Stop(text, file.shown, line) for text in texts if text or call.endpoint.server == "llama.cpp")
            unsure = call.whose == "unsure"
            found.append(Heard(StopList(file.shown, line, stops, asked=True, unsure=unsure, library=True), call))
    return found


def _texts(call: Call, source: TemplateSource, shown: str) -> tuple[str, ...] | None:
    """The stop sequences of a call; None if something that is not known may end answers, too."""
    name, own = call.endpoint.stops, call.endpoint
    if call.unknown & {ANY, name, *own.ends} or any(call.body.get(key) not in _SAYS_NOTHING for key in own.ends):
        return None
    if call.around.sets_ends and own.server != "OpenAI":
        return None
    given = call.body.get(name)
    if given is None and own.configured and (settings := source.generation.get(shown)) is not None:
        if settings.values is None:
            return None
        given = settings.values.get(name)
    texts = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    return tuple(text for text in texts if isinstance(text, str))


def judge_libraries(source: TemplateSource, rows: Rows, lists: Sequence[Heard]) -> None:
    """The end of answers in each of these lists: as a text, which only a stop sequence hears, or as a token."""
    end = known_end(source)
    taken = taken_as(end.marker, source) if end is not None else "unknown"
    if end is None or taken == "unknown":
        return
    for heard in lists:
        if taken == "text":
            _is_heard(end, heard, source, rows)
        else:
            rows.examine("misspelt_token")
            for stop, row in _nearly(end, heard.own, rows):
                said = f"`{stop.text}`, nearly `{end.marker}`, with which {end.who}{heard.own.doubt}"
                rows.mark("misspelt_token", row, said, end.place)


def _nearly(end: End, own: StopList, rows: Rows) -> Iterator[tuple[Stop, int]]:
    for stop in own.stops:
        if is_nearly(end, stop.text, own):
            yield stop, rows.add(stop.path, stop.line, f"stop {stop.text}")


def _is_heard(end: End, heard: Heard, source: TemplateSource, rows: Rows) -> None:
    own, call = heard
    unlisted = lacks_token(end.marker, source) and not is_complete(source)  # then it may be a token that ends answers
    unsure = unlisted or own.unsure
    unheard, nearly = ("unlisted_turn_end", "misspelt_token") if unsure else ("unstopped_turn_end", "misspelt_stop")
    rows.examine(unheard, nearly)
    eos = source.training.eos if source.training is not None and not call.body.get("ignore_eos") else ""
    if stopping([*own.texts, eos], end.text):
        return
    near = next((stop for stop in own.stops if spelt_alike(stop.text, end.marker)), None)
    if near is not None:
        row = rows.add(near.path, near.line, f"stop {near.text}")
        rows.mark(nearly, row, f"`{near.text}` where {end.who} with `{end.marker}`{own.doubt}", end.place)
    elif not unlisted and not _ends_itself(end, call):
        row = rows.add(own.path, own.line, "turn end")
        words = in_line(own.words)
        said = f"`{end.marker}`, with which {end.who}, is none of its `{call.endpoint.stops}` ({words}){own.doubt}"
        rows.mark(unheard, row, said, end.place)


def _ends_itself(end: End, call: Call) -> bool:
    """Whether no answer runs on all the same: the program cuts it at the end, or wants one token.

    Also where `generate` may be that of a model which describes pictures or translates: no model is loaded there.
    """
    wanted = end.marker.strip()
    cut = any(wanted in text for text in call.around.cuts)
    unseen = call.endpoint.server == "transformers" and not call.around.loads
    return cut or unseen or call.body.get(call.endpoint.limit) == 1
