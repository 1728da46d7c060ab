"""One conversation on each side: the text, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tunespec.templates.errors import TemplateError
from tunespec.templates.jinja import ChatTemplate, refusal
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.requests import Request
from tunespec.templates.sides import STAND_INS, TODAY, ServingSide, TrainingSide
from tunespec.templates.source import TemplateSource
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


def training_for(source: TemplateSource, target: Target) -> TrainingSide | None:
    """The training side; with tools, by the template that transformers takes for them, if there is one of its own."""
    side, tokenizer = source.training, source.tokenizer
    if side is None or tokenizer is None or not isinstance(side.template, ChatTemplate) or not target.tools:
        return side
    named = tokenizer.chosen(tools=True)
    if named is None or named.source == side.template.source:
        return side
    shown = source.shown(named.path)
    return replace(side, shown=shown, line=named.line, template=replace(side.template, source=named.source))


def added_bos(source: TemplateSource) -> str:
    """The token that the server's tokenizer puts before each prompt, empty if it adds none.

    The model file says whether it does, since the server reads that; without one, the tokenizer's configuration.
    """
    said = [part.add_bos for part in [source.gguf] if part] + [part.adds_bos for part in [source.tokenizer] if part]
    adds = next((one for one in said if one is not None), True)
    return source.training.bos if source.training is not None and adds else ""


def placed(side: TrainingSide | ServingSide) -> str:
    """Where a side's template stands: ``Modelfile:3, its TEMPLATE``."""
    what = side.kind if isinstance(side, TrainingSide) else side.origin
    return f"{side.shown}:{side.line}, {what}" if side.line is not None else f"{side.shown}, {what}"


def stand_ins(side: TrainingSide, source: TemplateSource) -> str:
    """Which tokens of the training text are invented, since no tokenizer's file says them."""
    if source.tokenizer is None or source.tokenizer.tokens or not isinstance(side.template, ChatTemplate):
        return ""
    known = [f"`{token}` for its {name}" for name, token in STAND_INS.items() if name in side.template.source]
    return f", with {' and '.join(known)}, which no file says" if known else ""


def _training(source: TemplateSource, target: Target, *, generation_prompt: bool) -> Rendering:
    side = training_for(source, target)
    if side is None:
        return _absent("training", source, ("jinja", "tokenizer", "gguf"), source.why_no_training)
    made = Rendering("training", placed(side) + stand_ins(side, source), tokens=side.tokens)
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
        where = placed(side) + (", with its SYSTEM" if _adds_system(side, target) else "")
        return replace(made, where=where, text=side.render(target.messages, tools=target.tools))
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
    return side, side.render(target.messages, tools=target.tools)


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
