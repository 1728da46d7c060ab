"""Random templates as Ollama's models have them, with conversations and tools; drawn as in ``go_grammar``."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.go_grammar import TEXTS, Choose, Grammar

FIELDS = {
    "top": ".System .Prompt .Response .Tools .Think .ThinkLevel .IsThinkSet .First $.Response .Messages .Suffix "
    ".Nope".split(),
    "message": ".Role .Content .Thinking .ToolCalls .ToolName .ToolCallID .Images . $.System $.Tools .Nope".split(),
    "call": ".ID .Function.Name .Function.Arguments .Function.Index .Function . .Function.Arguments.a".split(),
    "tool": ".Type .Function.Name .Function.Description .Function .Function.Parameters . .Items "
    ".Function.Parameters.Properties .Function.Parameters.Required .Function.Parameters.Type .Function.Parameters.Defs "
    ".Function.Parameters.Properties.a .Function.Parameters.Properties.nope.Type".split(),
    "property": ".Type .Description .Enum . .AnyOf .Items .Required .ToTypeScriptType .Properties .Nope".split(),
}
INNER = {
    "top": (
        ("range .Messages", "message"),
        ("range $i, $m := .Messages", "message"),
        ("range .Tools", "tool"),
        ("if .System", "top"),
        ("if .Prompt", "top"),
        ("if .Response", "top"),
        ("with .System", "text"),
        ("range $.Tools", "tool"),
    ),
    "message": (
        ("range .ToolCalls", "call"),
        ("range $.Tools", "tool"),
        ('if eq .Role "user"', "message"),
        ('if eq .Role "assistant"', "message"),
        ("if .ToolCalls", "message"),
        ("if .Content", "message"),
    ),
    "tool": (
        ("range $n, $p := .Function.Parameters.Properties", "property"),
        ("range .Function.Parameters.Properties", "property"),
        ("range .Function.Parameters.Required", "text"),
    ),
    "call": (
        ("range $k, $v := .Function.Arguments", "text"),
        ("range .Function.Arguments", "text"),
        ("with .Function", "text"),
    ),
    "property": (("range .AnyOf", "property"), ("if .Description", "property"), ("range .Type", "text")),
    "text": (("if .", "text"),),
}
CALLS = (
    "json",
    "print",
    "len",
    "toTypeScriptType",
    'printf "%v|%s" 1',
    'printf "%+v"',
    'printf "%q"',
    "currentDate |",
    "not",
    "html",
    "index",
)


class Conversations:
    """Writes one template for Ollama, and what it is asked to render."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.grammar = Grammar(choose)

    def field(self, place: str) -> str:
        """A field of what the dot is there."""
        return str(self.choose(FIELDS.get(place, [".", "$.System"])))

    def action(self, place: str) -> str:
        """A printed field, a function of one, or text."""
        chosen = self.choose(range(8))
        if chosen < 4:
            return self.grammar.action(self.field(place))
        if chosen == 4:
            call = self.choose(CALLS).removesuffix(" |")
            return self.grammar.action(f"{call} {self.field(place)}" if call != "currentDate" else call)
        if chosen == 5:
            return self.grammar.action(
                self.choose(
                    (
                        f"{self.field(place)} | print",
                        f"(print {self.field(place)} .Response) | print",
                        'printf "%s-%s" .Response .Prompt',
                        "$last := .",
                        "yesterdayDate",
                        "len (slice $.Messages 0)",
                        'template "t" .',
                    )
                )
            )
        return str(self.choose(("<|im_start|>", "\n", " ", "[INST] ", "<|im_end|>\n", "é")))

    def body(self, place: str, depth: int) -> str:
        """Actions and blocks."""
        parts = []
        for _ in range(self.choose((1, 2, 3, 4))):
            if depth == 0 or self.grammar.rarely(2):
                parts.append(self.action(place))
                continue
            head, inside = self.choose(INNER[place])
            parts += [self.grammar.action(head), self.body(inside, depth - 1)]
            if self.grammar.rarely(3):
                parts += [self.grammar.action("else"), self.body(place, depth - 1)]
            parts.append(self.grammar.action("end"))
        return "".join(parts)

    def template(self) -> str:
        """A whole template; half of them are of the legacy kind."""
        body = self.body("top", 3)
        if self.grammar.rarely(2):
            body = (
                body.replace(".Messages", ".Prompt")
                .replace("range .Prompt", "if .Prompt")
                .replace("range $i, $m := .Prompt", "if .Prompt")
            )
        return body + str(self.choose(("", "", "", '{{define "t"}}{{.}}{{end}}')))

    def messages(self) -> list[dict[str, Any]]:
        """A conversation."""
        return [self._message() for _ in range(self.choose(range(6)))]

    def _message(self) -> dict[str, Any]:
        message: dict[str, Any] = {
            "role": self.choose(("user", "assistant", "system", "tool", "User")),
            "content": self._text(),
        }
        if self.grammar.rarely(4):
            message["thinking"] = self._text()
        if self.grammar.rarely(4):
            message["tool_name"] = "a" if message["role"] == "tool" else ""
        if self.grammar.rarely(3):
            message["tool_calls"] = [self._call() for _ in range(self.choose((0, 1, 2)))]
        return message

    def _text(self) -> str:
        return str(self.choose(TEXTS))

    def _call(self) -> dict[str, Any]:
        function: dict[str, Any] = {"name": self._text(), "index": self.choose((0, 1))}
        if not self.grammar.rarely(6):
            function["arguments"] = self.grammar.value("m", 1)
        return {"id": "c1", "function": function}

    def tools(self) -> list[dict[str, Any]] | None:
        """Tool schemas, or none."""
        if self.grammar.rarely(3):
            return None
        return [{"type": "function", "function": self._function()} for _ in range(self.choose((0, 1, 2)))]

    def _function(self) -> dict[str, Any]:
        parameters: dict[str, Any] = {"type": "object", "additionalProperties": False}
        if not self.grammar.rarely(5):
            parameters["properties"] = {name: self._property(1) for name in self.choose(("", "a", "ba", "zaé"))}
        if self.grammar.rarely(2):
            parameters["required"] = list(self.choose(("", "a", "ab")))
        if self.grammar.rarely(4):
            parameters["$defs"] = self.grammar.value("m", 0)
        return {"name": "f", "description": self._text(), "parameters": parameters, "strict": True}

    def _property(self, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if not self.grammar.rarely(5):
            made["type"] = self.choose(("string", "integer", "object", "odd", ["string", "null"], []))
        if self.grammar.rarely(2):
            made["description"] = self._text()
        if self.grammar.rarely(4):
            made["enum"] = self.grammar.value("l", 0)
        if self.grammar.rarely(5):
            made["items"] = self.grammar.value("m", 0)
        if depth and self.grammar.rarely(5):
            made["anyOf"] = [self._property(0), self._property(0)]
        if depth and self.grammar.rarely(5):
            made["properties"] = {"z": self._property(0), "b": self._property(0)}
            made["required"] = ["z"]
        return made

    def request(self) -> dict[str, Any]:
        """What ``OllamaTemplate`` and the oracle are both asked."""
        asked: dict[str, Any] = {
            "messages": self.messages(),
            "tools": self.tools(),
            "think": self.choose((None, True, False, "low")),
        }
        if self.grammar.rarely(8):
            asked |= {"prompt": self._text(), "suffix": self._text()}
        return asked


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """``(template, request)``"""
    conversations = Conversations(lambda options: draw(st.sampled_from(options)))
    return conversations.template(), conversations.request()
