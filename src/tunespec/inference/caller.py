"""What the real caller asks with: the stop sequences and the limit that a client sends with each question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tunespec.inference.answered import Served
from tunespec.subjects import DataFile
from tunespec.templates.asked_model import is_same_model
from tunespec.templates.requests import Request


def as_called(
    served: Served, settings: Mapping[str, Any], configuration: str, requests: Iterable[tuple[DataFile, Request]]
) -> Served:
    """A model with the stop sequences and the limit that count once the caller's are sent.

    The configuration's count before those of a request. Of several requests that ask with different ones, none counts;
    nor does one that asks another model.

    Args:
        served: what the server says.
        settings: ``stop`` and ``max_tokens`` of ``[inference]``, if they are set.
        configuration: the configuration's file, as reports print it.
        requests: what asks the model.
    """
    stops, limit, given = served.stops, served.limit, {}
    asking = [(file, one) for file, one in requests if _is_asked(served, one) and _says_something(one)]
    if len({(request.stops, _limit(request)) for _, request in asking}) == 1:
        file, request = asking[0]
        where = file.shown if request.line is None else f"{file.shown}:{request.line}"
        if request.stops is not None:
            stops, given["stops"] = request.stops, where
        if (asked := _limit(request)) is not None:
            limit, given["limit"] = asked, where
    if "stop" in settings:
        stops, given["stops"] = tuple(settings["stop"]), configuration
    if "max_tokens" in settings:
        limit, given["limit"] = settings["max_tokens"], configuration
    return replace(served, stops=stops, limit=limit, given=given, model_stops=served.stops) if given else served


def _is_asked(served: Served, request: Request) -> bool:
    """Whether a request is for this model: llama.cpp's server has one, and answers by whatever name it is called."""
    return not request.model or served.kind == "llama.cpp" or is_same_model(request.model, served.name)


def _says_something(request: Request) -> bool:
    return request.stops is not None or _limit(request) is not None


def _limit(request: Request) -> int | None:
    """The request's limit; one that is none, such as Ollama's -1, says nothing here."""
    limit = request.options.get("num_predict")
    return limit if type(limit) is int and limit > 0 else None
