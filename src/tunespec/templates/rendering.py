"""One conversation on each side: the text, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tunespec.templates.errors import TemplateError
from tunespec.templates.jinja import refusal
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.requests import Request
from tunespec.templates.sides import TODAY, ServingSide, TrainingSide
from tunespec.templates.source import TemplateSource
from tunespec.templates.stand_ins import named
from tunespec.templates.target import Target
from tunespec.templates.visible import visible


@dataclass(frozen=True)
class Rendering:
    """What one side writes.

    Args:
        name: ``training`` or ``serving``.
        where: the file that its template is from, and what it is.
        text: what it writes; None if nothing.
        problem: why it writes nothing.
        refused: whether the side is there and could not be rendered; else it is absent.
        tokens: the side's special tokens and stop sequences, to be seen in the text.
    """

    name: str
    where: str
    text: str | None = None
    problem: str = ""
    refused: bool = False
    tokens: frozenset[str] = field(default=frozenset())


def render_sides(
    source: TemplateSource, target: Target, side: str, *, generation_prompt: bool = True
) -> list[Rendering]:
    """The sides that are asked for (``training``, ``serving`` or ``both``), the training first."""
    found = []
    if side != "serving":
        found.append(_training(source, target, generation_prompt=generation_prompt))
    if side != "training":
        found.append(_serving(source, target))
    return found


def placed(side: TrainingSide | ServingSide) -> str:
    """Where a side's template stands: ``Modelfile:3, its TEMPLATE``; and which of its tokens no file says."""
    what = side.origin if isinstance(side, ServingSide) else ", ".join(filter(None, (side.kind, named(side.invented))))
    return f"{side.shown}:{side.line}, {what}" if side.line is not None else f"{side.shown}, {what}"


def _training(source: TemplateSource, target: Target, *, generation_prompt: bool) -> Rendering:
    side = source.training_with_tools if target.tools else source.training
    if side is None:
        return _absent("training", source, ("jinja", "tokenizer", "gguf"), source.why_no_training)
    made = Rendering("training", placed(side), tokens=side.tokens)
    try:
        rendered = side.render(target.messages, tools=target.tools, generation_prompt=generation_prompt)
    except TemplateError as error:
        return _refused(made, error)
    return replace(made, text=rendered.text)


def _serving(source: TemplateSource, target: Target) -> Rendering:
    side = source.serving
    if side is None:
        return _absent("serving", source, ("modelfile",), source.why_no_serving)
    made = Rendering("serving", placed(side), tokens=frozenset(side.stops))
    try:
        if target.request is not None:
            side, text = _as_requested(side, target, target.request)
            return replace(made, where=placed(side), text=text)
        added = [*["SYSTEM"] * _adds_system(side, target), *["MESSAGE"] * bool(side.history)]
        where = placed(side) + (f", with its {' and its '.join(added)}" if added else "")
        return replace(made, where=where, text=side.prompt(target.messages, tools=target.tools))
    except TemplateError as error:
        return _refused(made, error)


def _adds_system(side: ServingSide, target: Target) -> bool:
    """Whether the Modelfile's system message stands in for the conversation's, which has none."""
    return bool(side.system) and target.messages[0].get("role") != "system"


def _as_requested(side: ServingSide, target: Target, request: Request) -> tuple[ServingSide, str]:
    """The prompt as a request wants it: its own template and system message, a suffix, or raw as it is."""
    if request.raw and request.prompt is not None:
        return replace(side, line=None, origin="passed over: the request's prompt is raw"), request.prompt
    if request.template is not None:
        parsed = OllamaTemplate.parse(request.template)
        side = replace(side, shown=request.name, line=None, template=parsed, origin="its template")
    side = replace(side, system=request.system or side.system)
    if request.prompt is not None and request.suffix is not None:
        return side, side.template.render_suffix(request.prompt, request.suffix, today=TODAY.date())
    return side, side.prompt(target.messages, tools=target.tools)


def _absent(name: str, source: TemplateSource, formats: Sequence[str], why: str) -> Rendering:
    """A side without a template. Broken files make it refused; files that are not there do not."""
    files = source.pair.of(*formats)
    broken = next((source.problems[file.shown] for file in files if file.shown in source.problems), None)
    where = files[0].shown if files else "none"
    if broken is None:
        return Rendering(name, where, problem=why, refused=bool(files))
    problem, line = broken
    return Rendering(name, where, problem=f"line {line}: {problem}" if line else problem, refused=True)


def _refused(made: Rendering, error: TemplateError) -> Rendering:
    said = refusal(error)
    problem = f"refuses the conversation: {said}" if said is not None else f"cannot be rendered: {error}"
    return replace(made, problem=visible(problem), refused=True)  # a template's own words may hold anything
