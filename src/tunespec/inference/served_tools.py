"""Tools in the prompt of a live server: T003's `tools_unseen`, by what the server does with probes that have some."""

from __future__ import annotations

from tunespec.inference.answered import Answered, Served
from tunespec.inference.probe_messages import names_of
from tunespec.inference.source import AnswerSource
from tunespec.templates.errors import TemplateError
from tunespec.templates.rows import Rows

KIND = "tools_unseen"
_WHY = {
    "ollama": ": its template has no `.Tools`, and Ollama refuses such requests (`does not support tools`)",
    "llama.cpp": ": its chat template writes none, and llama.cpp drops them without a word",
}


def served_tool_facts(source: AnswerSource, rows: Rows) -> None:
    """``tools_unseen``, once, for the user's own probes: whoever writes one means that the model gets its tools.

    Where the training wrote them and the server's prompt has none, the comparison tells that.
    """
    served = source.served
    if served is None:
        rows.skip([KIND], "recorded outputs do not show what their server did with tools")
        return
    refused: list[int] = []
    for row, one in enumerate(source.answered):
        if not one.own or not one.tools or not (one.reply.refuses_tools or one.rendered is not None):
            continue
        rows.examine(KIND)
        if one.reply.refuses_tools:
            refused.append(row)
        elif not _tells(one.rendered or "", one) and _lets(source, one):
            rows.mark(KIND, row, f"the prompt that the server renders names none of the tools of `{one.id}`")
    if refused:
        rows.mark(KIND, refused[0], _refused(served, len(refused)))
    rows.skip([KIND], _why_none(source, served))


def is_untrained(source: AnswerSource, one: Answered) -> bool:
    """Whether a probe of the specification has tools, which no record of the training is known to have.

    How the server writes them differs from nothing then.
    """
    return bool(one.tools) and not one.own and (source.trained is None or not source.trained.declare_tools)


def _lets(source: AnswerSource, one: Answered) -> bool:
    """Whether the training template writes no tools either."""
    template = source.template
    training = template.training_with_tools if template is not None else None
    try:
        return training is None or not _tells(training.render(one.messages, tools=one.tools).text, one)
    except TemplateError:
        return True


def _tells(prompt: str, one: Answered) -> bool:
    return any(name in prompt for name in names_of(one.tools))


def _refused(served: Served, probes: int) -> str:
    many = "the probe with tools is" if probes == 1 else f"{probes} probes with tools are"
    return f"the server passes no tools to this model{_WHY.get(served.kind, '')}; {many} not answered"


def _why_none(source: AnswerSource, served: Served) -> str:
    if served.tools is False:
        return "the server passes no tools to this model: the specification's probe was not asked, and you have none"
    if any(one.own and one.tools for one in source.answered):
        return f"{served.server} does not show the prompts that it renders"
    return "no probe of your own that was asked has tools (--probes FILE)"
