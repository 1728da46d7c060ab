"""``tunespec render``: what each side writes for a conversation, with everything visible, and where they differ."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import click

from tunespec.config import Config
from tunespec.config import find as find_config
from tunespec.errors import CannotJudgeError
from tunespec.templates.artefacts import artefact
from tunespec.templates.case import Case
from tunespec.templates.choice import Sought, Wanted, choose
from tunespec.templates.comparison import sides_of
from tunespec.templates.difference import Difference, difference
from tunespec.templates.message_files import file_target, with_tools
from tunespec.templates.paint import Paint, wants_colour
from tunespec.templates.rendering import Rendering, render_sides
from tunespec.templates.source import TemplateSource
from tunespec.templates.target import DEFAULT, Target, probe_targets
from tunespec.templates.targets import target_of
from tunespec.terminal import one_line

Judge = Callable[[str, str], Difference | None]


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    target: str | None = None
    paths: tuple[str, ...] = ()
    modelfile: Path | None = None
    template: Path | None = None
    request: Path | None = None
    tools: Path | None = None
    side: Wanted = "both"
    raw: bool = False
    generation_prompt: bool = True
    labels: bool = False
    tokenizer: Path | None = None
    max_length: int | None = None
    check: bool = False


def run_render(asked: Asked) -> int:
    """Print what is asked for; returns the exit code: 0, 1 by ``check`` if the sides differ, 2 if one cannot be shown.

    Raises:
        CannotJudgeError: for a target or sides that cannot be found or read.
    """
    asked = _with_path_as_target(asked)
    _refuse_contradictions(asked)
    config = find_config(Path.cwd())
    target = _target(asked, config)
    source = choose(config, _sought(asked), target.file)
    paint = Paint(wants_colour(sys.stdout))
    if asked.labels:
        from tunespec.render_labels import show_labels

        return show_labels(target, source, config, asked, paint)
    if asked.generation_prompt:
        target = _up_to_question(target)
    sides = render_sides(source, target, asked.side, generation_prompt=asked.generation_prompt)
    if asked.check and (absent := next((side for side in sides if side.text is None and not side.refused), None)):
        raise CannotJudgeError(f"--check compares both sides, and {absent.problem}")
    if asked.raw:
        return _print_raw(sides)
    text, code = screen(target, sides, _judge(source, target), paint)
    click.echo(text, color=paint.colour)
    return code if code == 2 or asked.check else 0


def _up_to_question(target: Target) -> Target:
    """Without what follows the last question: that is what the model is asked for."""
    if not target.asked or target.asked == target.messages:
        return target
    return replace(target, messages=target.asked, name=f"{target.name}, up to its last question")


def listed() -> str:
    """The probes, each with its roles."""
    targets = probe_targets()
    width = max(map(len, targets))
    rows = [
        f"{name:<{width}}  {', '.join(str(m['role']) for m in target.messages)}" for name, target in targets.items()
    ]
    return "\n".join(rows)


def _judge(source: TemplateSource, target: Target) -> Judge:
    """What tells a trained text from an asked one, as T003 judges it."""
    case, pair = Case(target.messages, target.tools), sides_of(source)
    return lambda trained, asked: pair.between(case, trained, asked) if pair else difference(trained, asked, case)


def screen(target: Target, sides: list[Rendering], judge: Judge, paint: Paint) -> tuple[str, int]:
    """The whole output, and 0 if the sides are equal, 1 if they differ, 2 if one could not be shown."""
    width = max(len(side.name) for side in sides) + 2
    headed = [("render", target.name), *((side.name, side.where) for side in sides)]
    lines = [f"{paint.heading(name.ljust(width))}{one_line(text)}" for name, text in headed]
    texts = [side.text for side in sides if side.text is not None]
    tokens = frozenset().union(*(side.tokens for side in sides))
    if len(texts) == 2 and texts[0] == texts[1]:
        lines += ["", paint.heading("both sides"), paint.block(texts[0], tokens)]
    else:
        for side in sides:
            lines += ["", paint.heading(side.name)]
            lines.append(paint.block(side.text, tokens) if side.text is not None else f"  {side.problem}")
    if any(side.refused for side in sides):
        return "\n".join(lines), 2
    if len(texts) < 2:
        return "\n".join(lines), 0
    said, code = _verdict(texts[0], texts[1], judge(texts[0], texts[1]), paint)
    return "\n".join([*lines, "", said]), code


def _verdict(trained: str, asked: str, found: Difference | None, paint: Paint) -> tuple[str, int]:
    if found is not None:
        return f"{paint.style(found.kind, fg='red', bold=True)}: {found.message}\n{found.shown}", 1
    begins = trained.removesuffix(asked) if trained.endswith(asked) else ""
    also = f", but for `{begins}`, which the server's tokenizer puts before the prompt" if begins else ""
    count = f"{len(asked):,} character" + ("s" if len(asked) != 1 else "")
    return f"{paint.style('equal', fg='green', bold=True)}: {count} on both sides{also}", 0


def _with_path_as_target(asked: Asked) -> Asked:
    """A folder, or a file of one of the sides, is where to look, not what to render."""
    path = Path(asked.target) if asked.target is not None and asked.target not in probe_targets() else None
    if path is None or not (path.is_dir() or (path.is_file() and artefact(path) not in {None, "request"})):
        return asked
    return replace(asked, target=None, paths=(str(asked.target), *asked.paths))


def _refuse_contradictions(asked: Asked) -> None:
    if asked.raw and asked.side == "both":
        raise CannotJudgeError("--raw prints one side: add --side training or --side serving")
    if asked.check and asked.side != "both" and not asked.labels:
        raise CannotJudgeError("--check compares both sides: leave --side away")
    if asked.labels and (asked.raw or asked.side == "serving"):
        raise CannotJudgeError("--labels shows the training side: it goes with neither --raw nor --side serving")
    if not asked.labels and (asked.tokenizer is not None or asked.max_length is not None):
        raise CannotJudgeError("--tokenizer and --max-length go with --labels")


def _target(asked: Asked, config: Config) -> Target:
    request = file_target(asked.request) if asked.request is not None else None
    if asked.target is None and request is not None and request.messages:
        target = request
    else:
        target = target_of(asked.target or DEFAULT, config)
        if request is not None:
            target = replace(target, request=request.request, name=f"{target.name}, asked as {request.name}")
    if not target.messages:
        raise CannotJudgeError(f"{target.name}: it holds no messages and no prompt")
    return with_tools(target, asked.tools) if asked.tools is not None else target


def _sought(asked: Asked) -> Sought:
    return Sought(asked.paths, asked.modelfile, asked.template, "training" if asked.labels else asked.side)


def _print_raw(sides: list[Rendering]) -> int:
    (side,) = sides
    if side.text is None:
        raise CannotJudgeError(f"{side.name}: {side.problem}")
    sys.stdout.buffer.write(side.text.encode(errors="surrogatepass"))  # no line end of the platform's own
    sys.stdout.buffer.flush()
    return 0
