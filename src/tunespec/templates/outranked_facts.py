"""Whether the model file's own chat template writes the prompts in the place of the Modelfile's TEMPLATE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tunespec.templates.case import Case
from tunespec.templates.comparison import beginning
from tunespec.templates.difference import difference
from tunespec.templates.errors import TemplateError
from tunespec.templates.gguf_file import GGUF
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.modelfile import is_file_reference
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.outranked import ahead
from tunespec.templates.probes import probes
from tunespec.templates.rows import Rows
from tunespec.templates.sides import TODAY, TrainingSide
from tunespec.templates.source import TemplateSource
from tunespec.templates.stand_ins import as_served

_FACT = "outranked_template"


class _Unknown(Exception):  # noqa: N818  no error: there is nothing to tell
    """Why nothing can be told."""


def judge_outranked(source: TemplateSource, rows: Rows) -> None:
    """Whether a TEMPLATE is passed over for a chat template that writes something else than the training."""
    modelfile = source.modelfile
    if modelfile is None:
        return
    try:
        said = _said(source)
    except _Unknown as unknown:
        rows.skip([_FACT], str(unknown))
        return
    row = rows.add(source.pair.of("modelfile")[0].shown, modelfile.given("template")[-1].line, "its rank")
    rows.examine(_FACT)
    if said:
        rows.mark(_FACT, row, said)


def _said(source: TemplateSource) -> str:
    """What is wrong, empty if nothing is."""
    gguf, text, template = _rivals(source)
    more = () if _is_harmony(gguf, template) else ahead(text, template)
    if not more:
        return ""
    if source.requests and all(request.raw or request.template for _, request in source.requests):
        return ""  # each writes its prompt itself
    training = source.training
    if training is None or source.pair.no_training:  # then the model file would be taken for the training
        raise _Unknown(source.why_no_training)
    differs = _differs(source, training, _chat_template(gguf, text, training))
    if not differs:
        return ""
    file = source.pair.of("gguf")[0].shown
    return (
        f"Ollama from 0.30 on passes this TEMPLATE over, unless the server runs with OLLAMA_GO_TEMPLATE=1: the chat "
        f"template in {file} knows {' and '.join(more)}, which the TEMPLATE does not, and so it writes the prompts. "
        f"It differs from the training: {differs}"
    )


def _rivals(source: TemplateSource) -> tuple[GGUF, str, OllamaTemplate]:
    """The model file, its chat template, and the TEMPLATE; _Unknown if one is absent, or neither is used."""
    modelfile, gguf = source.modelfile, source.gguf
    if modelfile is None or modelfile.template is None:
        raise _Unknown("the Modelfile has no TEMPLATE")
    if modelfile.given("renderer") or modelfile.given("parser"):
        raise _Unknown("with a RENDERER or PARSER, Ollama does not use the model file's chat template")
    if not is_file_reference(modelfile.base):
        raise _Unknown(f"which chat template the model file of `FROM {modelfile.base}` holds is not known")
    if gguf is None:
        raise _Unknown(f"the model file {modelfile.base} is not here")
    if not gguf.chat_template:
        raise _Unknown("the model file has no chat template")
    if source.serving is None:
        raise _Unknown(source.why_no_serving)
    return gguf, gguf.chat_template, source.serving.template


def _is_harmony(gguf: GGUF, template: OllamaTemplate) -> bool:
    """Whether Ollama writes the prompts itself, in OpenAI's Harmony format."""
    of_kind = gguf.values.get("general.architecture") in {"gptoss", "gpt-oss"}
    return of_kind and "<|start|>" in template.text and "<|end|>" in template.text


def _chat_template(gguf: GGUF, text: str, training: TrainingSide) -> ChatTemplate:
    """The model file's chat template with its tokens; with the training's, where the file names none."""
    bos, eos = gguf.token("bos") or training.bos, gguf.token("eos") or training.eos
    return ChatTemplate(text, bos_token=bos, eos_token=eos, now=TODAY)


def _differs(source: TemplateSource, training: TrainingSide, served: ChatTemplate) -> str:
    """What a chat template writes otherwise than the training, empty if nothing; _Unknown if that cannot be told."""
    if isinstance(training.template, ChatTemplate) and training.template.source == served.source:
        return ""
    refusal, compared = "", 0
    for case in _cases(source):
        side = source.training_with_tools if case.tools else None
        try:
            trained = (side or training).render(case.messages, tools=case.tools).text
        except TemplateError as error:  # nobody trains on what the training template refuses
            refusal = error.message
            continue
        compared += 1
        if differs := _differs_in(case, trained, served, (side or training).invented):
            return differs
    if not compared:
        raise _Unknown(f"the training template refuses every conversation: {refusal}")
    return ""


def _cases(source: TemplateSource) -> Iterator[Case]:
    """The probes as the server has them: with the Modelfile's SYSTEM; those with tools where records declare some."""
    records = source.records.records.conversations if source.records is not None else ()
    system = source.modelfile.system if source.modelfile is not None else None
    for case in probes(tools=any(record is not None and record.tools for record in records)):
        if system and case.messages[0]["role"] != "system":
            yield replace(case, messages=({"role": "system", "content": system}, *case.messages))
        else:
            yield case


def _differs_in(case: Case, trained: str, served: ChatTemplate, invented: dict[str, str]) -> str:
    """The first difference, but for tokens that no file says, and the BOS: the server writes one in either case."""
    try:
        asked = served.render(case.messages, tools=case.tools, add_generation_prompt=True).text
    except TemplateError as error:
        return f"it refuses the conversation `{case.name}`: {error.message}"
    trained, asked = _without_bos(trained, served), _without_bos(asked, served)
    found = difference(as_served(trained, asked, invented, None), asked, case)
    return f"{found.message} (in `{case.name}`)\n{found.shown}" if found is not None else ""


def _without_bos(text: str, served: ChatTemplate) -> str:
    bos = served.bos_token
    return text.removeprefix(bos if bos and text.startswith(bos) else beginning(text))
