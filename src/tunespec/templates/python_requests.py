"""Who asks a pair's model: requests in files, and the calls of programs as the requests that they send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tunespec.subjects import DataFile, TemplatePair
from tunespec.templates.asked_model import asked_model
from tunespec.templates.python_calls import Call, calls_in
from tunespec.templates.request_problems import Problem
from tunespec.templates.requests import Request, RequestError, read_request, request_of


@dataclass(frozen=True)
class Callers:
    """Who asks the model of a pair; ``problems`` say what no request is, by the path as shown."""

    requests: tuple[tuple[DataFile, Request], ...]
    calls: tuple[tuple[DataFile, Call], ...]
    problems: tuple[tuple[str, tuple[str, None]], ...]


def callers_of(pair: TemplatePair, model: str | None) -> Callers:
    """The requests and calls, beside a Modelfile without those that ask another model.

    Args:
        pair: the files.
        model: the name of the served model, if the configuration tells it.
    """
    requests, problems = list[tuple[DataFile, Request]](), list[tuple[str, tuple[str, None]]]()
    for file in pair.of("request"):
        try:
            requests.append((file, read_request(file.path.read_bytes(), file.shown)))
        except RequestError as error:
            problems.append((file.shown, (str(error), None)))
    calls = [(file, call) for file in pair.of("script") for call in calls_in(file.path.read_bytes())]
    sent = [*requests, *_sent(calls)]
    modelfile = pair.of("modelfile")
    if modelfile:
        own = [(file, call) for file, call in calls if call.endpoint.server == "Ollama"]
        names = [*(request.model for _, request in sent), *(call.body.get("model") for _, call in own)]
        asked = asked_model(modelfile[0].path, model, names)
        others = {id(call) for _, call in own if asked.whose(call.body.get("model")) == "other"}
        calls = [(file, call) for file, call in calls if id(call) not in others]
        judged = [(file, request, asked.whose(request.model)) for file, request in sent]
        sent = [(file, replace(one, unsure=whose == "unsure")) for file, one, whose in judged if whose != "other"]
    return Callers(tuple(sent), tuple(calls), tuple(problems))


def _sent(calls: Iterable[tuple[DataFile, Call]]) -> Iterator[tuple[DataFile, Request]]:
    """What those calls send that ask an Ollama server."""
    for file, call in calls:
        if call.endpoint.kind is not None:
            request = request_of(call.body, call.endpoint.kind, file.shown)
            unsent = (Problem("unsent", key, *call.endpoint.unsent[key]) for key in call.unsent)
            problems = (*request.problems, *unsent)
            yield file, replace(request, problems=problems, line=call.line, lines=call.lines, unknown=call.unknown)
