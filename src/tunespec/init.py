"""``tunespec init``: a commented configuration for what lies in the project."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from tunespec.config import Config
from tunespec.config import find as find_config
from tunespec.discover import discover
from tunespec.errors import CannotJudgeError
from tunespec.explain import configuration
from tunespec.splits import relative
from tunespec.templates.artefacts import ARTEFACTS

_FILE = "tunespec.toml"


def initialise(paths: Sequence[str], modelfile: Path | None, template: Path | None, *, stdout: bool) -> None:
    """Write the configuration, or the Modelfile where that is asked for; with ``stdout``, print it.

    Raises:
        CannotJudgeError: if a file is there already, or what it is made of cannot be found or read.
    """
    if modelfile is None:
        if template is not None:
            raise CannotJudgeError("--template goes with --modelfile")
        folder = Path.cwd()
        click.echo(configuration_text(folder, paths) if stdout else write_configuration(folder, paths), nl=not stdout)
        return
    from tunespec.new_modelfile.command import new_modelfile, write_modelfile

    config = find_config(Path.cwd())
    if not stdout:
        click.echo(write_modelfile(modelfile, config, paths, template))
        return
    made = new_modelfile(modelfile, config, paths, template)
    click.echo(made.content, nl=False)
    click.echo(made.report, err=True)


def write_configuration(folder: Path, paths: Sequence[str]) -> str:
    """Write tunespec.toml; returns what to do next.

    Raises:
        CannotJudgeError: if a configuration is there already, or there is nothing to judge.
    """
    target = folder / _FILE
    if target.exists():
        raise CannotJudgeError(f"{target} is there already; print a fresh one with: tunespec init --stdout")
    target.write_text(configuration_text(folder, paths), encoding="utf-8", newline="\n")
    return f"wrote {_FILE}; next: tunespec check    or in your tests: pytest -n auto --pyargs tunespec.suite"


def configuration_text(folder: Path, paths: Sequence[str]) -> str:
    """The configuration, with every threshold as a comment at its default."""
    defaults = Config(root=folder, catalogue=find_config(folder).catalogue)
    found = discover(defaults, paths or ["."])
    data = [relative(Path(path), folder) for path in paths] or ["."]
    lines = [
        "# The configuration of tunespec. To judge beside your own tests, put into pytest's settings:",
        '# addopts = "--pyargs tunespec.suite tests"',
        "",
        "# what to judge: files, folders, globs",
    ]
    lines += [f"data = [{', '.join(_quoted(path) for path in data)}]", "", "# found there:"]
    for dataset in found.datasets:
        lines.append(f"#   {_one_line(dataset.name)}")
        lines += [f"#     {_one_line(f.shown)} ({f.split or 'no split'})" for f in dataset.files]
    for pair in found.templates:
        lines.append(f"#   {_one_line(pair.name)}")
        lines += [f"#     {_one_line(f.shown)} ({ARTEFACTS[f.format]})" for f in pair.files]
    lines += [f"# passed over: {_one_line(f'{path}: {why}')}" for path, why in found.passed_over.items()]
    lines += ["", "# the least severity that fails: error, warning or info", 'fail-on = "error"', ""]
    lines += ["# name datasets whose files say their split in another way", "# [datasets.NAME]"]
    lines += ['# train = "a.jsonl"', '# validation = "b.jsonl"', ""]
    lines += [*_template_lines(), *_inference_lines(), *_review_lines()]
    lines += [
        "# switch a pitfall or one kind off; the reason is asked for",
        "# [ignore]",
        '# "D005.near_duplicate_of" = "..."',
    ]
    for pitfall, *_ in defaults.catalogue.by_code.values():
        table = configuration(defaults, pitfall).replace("[tool.tunespec.", "[").splitlines()
        lines += ["", f"# {pitfall.documentation.summary}", *(f"# {line}" for line in table)]
    return "\n".join(lines) + "\n"


def _template_lines() -> list[str]:
    return [
        "# what the model is trained with and served with, where that is not found or several may be meant",
        "# [template]",
        '# training = "tokenizer_config.json"  # or { user = "### Question:\\n{content}\\n\\n", assistant = ... }',
        '# training = "llamafactory:qwen"  # or "axolotl:chatml", or the training configuration that names one',
        '# modelfile = "Modelfile"',
        '# model = "model.gguf"',
        '# requests = ["request.json"]',
        "",
    ]


def _inference_lines() -> list[str]:
    return [
        "# the served model that is asked, as its callers ask it; docs/probes.md says more",
        "# [inference]",
        '# model = "NAME"',
        '# host = "http://127.0.0.1:11434"  # else OLLAMA_HOST, else this one',
        '# api = "ollama"  # or "openai"; else what the server speaks',
        '# probes = ["probes.jsonl", "suite"]  # "suite": those of the specification',
        '# outputs = ["answers.jsonl"]  # recorded answers',
        "# remote = false  # true: a server that is not this machine may be asked",
        "# silence = 120  # the most seconds that it may send nothing",
        '# stop = ["### End"]  # what callers send; else what the one request or client that is at hand sends',
        "# max_tokens = 300  # the same of the limit",
        "",
    ]


def _review_lines() -> list[str]:
    return [
        "# what people say of the model's answers; docs/review.md says more",
        "# [review]",
        '# file = "reviews.jsonl"  # where `tunespec review` writes, and E002 reads, wherever it is',
        "# count = 30  # how many answers are drawn",
        "# seed = 0  # another number draws others",
        "# today = 2026-11-26  # the day from which the age of judgements counts; else today",
        "",
    ]


def _quoted(text: str) -> str:
    """A TOML string. For a byte of a file's name that is no UTF-8 stands a glob's ``?``: TOML cannot hold it."""
    text = text.replace("\ufffd", "?")  # as paths are shown
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    """The text with every character that would end or hide a comment written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
