"""Whether anybody tells the model of the tools that its records declare: T003's `tools_unseen`."""

from __future__ import annotations

from collections.abc import Sequence

from tunespec.conversation import Conversation
from tunespec.templates.case import Case
from tunespec.templates.errors import TemplateError
from tunespec.templates.probes import conversation_of, declared_tools
from tunespec.templates.rows import Rows
from tunespec.templates.sides import ServingSide, TrainingSide
from tunespec.templates.source import TemplateSource

KIND = "tools_unseen"
_NO_RECORDS = "no record declares tools"


def judge_tools(source: TemplateSource, conversations: Sequence[Conversation], rows: Rows) -> None:
    """Mark tools that the records declare and no template writes.

    Where one side writes them, the comparison tells what the other one lacks. Where only the server's side is at hand,
    the training may have written them.
    """
    declaring = sum(conversation_of(conversation)[1] is not None for conversation in conversations)
    training, serving = source.training_with_tools, source.serving
    if not declaring or training is None:
        rows.skip([KIND], source.why_no_training if training is None else _NO_RECORDS)
        return
    cases = declared_tools()
    trained = _is_told(training, cases)
    if trained is None:
        rows.skip([KIND], "the training template renders no conversation with tools")
        return
    shown, line = (serving.shown, serving.line) if serving is not None else (training.shown, training.line)
    row = rows.add(shown, line, "tools")
    rows.examine(KIND)
    asked = serving is not None and serving.template.mentions_tools and _is_told(serving, cases) is not False
    if not trained and not asked:
        rows.mark(KIND, row, _said(declaring, len(conversations), source))


def _is_told(side: TrainingSide | ServingSide, cases: Sequence[Case]) -> bool | None:
    """Whether a side names a declared tool; None if it renders no conversation with one."""
    told = None
    for case in cases:
        try:
            rendered = side.render(case.messages, tools=case.tools)
        except TemplateError:
            continue
        text = rendered if isinstance(rendered, str) else rendered.text
        told = told or any(tool in text for tool in case.called)
    return told


def _said(declaring: int, all_: int, source: TemplateSource) -> str:
    records = f"{declaring} of {all_} records declare tools" if all_ > 1 else "the record declares tools"
    serving, modelfile = source.serving, source.modelfile
    if serving is None or modelfile is None:
        return f"{records}, and the training template writes none of them"
    said = f"{records}, and neither the training template nor the server's writes them"
    if serving.template.mentions_tools or modelfile.given("parser"):
        return said
    return f"{said}; Ollama refuses a request with tools (`does not support tools`)"
