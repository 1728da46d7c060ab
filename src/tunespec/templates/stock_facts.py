"""What ``ollama create`` puts in the place of a TEMPLATE that a Modelfile does not have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tunespec.templates.auto_template import Substitution
from tunespec.templates.case import Case
from tunespec.templates.comparison import Sides, sides_of
from tunespec.templates.errors import TemplateError
from tunespec.templates.modelfile import Modelfile, is_file_reference
from tunespec.templates.plain import PlainTemplate
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource

_FACT = "substituted_template"
_SYSTEM, _USER = {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who wrote Candide?"}
_ANSWER, _MORE = {"role": "assistant", "content": "Voltaire."}, {"role": "user", "content": "When?"}
_CONVERSATIONS: Mapping[str, Sequence[Mapping[str, str]]] = {
    "a question": (_USER,),
    "a question behind a system message": (_SYSTEM, _USER),
    "a second question": (_USER, _ANSWER, _MORE),
}


def judge_substitution(source: TemplateSource, rows: Rows) -> None:
    """Whether the model is asked in the form of its training although the Modelfile says none."""
    modelfile = source.modelfile
    if modelfile is None:
        return
    text = "" if modelfile.template is not None else _without(source, modelfile, rows)
    if text is not None:
        row = rows.add(source.pair.of("modelfile")[0].shown, modelfile.given("model")[-1].line, "its template")
        rows.examine(_FACT)
        if text:
            rows.mark(_FACT, row, text)


def _without(source: TemplateSource, modelfile: Modelfile, rows: Rows) -> str | None:
    """What is wrong without a TEMPLATE, empty if nothing is; None if it cannot be told."""
    if source.training is None or modelfile.renderer is not None or not is_file_reference(modelfile.base):
        why = "a built-in RENDERER writes the prompts" if modelfile.renderer else "the base model brings its template"
        rows.skip([_FACT], source.why_no_training if source.training is None else why)
        return None
    return _plain(source) if isinstance(source.training.template, PlainTemplate) else _chat(source, rows)


def _plain(source: TemplateSource) -> str:
    """A client may write the training's headers itself: in raw requests, or with a template in each."""
    if any(request.raw or request.template for _, request in source.requests):
        return ""
    return "no TEMPLATE, so that no prompt has the headers of the training template"


def _chat(source: TemplateSource, rows: Rows) -> str | None:
    """What differs, empty if nothing does; None if it cannot be told."""
    if source.stock.unknown or source.training is None:
        rows.skip([_FACT], source.stock.unknown)
        return None
    stock = source.stock.found
    pair = sides_of(source)
    if stock is None or not stock.distance or pair is None:
        return ""  # without a near one, Ollama from 0.30 on renders the model's own template
    differs = next((name for name, own in _CONVERSATIONS.items() if _differ(pair, own)), "")
    return _substituted(stock, differs) if differs else ""


def _substituted(stock: Substitution, differs: str) -> str:
    return (
        f"no TEMPLATE: Ollama takes its stock template `{stock.name}`, which is {stock.distance} edits away from the "
        f"model's own and writes {differs} differently"
    )


def _differ(pair: Sides, messages: Sequence[Mapping[str, str]]) -> bool:
    """Whether the sides write a conversation differently, BOS aside; not where one of them refuses it."""
    own = pair.serving.system
    told = (
        messages if own is None or messages[0]["role"] == "system" else ({"role": "system", "content": own}, *messages)
    )
    try:
        case = Case(told)
        found = pair.between(case, pair.trained(case), pair.asked(case))
    except TemplateError:
        return False
    return found is not None and found.kind != "bos_doubled"
