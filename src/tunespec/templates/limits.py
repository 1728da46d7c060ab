"""How long an answer may become: the limit that each caller sets, and what the Modelfile sets for the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tunespec.templates.generation_file import OwnSettings
from tunespec.templates.modelfile import Modelfile
from tunespec.templates.ollama_parameters import closest_parameter
from tunespec.templates.python_calls import Call
from tunespec.templates.python_unknown import ANY
from tunespec.templates.requests import Request
from tunespec.templates.source import TemplateSource

UNKNOWN = "unknown"  # a limit is set, or may be, by something that the files do not say
OFF = "off"  # None where that switches a limit off
_OF_TRANSFORMERS = 20  # transformers, generation/configuration_utils.py: max_length


class Limit(NamedTuple):
    """What one place says of an answer's length, in tokens.

    ``tokens`` is None if the place sets none; ``context`` is the size that it gives the context, None if it gives none.
    ``name`` is what the limit is called there. ``asked``: a request or a call, not the Modelfile. ``default`` is what
    counts for a call of a library that sets none, None if that is not known.
    """

    path: str
    line: int | None
    name: str
    tokens: int | str | None
    context: int | str | None
    asked: bool
    server: str = "Ollama"
    default: int | None = None


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
    """Each request's and call's, by the name that its endpoint has for it."""
    for file, request in source.requests:
        name = "max_tokens" if request.kind.startswith("openai") else "num_predict"
        line = request.line_of(name, file.path)
        tokens, context = _of_request(request, "num_predict", name), _of_request(request, "num_ctx", "num_ctx")
        yield Limit(file.shown, line, name, tokens, context or None, asked=True)
    for file, call in source.calls:
        if call.endpoint.kind is None and call.endpoint.server != "OpenAI":  # whose server has laws of its own
            name, own = call.endpoint.limit, call.endpoint
            model = source.generation[file.shown] if own.configured else None
            tokens = _of_call(call, model) if own.configured else _given(call, name)
            default = _default(call, model) if own.server == "transformers" else own.default
            line = call.lines.get(name, call.line)
            context = _number(call.body.get("n_ctx")) or None  # 0: the model's own
            yield Limit(file.shown, line, name, tokens, context, asked=True, server=own.server, default=default)


def _given(call: Call, name: str) -> int | str | None:
    if call.unknown & {ANY, name}:
        return UNKNOWN
    given = _number(call.body.get(name))
    if name in call.body and call.body[name] is None and call.endpoint.server in {"vLLM", "llama.cpp"}:
        return OFF
    if call.endpoint.server == "llama.cpp" and (given is None or given <= 0):
        return OFF if call.endpoint.unlimited or given is not None else None
    return given


def _of_call(call: Call, model: OwnSettings | None) -> int | str | None:
    """What a library takes that reads the model's configuration; ``max_length`` counts the prompt, too."""
    tokens = _given(call, call.endpoint.limit)
    if tokens is None and ("max_length" in call.body or "max_length" in call.unknown):
        return UNKNOWN
    if tokens is not None or model is None:
        return tokens
    return UNKNOWN if model.values is None else _number(model.values.get("max_new_tokens"))


def _default(call: Call, model: OwnSettings | None) -> int | None:
    """The tokens that transformers takes where the model's own configuration says nothing.

    Where that is not at hand: what counts for a model that the program is known to load.
    """
    if model is None:
        return call.endpoint.default
    own = call.endpoint.default or _OF_TRANSFORMERS
    return own if (model.values or {}).get("max_length") is None else None


def _of_request(request: Request, option: str, name: str) -> int | str | None:
    if option in request.options:
        return _number(request.options[option])
    return UNKNOWN if request.unknown & {ANY, "options", name, f"options.{name}"} else None


def _number(value: Any) -> int | None:
    """A whole number, as Go takes it from JSON; None for what it refuses, which is its own finding."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
