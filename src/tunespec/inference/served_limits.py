"""I001's facts of a served model: the limit that the server says it has, and its context.

They are told of a model whose Modelfile is not at hand; of one that is, the table ``limits`` tells them.
"""

from __future__ import annotations

from typing import Any

from tunespec.inference.answered import Served
from tunespec.inference.source import AnswerSource
from tunespec.templates.limit_facts import OPEN
from tunespec.templates.limits import asked_limits
from tunespec.templates.rows import Rows

_OWN = ("no_limit", "limit_off")
_FITS = "limit_beyond_context"
_TOLD = "the Modelfile at hand says it: the table `limits` judges that"


def served_limit_facts(source: AnswerSource, rows: Rows) -> None:
    """``no_limit``, ``limit_off`` and ``limit_beyond_context``, once for the model: on its first answer."""
    served = source.served
    if served is None:
        rows.skip((*_OWN, _FITS), "recorded outputs do not say which limit their model had")
        return
    given = _given(source)
    if served.kind != "ollama":
        rows.skip(_OWN, f"{served.server} does not say which limit a model itself has")
    elif source.answered:
        _own_limit(source, served, given, rows)
    _fits(served, given, rows)


def _own_limit(source: AnswerSource, served: Served, given: dict[str, Any] | None, rows: Rows) -> None:
    """The model's own limit; of one that is switched off, nobody knows that it was not set."""
    own = served.options.get("num_predict")
    if isinstance(own, int) and (given is None or "num_predict" not in given):
        rows.examine("limit_off")
        if own <= 0:
            rows.mark("limit_off", 0, f"the served model's num_predict is {own}, which is no limit: {OPEN}")
    if given is None:
        rows.examine("no_limit")
        if own is None and served.limit is None and not _is_always_asked(source):
            rows.mark("no_limit", 0, f"the served model has no num_predict: {OPEN}")
    rows.skip(["no_limit"], _TOLD)
    rows.skip(["limit_off"], "the served model has no limit of its own" if own is None else _TOLD)


def _fits(served: Served, given: dict[str, Any] | None, rows: Rows) -> None:
    """A limit below the context, where the Modelfile does not say both."""
    limit, context = served.limit, served.context
    if limit is None or context is None:
        unsaid = f"{served.server} does not say how many tokens the context holds"
        rows.skip([_FITS], f"no limit is set, or {unsaid}")
        return
    by = served.given.get("limit")
    if given is not None and by is None and {"num_predict", "num_ctx"} <= given.keys():
        rows.skip([_FITS], _TOLD)
        return
    rows.examine(_FITS)
    if limit >= context:
        whose = f"the limit of {by}" if by is not None else "its num_predict"
        said = f"{whose} is {limit:,}, and the context holds {context:,} tokens, prompt and answer together"
        rows.mark(_FITS, 0, said)


def _given(source: AnswerSource) -> dict[str, Any] | None:
    """The parameters of the Modelfile at hand; None if there is none."""
    modelfile = source.template.modelfile if source.template is not None else None
    return dict(modelfile.parameters) if modelfile is not None else None


def _is_always_asked(source: AnswerSource) -> bool:
    """Whether callers are at hand, and each of them sets a limit: as they do, nobody asks without one."""
    callers = source.callers
    asked = [own for own in asked_limits(callers) if own.server == "Ollama"] if callers is not None else []
    return bool(asked) and all(own.tokens is not None for own in asked)
