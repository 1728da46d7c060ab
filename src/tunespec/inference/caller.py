"""What the real caller asks with: the stop sequences and the limit that a client sends with each question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from tunespec.inference.answered import Served
from tunespec.subjects import DataFile
from tunespec.templates.asked_model import is_same_model
from tunespec.templates.python_calls import Call
from tunespec.templates.python_servers import is_private, is_same_server
from tunespec.templates.requests import Request


class _Asked(NamedTuple):
    """What one caller sends, and where that is written; ``sure`` if it is known to ask this model."""

    stops: tuple[str, ...] | None
    limit: int | None
    where: str
    sure: bool


def as_called(
    served: Served,
    settings: Mapping[str, Any],
    configuration: str,
    callers: Iterable[tuple[DataFile, Request | Call]],
    url: str = "",
) -> Served:
    """A model with the stop sequences and the limit that count once the caller's are sent.

    The configuration's count before those of a caller. Of several callers that ask with different ones, none counts;
    nor does one that asks another model. A program may hide which server it asks, or be written for another address
    than the one that is judged: it counts if no other caller is known to ask this model.

    Args:
        served: what the server says.
        settings: ``stop`` and ``max_tokens`` of ``[inference]``, if they are set.
        configuration: the configuration's file, as reports print it.
        callers: what asks a model: requests, and the calls of programs.
        url: the server's address.
    """
    stops, limit, given = served.stops, served.limit, {}
    asking = [one for one in _asking(served, callers, url) if one.stops is not None or one.limit is not None]
    asking = [one for one in asking if one.sure] or asking
    if len({(one.stops, one.limit) for one in asking}) == 1:
        own = asking[0]
        if own.stops is not None:
            stops, given["stops"] = own.stops, own.where
        if own.limit is not None:
            limit, given["limit"] = own.limit, own.where
    if "stop" in settings:
        stops, given["stops"] = tuple(settings["stop"]), configuration
    if "max_tokens" in settings:
        limit, given["limit"] = settings["max_tokens"], configuration
    return replace(served, stops=stops, limit=limit, given=given, model_stops=served.stops) if given else served


def _asking(served: Served, callers: Iterable[tuple[DataFile, Request | Call]], url: str) -> Iterator[_Asked]:
    """The callers that ask this model, or may."""
    for file, one in callers:
        where = file.shown if one.line is None else f"{file.shown}:{one.line}"
        if isinstance(one, Request):
            if _is_asked(served, one):
                yield _Asked(one.stops, _positive(one.options.get("num_predict")), where, sure=True)
        elif one.endpoint.server == "OpenAI" and (sure := _is_called(served, one, url)) is not None:
            yield _Asked(_stops(one.body.get("stop")), _limit(one.body, served), where, sure)


def _is_asked(served: Served, request: Request) -> bool:
    """Whether a request is for this model: llama.cpp's server has one, and answers by whatever name it is called."""
    return not request.model or served.kind == "llama.cpp" or is_same_model(request.model, served.name)


def _is_called(served: Served, call: Call, url: str) -> bool | None:
    """Whether a client of OpenAI's interface asks this model for sure, or may (False); None if it does not."""
    address, name = call.endpoint.address, call.body.get("model")
    anyone = served.kind == "llama.cpp" or not isinstance(name, str)
    if isinstance(name, str) and is_same_model(name, served.name):
        return True
    if not anyone or address is None:
        return None
    if is_same_server(address, url):
        return True
    may_be = is_private(address) if address else not isinstance(name, str)
    return False if may_be else None


def _stops(given: Any) -> tuple[str, ...] | None:
    """One text or several; an empty list says nothing."""
    texts = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    return tuple(text for text in texts if isinstance(text, str) and text) or None


def _limit(body: Mapping[str, Any], served: Served) -> int | None:
    """The limit by either of its names: Ollama reads the older one only."""
    names = ("max_tokens",) if served.kind == "ollama" else ("max_completion_tokens", "max_tokens")
    return next((limit for name in names if (limit := _positive(body.get(name))) is not None), None)


def _positive(limit: Any) -> int | None:
    """A limit; one that is none, such as Ollama's -1, says nothing here."""
    return limit if type(limit) is int and limit > 0 else None
