"""What a server says of its model's template, as the side that asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tunespec.inference.source import AnswerSource
from tunespec.templates.errors import TemplateError
from tunespec.templates.modelfile import RAW_PROMPT
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.sides import ServingSide


@dataclass(frozen=True)
class ServedSide:
    """The server's side, by what the server says of itself.

    Args:
        side: with its template, or with none where that cannot be read.
        is_shown: whether it says which template it has, in Ollama's language.
        problem: why it cannot be read; empty if it can.
        unforeseen: why nobody can foresee what it renders; empty if we can.
        asked: when it rendered; None: today.
    """

    side: ServingSide
    is_shown: bool = True
    problem: str = ""
    unforeseen: str = ""
    asked: datetime | None = None


def served_side(source: AnswerSource) -> ServedSide | None:
    """The side of a served model; None for recorded outputs.

    Ollama shows RAW_PROMPT for a model without a template of Ollama's, too: it uses the one in the model file then.
    The Modelfile's MESSAGE instructions, which no server shows, are known where that is at hand.
    """
    served = source.served
    if served is None:
        return None
    modelfile = source.template.modelfile if source.template is not None else None
    text, problem, unforeseen = served.template or RAW_PROMPT, "", ""
    if text == RAW_PROMPT:
        unforeseen = "the server says no template: it uses the one in the model file"
    if served.kind != "ollama":
        text, unforeseen = RAW_PROMPT, f"only Ollama's way of rendering is known, and this is {served.server}"
    try:
        template = OllamaTemplate.parse(text)
    except TemplateError as error:
        template, problem = OllamaTemplate.parse(RAW_PROMPT), error.message
    history = modelfile.messages if modelfile is not None else ()
    side = ServingSide(served.name, None, template, "its template", served.system or None, served.stops or (), history)
    is_shown = served.kind == "ollama" and served.template is not None
    return ServedSide(side, is_shown, problem, unforeseen, served.asked)
