"""What a request says that the server does not hear: keys that it ignores without a word, and what it refuses."""

from __future__ import annotations

from tunespec.subjects import DataFile
from tunespec.templates.request_problems import Problem
from tunespec.templates.requests import Request
from tunespec.templates.rows import Rows
from tunespec.templates.sides import TrainingSide
from tunespec.templates.source import TemplateSource

_OWNED_BY_STOPS = frozenset({"empty_stop", "no_stops"})  # the table `stops` says what they do to the Modelfile's
_LIMITS = frozenset({"num_predict", "max_tokens"})  # the pitfall unlimited-output's
_TEXTS = frozenset("system prompt messages template suffix tools images raw".split())  # without it the prompt differs


def judge_requests(source: TemplateSource, rows: Rows) -> None:
    """The problems of each request, one row for each key that has one."""
    for file, request in source.requests:
        rows.add(file.shown, None, "request")
        rows.examine("unread_stop", "refused_by_server", "ignored_text", "ignored_key")
        for problem in request.problems:
            fact = _fact(problem)
            if fact is not None:
                row = rows.add(file.shown, request.line_of(problem.key, file.path), problem.key)
                rows.examine(fact)
                rows.mark(fact, row, ignored_text(problem))
        _bypass(source, rows, file, request)


def _bypass(source: TemplateSource, rows: Rows, file: DataFile, request: Request) -> None:
    """The fact ``bypassed_template``: the prompt is not written by the Modelfile's template.

    A raw prompt may have been rendered by the client: then it holds the header with which the training begins a turn.
    """
    key = "template" if request.template else "raw"
    row = rows.add(file.shown, request.line_of(key, file.path), f"its own {key}")
    rows.examine("bypassed_template")
    own = source.modelfile.template if source.modelfile is not None else None
    if request.template and request.template != own:
        whose = "the model's" if source.modelfile is None else "the Modelfile's"
        rows.mark("bypassed_template", row, f"its own `template` stands in for {whose}")
    elif request.raw and request.prompt and not (request.unsure or _is_rendered(request.prompt, source.training)):
        rows.mark("bypassed_template", row, "`raw` sends the prompt as it stands, without a header of the training")


def _is_rendered(prompt: str, training: TrainingSide | None) -> bool:
    if training is None or training.written is None:
        return True  # nobody can tell
    header = training.written.opening.removeprefix(training.bos).strip()
    return not header or header in prompt


def _fact(problem: Problem) -> str | None:
    """The kind that a problem belongs to; None for those of other tables and pitfalls."""
    if problem.kind in _OWNED_BY_STOPS:
        return None
    meant = {_last(problem.key), _last(problem.closest or "")}
    if "stop" in meant:
        return "unread_stop"
    if problem.refused:
        return "refused_by_server"
    if meant & _LIMITS:
        return None
    return "ignored_text" if {problem.key, problem.closest} & _TEXTS else "ignored_key"


def ignored_text(problem: Problem) -> str:
    """What the server does with a key that it does not know there, or refuses."""
    if problem.refused:
        return f"the server refuses the request: {problem.text}"
    if problem.kind == "unsent":
        return f"{problem.text}; meant is `{problem.closest}`"
    if problem.closest is None:
        return f"{problem.text}: the server ignores it"
    belongs = (
        f"it belongs into `{problem.closest}`" if "messages" in problem.closest else f"meant is `{problem.closest}`"
    )
    return f"{problem.text}: the server ignores it; {belongs}"


def _last(key: str) -> str:
    return key.rpartition(".")[2]
