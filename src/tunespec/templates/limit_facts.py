"""I001's facts: does whoever asks the model set a limit, does the server hear it, and does every answer fit?

Sources: Ollama 0.34.2, ``llm/llama_server.go`` (``boundedNumPredict``: none, 0 and less become 10 times the context)
and ``api/types.go`` (``num_predict`` is -1 unless it is set, and 0 is left out of what the engine is told).
"""

from __future__ import annotations

from collections.abc import Sequence

from tunespec.templates.limits import OFF, Limit, asked_limits, served_limit
from tunespec.templates.request_facts import ignored_text
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource
from tunespec.templates.taught_lengths import judge_lengths

_LIMITS = frozenset({"num_predict", "max_tokens"})
_NONE_SET = "no Modelfile and no request sets this model a limit"
OPEN = "a model that does not stop writes until 10 times the context is full"


def limit_facts(source: TemplateSource, rows: Rows) -> None:
    """Fill the table ``limits``: a row is one caller, the Modelfile, or a key of a request that is meant as a limit."""
    served, asked = served_limit(source), list(asked_limits(source))
    if served is not None:
        _is_limited(served, asked, rows)
    for own in (*([served] if served is not None else []), *asked):
        row = rows.add(own.path, own.line, f"limit {own.name}")
        _is_on(own, row, rows)
        _fits(own, served, row, rows)
        judge_lengths(own, row, source, rows)
    _ignored(source, rows)
    rows.skip(["no_limit"], "no Modelfile goes with it, which may set the limit")
    rows.skip(["default_limit"], "no program is known to load this model itself, with transformers, vLLM or llama.cpp")
    rows.skip(["limit_beyond_context"], "no limit, or no context size (num_ctx) is set")
    rows.skip(rows.facts, _NONE_SET)


def _is_limited(served: Limit, asked: Sequence[Limit], rows: Rows) -> None:
    """The fact ``no_limit``, once for a Modelfile: it counts for whoever sets none."""
    row = rows.add(served.path, served.line, "limit")
    rows.examine("no_limit")
    asked = [own for own in asked if own.server == "Ollama"]
    without = [own for own in asked if own.tokens is None]
    if served.tokens is not None or (asked and not without):
        return
    those = ", ".join(dict.fromkeys(own.path if own.line is None else f"{own.path}:{own.line}" for own in without[:3]))
    rows.mark("no_limit", row, f"sets no num_predict{f', nor does {those}' if those else ''}: {OPEN}")


def _is_on(own: Limit, row: int, rows: Rows) -> None:
    """The facts ``limit_off`` and ``default_limit``, and ``no_limit`` of a call that says so."""
    if own.tokens == OFF:
        rows.examine("no_limit")
        off = (
            f"{own.name} is None" if own.server == "vLLM" else f"no {own.name} above 0, and {own.server} has no default"
        )
        rows.mark("no_limit", row, f"{off}: a model that does not stop writes until the context is full")
    elif isinstance(own.tokens, int) and own.server == "Ollama":  # the others refuse it
        rows.examine("limit_off")
        if own.tokens <= 0:
            rows.mark("limit_off", row, f"{own.name} is {own.tokens}, which is no limit: {OPEN}")
    if own.server != "Ollama":
        rows.examine("default_limit")
        if own.tokens is None and own.default is not None:
            said = f"no {own.name}, and the default of {own.server} is {own.default} tokens"
            rows.mark("default_limit", row, said)


def _fits(own: Limit, served: Limit | None, row: int, rows: Rows) -> None:
    """The fact ``limit_beyond_context``; of a caller that sets neither the Modelfile's row tells it."""
    tokens, context = own.tokens, own.context
    if own.asked and served is not None and (tokens is not None or context is not None):
        tokens = served.tokens if tokens is None else tokens
        context = served.context if context is None else context
    if isinstance(tokens, int) and isinstance(context, int) and tokens > 0:
        rows.examine("limit_beyond_context")
        if tokens >= context:
            said = f"{own.name} is {tokens:,}, and the context holds {context:,} tokens, prompt and answer together"
            rows.mark("limit_beyond_context", row, said)


def _ignored(source: TemplateSource, rows: Rows) -> None:
    """A limit under a key that the server does not know there; what it refuses belongs to the table ``files``."""
    for file, request in source.requests:
        rows.add(file.shown, None, "request")
        rows.examine("ignored_limit")
        for problem in request.problems:
            names = {problem.key.rpartition(".")[2], (problem.closest or "").rpartition(".")[2]}
            if names & _LIMITS and not problem.refused:
                row = rows.add(file.shown, request.line_of(problem.key, file.path), problem.key)
                rows.examine("ignored_limit")
                rows.mark("ignored_limit", row, ignored_text(problem))
