"""``tunespec render --labels``: which tokens of a conversation are trained, masked, or cut away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tunespec.config import Config
from tunespec.errors import CannotJudgeError
from tunespec.sources import setting
from tunespec.splits import relative
from tunespec.templates.case import Case
from tunespec.templates.errors import TemplateError
from tunespec.templates.jinja import refusal
from tunespec.templates.labels import Labels, label
from tunespec.templates.paint import CLOSES, OPENS, Paint
from tunespec.templates.rendering import placed
from tunespec.templates.source import TemplateSource
from tunespec.templates.target import Target
from tunespec.templates.trained_spans import training_text
from tunespec.templates.visible import visible
from tunespec.terminal import one_line
from tunespec.tokenizer_file import MISSING, read_tokenizer

if TYPE_CHECKING:
    from tunespec.render import Asked

_FILE = "tokenizer.json"


def show_labels(target: Target, source: TemplateSource, config: Config, asked: Asked, paint: Paint) -> int:
    """Print the training text with its labels; returns 1 with ``check`` if something is to be warned of, else 0.

    Raises:
        CannotJudgeError: if there is no tokenizer, or the template refuses the conversation.
    """
    side = source.training_with_tools if target.tools else source.training
    if side is None:
        problem = next((f"{path}: {text}" for path, (text, _) in source.problems.items()), source.why_no_training)
        raise CannotJudgeError(problem)
    path = _tokenizer(asked.tokenizer, source, config)
    tokenizer = read_tokenizer(path)
    if tokenizer is None:
        raise CannotJudgeError(MISSING)
    case = Case(target.answered, target.tools)
    try:
        text = training_text(side, case)
    except TemplateError as error:
        said = refusal(error)
        raise CannotJudgeError(f"{side.shown} refuses the conversation: {visible(said or error.message)}") from error
    labels = label(text, tokenizer, _limit(asked.max_length, config))
    name = target.name if target.answer is None else f"{target.name}, answered"
    shown = [
        ("render", name),
        ("training", placed(side)),
        ("tokenizer", relative(path, config.root)),
    ]
    lines = [f"{paint.heading(name.ljust(11))}{one_line(said)}" for name, said in shown]
    lines += ["", paint.heading(f"training, {legend(paint)}"), paint.labels(labels), "", counted(labels), text.rule]
    warnings = labels.warnings()
    lines += [f"{paint.style('warning', fg='yellow', bold=True)}: {warning}" for warning in warnings]
    click.echo("\n".join(lines), color=paint.colour)
    return int(bool(warnings) and asked.check)


def legend(paint: Paint) -> str:
    """How what is trained shows."""
    return "green is trained, dim is masked, red is cut" if paint.colour else f"{OPENS}trained{CLOSES}"


def counted(labels: Labels) -> str:
    """The tokens in numbers."""
    limit = f"max_length {labels.limit:,}" if labels.limit is not None else "no max_length"
    counts = ", ".join(f"{labels.count(state):,} {state}" for state in ("trained", "masked", "cut"))
    return f"{len(labels.tokens):,} tokens: {counts} ({limit})"


def _tokenizer(named: Path | None, source: TemplateSource, config: Config) -> Path:
    """The tokenizer that is named, configured, or lies beside the training template."""
    if named is not None:
        if not named.is_file():
            raise CannotJudgeError(f"{named}: no such file")
        return named
    if configured := setting(config, "D001", "tokenizer"):
        path: Path = config.root / configured
        if not path.is_file():
            raise CannotJudgeError(f"{configured}: no such file (tokenizer of missing-end-marker)")
        return path
    folders = [file.path.parent for file in source.pair.of("jinja", "tokenizer", "gguf")]
    found = next((folder / _FILE for folder in folders if (folder / _FILE).is_file()), None)
    if found is None:
        beside = f"beside {source.training.shown}" if source.training is not None and folders else "here"
        raise CannotJudgeError(f"no {_FILE} is {beside}: name the model's with --tokenizer FILE")
    return found


def _limit(given: int | None, config: Config) -> int | None:
    limit = int(setting(config, "D001", "max_length")) if given is None else given
    return limit or None
