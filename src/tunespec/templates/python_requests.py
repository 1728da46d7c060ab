"""Who asks a pair's model: requests in files, and the calls of programs as the requests that they send."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from tunespec.named_files import found_from
from tunespec.subjects import DataFile, TemplatePair
from tunespec.templates.asked_model import Whose, asked_model, is_another, is_same_model
from tunespec.templates.python_calls import Call, calls_in
from tunespec.templates.python_servers import is_private
from tunespec.templates.request_problems import Problem
from tunespec.templates.requests import Request, RequestError, read_request, request_of


@dataclass(frozen=True)
class Callers:
    """Who asks the model of a pair; ``problems`` say what no request is, by the path as shown."""

    requests: tuple[tuple[DataFile, Request], ...]
    calls: tuple[tuple[DataFile, Call], ...]
    problems: tuple[tuple[str, tuple[str, None]], ...]


def callers_of(pair: TemplatePair, model: str | None, root: Path) -> Callers:
    """The requests and calls, beside a Modelfile or a training template without those that ask another model.

    Args:
        pair: the files.
        model: the name of the served model, if the configuration tells it.
        root: the project's folder.
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
        own = [(file, call) for file, call in calls if call.endpoint.server == "Ollama"]
        names = [*(request.model for _, request in sent), *(call.body.get("model") for _, call in own)]
        asked = asked_model(told[0] if told else None, model, names, () if told or pair.plain else trained)
        others = {id(one) for file, one in own if asked.whose(one.body.get("model"), file.path) == "other"}
        calls = [(file, call) for file, call in calls if id(call) not in others]
        judged = [(file, request, asked.whose(request.model, file.path)) for file, request in sent]
        sent = [(file, replace(one, unsure=whose == "unsure")) for file, one, whose in judged if whose != "other"]
    folders = {file.path.parent.resolve() for file in pair.of("jinja", "tokenizer", "gguf")}
    whose = [(file, replace(call, whose=_whose(call, file, folders, model, root))) for file, call in calls]
    return Callers(tuple(sent), tuple(whose), tuple(problems))


def _whose(call: Call, file: DataFile, folders: Container[Path], model: str | None, root: Path) -> Whose:
    """Whose model it is that a program loads, or asks behind OpenAI's interface; of Ollama's, others are left out."""
    if call.endpoint.server == "Ollama":
        return "own"
    served = call.endpoint.server == "OpenAI"
    named = [call.body.get("model")] if served else call.around.loads
    if model is not None and any(isinstance(one, str) and is_same_model(one, model) for one in named):
        return "own"
    if served:
        another = isinstance(named[0], str) and is_another(named[0], None)
        return "unsure" if is_private(call.endpoint.address or "") and not another else "other"
    there = [found_from(file.path, one, root) for one in named if one is not None]
    if len(there) == len(named) == 1 and there[0] is not None:
        own = there[0].resolve()
        return "own" if own in folders or own.parent in folders else "unsure"
    others = [one for one in named if one is not None and any(is_another(each, None) for each in (one, _last(one)))]
    return "other" if others and len(others) == len(named) and not call.around.adapts else "unsure"


def _last(name: str) -> str:
    """The last part of a path, without what tells a file's format."""
    return PurePosixPath(name.replace("\\", "/")).name.removesuffix(".gguf")


def other_asked(file: DataFile, model: str | None) -> str:
    """The name of another model than the project's, if a request or each call of a program asks one; else empty.

    Args:
        file: a request or a program.
        model: the name of the served model, if the configuration tells it.
    """
    calls = _asked_by(file)
    # A server behind OpenAI's interface may answer by any name.
    model = None if any(server == "OpenAI" for server, _ in calls) else model
    others = [name for _, name in calls if isinstance(name, str) and is_another(name, model)]
    return others[0] if others and len(others) == len(calls) else ""


def model_asked(file: DataFile) -> str:
    """The name of the one model that a request or each call of a program asks; empty if that is not known.

    Args:
        file: a request or a program.
    """
    names = {name if isinstance(name, str) else "" for _, name in _asked_by(file)}
    return names.pop() if len(names) == 1 else ""


def _asked_by(file: DataFile) -> list[tuple[str, Any]]:
    """The server and the model of each call, or of a request."""
    try:
        if file.format == "script":
            return [(call.endpoint.server, call.body.get("model")) for call in calls_in(file.path.read_bytes())]
        return [("Ollama", read_request(file.path.read_bytes(), file.shown).model)]
    except ValueError:  # whoever reads it says what it is
        return []


def _sent(calls: Iterable[tuple[DataFile, Call]]) -> Iterator[tuple[DataFile, Request]]:
    """What those calls send that ask an Ollama server."""
    for file, call in calls:
        if call.endpoint.kind is not None:
            request = request_of(call.body, call.endpoint.kind, file.shown)
            unsent = (Problem("unsent", key, *call.endpoint.unsent[key]) for key in call.unsent)
            problems = (*request.problems, *unsent)
            yield file, replace(request, problems=problems, line=call.line, lines=call.lines, unknown=call.unknown)
