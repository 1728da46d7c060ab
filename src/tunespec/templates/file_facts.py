"""What is wrong with a template pair's files by themselves: the table ``files``.

A row is one file, one instruction of a Modelfile, one key of a request, or one line where something stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from tunespec.templates.artefacts import is_jinja
from tunespec.templates.errors import TemplateError
from tunespec.templates.hostile import attempts
from tunespec.templates.modelfile_facts import judge_instructions
from tunespec.templates.outranked_facts import judge_outranked
from tunespec.templates.recipe_facts import judge_recipes
from tunespec.templates.request_facts import judge_requests
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource
from tunespec.templates.stock_facts import judge_substitution
from tunespec.templates.tool_tags import judge_tool_tag
from tunespec.templates.training_side import NamedSource

_NO_MODELFILE = "no Modelfile that Ollama takes goes with it"
_SHOWN = 3  # attempts of one line
_NO_REQUEST = "no request is there that is known to ask this model"
_OF_REQUESTS = ("unread_stop", "ignored_text", "ignored_key", "bypassed_template")
_OF_TEMPLATES = ("hostile_template", "unreadable_file")


def file_facts(source: TemplateSource, rows: Rows) -> None:
    """Fill the table ``files``."""
    judge_instructions(source, rows)
    judge_substitution(source, rows)
    judge_outranked(source, rows)
    judge_tool_tag(source, rows)
    judge_requests(source, rows)
    judge_recipes(source, rows)
    _templates(source, rows)
    _files(source, rows)
    rows.skip(_OF_REQUESTS, _NO_REQUEST)
    rows.skip(_OF_TEMPLATES, "no chat template, tokenizer configuration or model file is there")
    rows.skip(rows.facts, _NO_MODELFILE if source.modelfile is None else "the Modelfile has nothing of the kind")


def _files(source: TemplateSource, rows: Rows) -> None:
    """Each file as a whole: what could not be read, once everything was asked for that reads it."""
    _ = source.modelfile, source.gguf, source.requests, source.tokenizer, source.serving
    for file in source.pair.files:
        fact = "refused_by_server" if file.format == "modelfile" else "unreadable_file"
        text, line = source.problems.get(file.shown, ("", None))
        row = rows.add(file.shown, line, "file")
        rows.examine(fact)
        if text:
            rows.mark(fact, row, text)


def _templates(source: TemplateSource, rows: Rows) -> None:
    """Each chat template: whether it is one, and what it tries that none needs."""
    for named in _sources(source):
        path = source.shown(named.path)
        rows.add(path, named.line, f"template {named.name}")
        try:
            found = attempts(named.source)
        except TemplateError as error:
            rows.examine("unreadable_file")
            line, where = _place(named, error.line)
            row = rows.add(path, line, f"template {named.name} cannot be read")
            rows.mark("unreadable_file", row, f"{error.message}{where}")
            continue
        rows.examine("hostile_template")
        for number, own in groupby(found, lambda attempt: attempt.line):
            line, where = _place(named, number)
            tries = " and ".join(attempt.what for attempt in list(own)[:_SHOWN])
            at = rows.add(path, line, f"{named.name}: {tries}")
            rows.examine("hostile_template")
            rows.mark("hostile_template", at, f"the template {tries}{where}")


def _sources(source: TemplateSource) -> Iterator[NamedSource]:
    """Every chat template that a program may load: the tokenizer's, and those within the model file."""
    found = list(source.tokenizer.sources) if source.tokenizer is not None else []
    yield from found
    if source.gguf is not None:
        path = source.pair.of("gguf")[0].path
        own = {one.name for one in found if one.path == path}
        for name, text in source.gguf.named_templates.items():
            if name not in own:
                yield NamedSource(name, text, path, None)


def _place(named: NamedSource, line: int | None) -> tuple[int | None, str]:
    """The line of the file, and in words the template's own line where that says more: JSON holds it in one line."""
    if named.line is not None and is_jinja(named.path):
        return named.line + (line or 1) - 1, ""
    name = "" if named.name == "default" else f" of the template `{named.name}`"
    return named.line, f" (line {line}{name})" if line else ""
