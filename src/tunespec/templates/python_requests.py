"""Who asks a pair's model: requests in files, and the calls of programs as the requests that they send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tunespec.subjects import DataFile, TemplatePair
from tunespec.templates.asked_model import asked_model, is_another
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
    """The requests and calls, beside a Modelfile or a training template without those that ask another model.

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
    told = [file.path for file in pair.of("modelfile", "recipe")]
    trained = [file.path for file in pair.of("jinja", "tokenizer")]
    if told or trained or pair.plain:
        names = [*(request.model for _, request in sent), *(call.body.get("model") for _, call in calls)]
        asked = asked_model(told[0] if told else None, model, names, () if told or pair.plain else trained)
        calls = [(file, call) for file, call in calls if asked.whose(call.body.get("model"), file.path) != "other"]
        judged = [(file, request, asked.whose(request.model, file.path)) for file, request in sent]
        sent = [(file, replace(one, unsure=whose == "unsure")) for file, one, whose in judged if whose != "other"]
    return Callers(tuple(sent), tuple(calls), tuple(problems))


def other_asked(file: DataFile, model: str | None) -> str:
    """The name of another model than the project's, if a request or each call of a program asks one; else empty.

    Args:
        file: a request or a program.
        model: the name of the served model, if the configuration tells it.
    """
    try:
        if file.format == "script":
            names = [call.body.get("model") for call in calls_in(file.path.read_bytes())]
        else:
            names = [read_request(file.path.read_bytes(), file.shown).model]
    except ValueError:  # whoever reads it says what it is
        return ""
    others = [name for name in names if isinstance(name, str) and is_another(name, model)]
    return others[0] if others and len(others) == len(names) else ""


def _sent(calls: Iterable[tuple[DataFile, Call]]) -> Iterator[tuple[DataFile, Request]]:
    """What those calls send that ask an Ollama server."""
    for file, call in calls:
        if call.endpoint.kind is not None:
            request = request_of(call.body, call.endpoint.kind, file.shown)
            unsent = (Problem("unsent", key, *call.endpoint.unsent[key]) for key in call.unsent)
            problems = (*request.problems, *unsent)
            yield file, replace(request, problems=problems, line=call.line, lines=call.lines, unknown=call.unknown)
