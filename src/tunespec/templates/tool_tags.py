"""Whether Ollama finds a model's tool calls: it looks for the text with which its TEMPLATE begins one.

That is the first text, but for blanks, within the first ``{{ if }}`` that names ``.ToolCalls``, up to a brace; where
there is none, a brace, which then has to be the first thing that the model writes. Nothing else in a template tells
it. What follows has to be a JSON object with the name and the arguments.

Source: Ollama 0.34.2, ``tools/template.go`` (``parseTag``), ``tools/tools.go`` (``Parser.Add``, ``findArguments``);
measured on a server of that version, streamed and in one piece.
"""

from __future__ import annotations

from collections.abc import Iterator

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.nodes import Action, Branch, Fields, Nodes, Pipe, Range, Text
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.outranked import outranks
from tunespec.templates.probes import called_tools
from tunespec.templates.rows import Rows
from tunespec.templates.sides import ServingSide, TrainingSide
from tunespec.templates.source import TemplateSource

KIND = "tool_calls_unread"
_JSON = "{"
_BRACKETS = frozenset("{[")  # as tags they count only at the beginning of an answer
_SHOWN = 40  # characters of a call


def judge_tool_tag(source: TemplateSource, rows: Rows) -> None:
    """Mark a TEMPLATE whose tool calls Ollama leaves in the text of the answer."""
    modelfile, serving = source.modelfile, source.serving
    if modelfile is None:
        return
    if serving is None or modelfile.template is None or not serving.template.mentions_tools:
        rows.skip([KIND], "no TEMPLATE with `.Tools` is there")
        return
    if modelfile.given("renderer") or modelfile.given("parser") or _may_be_harmony(serving.template):
        rows.skip([KIND], "a RENDERER or PARSER of Ollama's own reads the tool calls")
        return
    if source.gguf is not None and outranks(source.gguf.chat_template or "", serving.template):
        rows.skip([KIND], "Ollama passes the TEMPLATE over for the chat template in the model file")
        return
    written = _call(source.training_with_tools) or _call(serving)
    if not written:
        rows.skip([KIND], "how the model begins a tool call cannot be told")
        return
    tag = tool_tag(serving.template)
    row = rows.add(serving.shown, serving.line, "the tag of tool calls")
    rows.examine(KIND)
    if not _finds(tag, written):
        rows.mark(KIND, row, _said(tag, written))


def _may_be_harmony(template: OllamaTemplate) -> bool:
    """Whether Ollama reads OpenAI's Harmony format itself, as it does for the models of that family."""
    return "<|start|>" in template.text and "<|end|>" in template.text


def tool_tag(template: OllamaTemplate) -> str:
    """The text by which Ollama finds a tool call; a brace where the template tells none."""
    within = next(_within(template.template.main), ())
    text = _first_text(within) or ""
    return text.replace("\r\n", "\n").partition(_JSON)[0].strip() or _JSON


def _within(nodes: Nodes) -> Iterator[Nodes]:
    """What stands within each ``if`` that names ``.ToolCalls``, in the order in which Ollama finds them."""
    for node in nodes:
        if isinstance(node, Branch):
            for pipe, body in node.arms:
                if node.keyword == "if" and _names_calls(pipe):
                    yield body
                yield from _within(body)
        if isinstance(node, Range):
            yield from _within(node.body)
        if isinstance(node, Branch | Range):
            yield from _within(node.otherwise or ())


def _names_calls(pipe: Pipe) -> bool:
    """Whether an operand is ``.ToolCalls`` itself: not one in parentheses, nor a variable's."""
    operands = (operand for command in pipe.commands for operand in command.operands)
    return any(isinstance(operand, Fields) and "ToolCalls" in operand.names for operand in operands)


def _first_text(nodes: Nodes) -> str | None:
    """The first text that is not blank, if nothing is printed before it."""
    for node in nodes:
        if isinstance(node, Text) and node.text.strip():
            return node.text
        if isinstance(node, Action):
            return None
        if isinstance(node, Branch | Range):
            bodies = [body for _, body in node.arms] if isinstance(node, Branch) else [node.body]
            found = (_first_text(body) for body in (*bodies, node.otherwise or ()))
            return next((text for text in found if text is not None), None)
    return None


def _call(side: TrainingSide | ServingSide | None) -> str:
    """What a side writes for an answer that calls a tool, behind the header; empty if that cannot be told."""
    asked, called = called_tools()
    question = asked.messages[-1]["content"]
    if side is None:
        return ""
    try:
        texts = [side.render(case.messages, tools=case.tools) for case in (asked, called)]
    except TemplateError:
        return ""
    header, turn = ((text if isinstance(text, str) else text.text).rpartition(question)[2] for text in texts)
    beginning = header.rstrip()
    behind = turn.removeprefix(beginning).lstrip()
    return behind if turn.startswith(beginning) and all(tool in behind for tool in called.called) else ""


def _finds(tag: str, written: str) -> bool:
    return _JSON in written and (written.startswith(tag) if tag in _BRACKETS else tag in written)


def _said(tag: str, written: str) -> str:
    begins = written.partition(_JSON)[0].rstrip().partition("\n")[0][:_SHOWN]
    if _JSON not in written and tag != _JSON:
        return (
            f"a tool call that begins with `{begins}` holds no JSON object, and Ollama reads no other: once it has "
            f"found `{tag}`, the client gets neither the call nor the text"
        )
    if tag == _JSON:
        return (
            f"a tool call begins with `{begins}`, and Ollama learns that only from the first text within "
            "`{{ if .ToolCalls }}`, where this TEMPLATE has none: it takes calls for text unless `{` comes first"
        )
    return (
        f"a tool call begins with `{begins}`, and Ollama waits for `{tag}`, the first text within the first "
        "`{{ if ... .ToolCalls }}`: it takes calls for text"
    )
