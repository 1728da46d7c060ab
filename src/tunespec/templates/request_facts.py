"""What a request says that the server does not hear: keys that it ignores without a word, and what it refuses."""

from __future__ import annotations

import re

from tunespec.subjects import DataFile
from tunespec.templates.request_problems import Problem
from tunespec.templates.rows import Rows
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
                row = rows.add(file.shown, _line(file, problem.key), problem.key)
                rows.examine(fact)
                rows.mark(fact, row, _text(problem))


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


def _text(problem: Problem) -> str:
    if problem.refused:
        return f"the server refuses the request: {problem.text}"
    if problem.closest is None:
        return f"{problem.text}: the server ignores it"
    belongs = (
        f"it belongs into `{problem.closest}`" if "messages" in problem.closest else f"meant is `{problem.closest}`"
    )
    return f"{problem.text}: the server ignores it; {belongs}"


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _line(file: DataFile, key: str) -> int | None:
    """The line of a key, if the file has it once."""
    text = file.path.read_text(encoding="utf-8", errors="replace")
    found = list(re.finditer(rf'"{re.escape(_last(key))}"\s*:', text, re.IGNORECASE))
    return text.count("\n", 0, found[0].start()) + 1 if len(found) == 1 else None
