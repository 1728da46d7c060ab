"""The command line: ``check``, ``explain``, ``list``, ``render``, ``init`` and ``review``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

import tunespec
from tunespec.errors import CannotJudgeError
from tunespec.review.command import review
from tunespec.terminal import lines

_FILE = click.Path(path_type=Path)


class _Group(click.Group):
    """Turns a CannotJudgeError into one sentence and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (CannotJudgeError, OSError) as error:
            click.echo(f"tunespec: {lines(str(error))}", err=True)
        except KeyboardInterrupt:
            click.echo("tunespec: interrupted", err=True)
        sys.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(tunespec.__version__, prog_name="tunespec")
def main() -> None:
    """Every known pitfall of LLM fine-tuning, as a test on your own files."""
    if sys.stdout is None:  # closed by the caller
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  as long as the process lives
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a pipe on Windows, or LANG=C, cannot write every record's characters
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@main.command()
@click.argument("paths", nargs=-1)
@click.option("-n", "--processes", default="0", metavar="N", help="Worker processes, or auto (default 0: this one).")
@click.option("--select", multiple=True, metavar="CODES", help="Judge only these codes, names, families or CODE.kind.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Switch codes, names or kinds off.")
@click.option("--fail-on", type=click.Choice(["error", "warning", "info"]), help="Least severity that exits 1.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="What stdout gets.")
@click.option("--report", multiple=True, metavar="FORMAT=FILE", help="Also write a report (text or json); repeatable.")
@click.option("--junit", type=click.Path(dir_okay=False), metavar="FILE", help="Also write pytest's JUnit XML.")
@click.option("--show-rows", is_flag=True, help="Print the text of records with findings.")
@click.option(
    "--training", multiple=True, metavar="FILE", help="The training configuration, rather than what is found."
)
@click.option("--logs", multiple=True, metavar="PATH", help="The run's logs, or their folder; repeatable.")
@click.option("--model", metavar="NAME", help="Put probes to this served model, and judge its answers.")
@click.option("--host", metavar="URL", help="Its server (default: OLLAMA_HOST, or Ollama's own address).")
@click.option("--api", type=click.Choice(["ollama", "openai"]), help="Its interface (default: the server is asked).")
@click.option("--probes", multiple=True, metavar="FILE", help="Probes to put to it, or `suite`; repeatable.")
@click.option("--outputs", multiple=True, metavar="FILE", help="Recorded outputs to judge; repeatable.")
@click.option("--record", type=click.Path(dir_okay=False), metavar="FILE", help="Write the model's answers there.")
@click.option("--remote", is_flag=True, help="Allow a server that is not this machine.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 where findings would exit 1.")
@click.option("--gx-suites", metavar="DIR", help="Write the suites as Great Expectations' own JSON.")
def check(paths: tuple[str, ...], **options: Any) -> None:
    """Judge the datasets, templates, training runs and outputs under PATHS (files, folders, globs), and a served model.

    Default: the configured ones, or this folder.

    Exit code: 0 clean, 1 findings, 2 could not judge.
    """
    from tunespec.check import run_check

    sys.exit(run_check(paths, options))


@main.command()
@click.argument("pitfall")
def explain(pitfall: str) -> None:
    """Explain a pitfall: what goes wrong, why, how to prevent and mend it. PITFALL is a code or a name."""
    from tunespec.config import find
    from tunespec.explain import explain_text

    click.echo(explain_text(find(Path.cwd()), pitfall), nl=False)


@main.command("list")
def list_() -> None:
    """List every pitfall and its kinds."""
    from tunespec.config import find
    from tunespec.explain import list_text

    click.echo(list_text(find(Path.cwd())), nl=False)


@main.command()
@click.argument("target", required=False)
@click.argument("paths", nargs=-1)
@click.option("--list", "list_probes", is_flag=True, help="List the probe conversations, and stop.")
@click.option("--modelfile", type=_FILE, metavar="FILE", help="What serves the model, rather than what is found.")
@click.option(
    "--template", type=_FILE, metavar="FILE", help="The training template: chat template, tokenizer_config.json, GGUF."
)
@click.option("--request", type=_FILE, metavar="FILE", help="A request body: its messages, system, template, tools.")
@click.option("--tools", type=_FILE, metavar="FILE", help="JSON with tool schemas for the conversation.")
@click.option("--side", type=click.Choice(["training", "serving", "both"]), default="both", help="What to show.")
@click.option("--raw", is_flag=True, help="Print exactly the bytes of one side and nothing else.")
@click.option(
    "--no-generation-prompt",
    "generation_prompt",
    flag_value=False,
    default=True,
    help="Render the whole conversation, answered.",
)
@click.option("--labels", is_flag=True, help="Show which tokens are trained, masked, or cut away.")
@click.option("--tokenizer", type=_FILE, metavar="FILE", help="The model's tokenizer.json, for --labels.")
@click.option(
    "--max-length", type=click.IntRange(min=1), metavar="N", help="Tokens that the trainer keeps, for --labels."
)
@click.option("--check", is_flag=True, help="Exit 1 if the sides differ; with --labels, if there is a warning.")
def render(*, list_probes: bool, **options: Any) -> None:
    """Show what training and serving write for a conversation, with visible whitespace, and where they differ.

    TARGET is a probe (see --list), a record (data/train.jsonl:17), or a JSON file with messages or a request;
    without it, a conversation of system, user, assistant, user. PATHS is where the sides are looked for (default: the
    configured ones, or this folder).

    Exit code: 0 shown, 1 with --check if they differ, 2 if a side could not be shown.
    """
    from tunespec.render import Asked, listed, run_render

    if list_probes:
        click.echo(listed())
        return
    sys.exit(run_render(Asked(**options)))


@main.command()
@click.argument("paths", nargs=-1)
@click.option("--stdout", is_flag=True, help="Print what would be written, and write nothing.")
@click.option(
    "--modelfile",
    is_flag=False,
    flag_value="Modelfile",
    type=_FILE,
    metavar="[FILE]",
    help="Write a Modelfile (default: ./Modelfile) that asks as the training template does; a folder: into it.",
)
@click.option(
    "--template", type=_FILE, metavar="FILE", help="The training template for --modelfile, rather than what is found."
)
def init(paths: tuple[str, ...], *, stdout: bool, modelfile: Path | None, template: Path | None) -> None:
    """Write a commented tunespec.toml for the datasets found under PATHS (default: this folder), or a Modelfile.

    Nothing is overwritten. Exit code: 0 written, 2 not written: it says why.
    """
    from tunespec.init import initialise

    initialise(paths, modelfile, template, stdout=stdout)


main.add_command(review)
