"""How long an answer may become: the limit that each caller sets, and what the Modelfile sets for the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tunespec.templates.modelfile import Modelfile
from tunespec.templates.ollama_parameters import closest_parameter
from tunespec.templates.requests import Request
from tunespec.templates.source import TemplateSource

UNKNOWN = "unknown"  # a limit is set, or may be, by something that the files do not say
_ANYTHING = "*"  # of a request's unknown keys: it may have any other


class Limit(NamedTuple):
    """What one place says of an answer's length, in tokens.

    ``tokens`` is None if the place sets none; ``context`` is the size that it gives the context, None if it gives none.
    ``name`` is what the limit is called there. ``asked``: a request or a call, not the Modelfile.
    """

    path: str
    line: int | None
    name: str
    tokens: int | str | None
    context: int | str | None
    asked: bool


def served_limit(source: TemplateSource) -> Limit | None:
    """The Modelfile's: it counts for every caller that sets none."""
    modelfile = source.modelfile
    if modelfile is None:
        return None
    given = modelfile.given("num_predict") or modelfile.given("model")
    parameters = modelfile.parameters
    path = source.pair.of("modelfile")[0].shown
    tokens, context = _number(parameters.get("num_predict")), _number(parameters.get("num_ctx"))
    if tokens is None and _is_refused(modelfile):
        return Limit(path, given[-1].line, "num_predict", UNKNOWN, context or None, asked=False)
    return Limit(path, given[-1].line, "num_predict", tokens, context or None, asked=False)


def _is_refused(modelfile: Modelfile) -> bool:
    """Whether a limit is meant, with a value or by a name with which `ollama create` fails: that is its own finding."""
    named = (given.command for given in modelfile.instructions if given.keyword == "PARAMETER")
    return any(closest_parameter(name) == "num_predict" for name in named)


def asked_limits(source: TemplateSource) -> Iterator[Limit]:
    """Each request's, by the name that its endpoint has for it."""
    for file, request in source.requests:
        name = "max_tokens" if request.kind.startswith("openai") else "num_predict"
        line = request.line_of(name, file.path)
        tokens, context = _of_request(request, "num_predict", name), _of_request(request, "num_ctx", "num_ctx")
        yield Limit(file.shown, line, name, tokens, context or None, asked=True)


def _of_request(request: Request, option: str, name: str) -> int | str | None:
    if option in request.options:
        return _number(request.options[option])
    return UNKNOWN if request.unknown & {_ANYTHING, "options", name, f"options.{name}"} else None


def _number(value: Any) -> int | None:
    """A whole number, as Go takes it from JSON; None for what it refuses, which is its own finding."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
