"""A Modelfile's TEMPLATE as Ollama renders it (``template/template.go`` of v0.30): three ways of execution.

- A template that mentions ``messages`` gets all of them at once; whether a last assistant turn stays open, it decides.
- A legacy template (``.System``, ``.Prompt``, ``.Response``) is executed once per turn, and the last turn is cut behind
  ``.Response``.
- A prompt with a suffix (fill in the middle) is executed once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tunespec.templates import go_template
from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template import Function
from tunespec.templates.go_template.go_json import to_json
from tunespec.templates.go_template.nodes import Action, Command, Fields, Pipe
from tunespec.templates.go_template.parser import MAIN
from tunespec.templates.go_template.values import Slice, Struct
from tunespec.templates.ollama_cut import cut_behind_response, identifiers
from tunespec.templates.ollama_types import MESSAGES, typescript
from tunespec.templates.ollama_values import Message, go_messages, go_text, go_tools

_FUNCTIONS = ("json", "currentDate", "yesterdayDate", "toTypeScriptType")
_RESPONSE = Action(Pipe((), assigns=False, commands=(Command((Fields(("Response",), 0),), 0),), line=0))
_LEVELS = {"low", "medium", "high"}


@dataclass(frozen=True)
class OllamaTemplate:
    """A parsed TEMPLATE."""

    template: go_template.Template
    variables: frozenset[str]
    """Its identifiers in lower case, by which Ollama decides how to execute it."""
    text: str
    """As it was written."""

    @classmethod
    def parse(cls, text: str) -> OllamaTemplate:
        """Reads a template's text. Raises TemplateError where Ollama refuses it, with the line."""
        parsed = go_template.parse(text, _FUNCTIONS)
        found = {name.lower() for nodes in parsed.trees.values() for name in identifiers(nodes)}
        if not found & {"messages", "response"}:
            parsed = go_template.Template({**parsed.trees, MAIN: (*parsed.main, _RESPONSE)})
            found.add("response")
        return cls(parsed, frozenset(found), text)

    @property
    def mentions_messages(self) -> bool:
        """Whether it gets all messages at once."""
        return "messages" in self.variables

    @property
    def mentions_tools(self) -> bool:
        """Whether Ollama holds the model capable of tools."""
        return "tools" in self.variables

    @property
    def mentions_thinking(self) -> bool:
        """Whether it sees the ``think`` of a request."""
        return bool(self.variables & {"think", "thinklevel", "isthinkset", "thinking"})

    def render(
        self,
        messages: Sequence[Message],
        *,
        system: str | None = None,
        tools: Sequence[Mapping[str, Any]] | None = None,
        think: bool | str | None = None,
        today: dt.date | None = None,
    ) -> str:
        """The prompt for a conversation.

        ``system`` is the Modelfile's, which stands in where the first message is no system message; ``tools`` are
        OpenAI's schemas; ``think`` is a request's, a level being ``low``, ``medium`` or ``high``; ``today`` is what
        ``currentDate`` gives. Raises TemplateError where Ollama answers with an error, and beyond the bounds of
        ``go_template``. Images are left out.
        """
        conversation = list(messages)
        if system and not (conversation and str(conversation[0].get("role")).lower() == "system"):
            conversation.insert(0, {"role": "system", "content": system})
        said, collated = _collate(go_messages(conversation))
        execution = _Execution(self, _think(think), today)
        if self.mentions_messages:
            listed = Slice(collated, MESSAGES, nil=not collated)
            return execution.run({"System": said, "Messages": listed, "Tools": go_tools(tools), "Response": ""})
        return execution.turns(collated)

    def render_suffix(
        self, prompt: str, suffix: str, *, think: bool | str | None = None, today: dt.date | None = None
    ) -> str:
        """The prompt for what stands between a prompt and a suffix; without a suffix, for the prompt as a message."""
        if not suffix:
            return self.render([{"role": "user", "content": prompt}], think=think, today=today)
        if not prompt:
            return self.render([], think=think, today=today)  # Ollama drops a suffix alone
        values = {"Prompt": go_text(prompt, "the prompt"), "Suffix": go_text(suffix, "the suffix"), "Response": ""}
        return _Execution(self, _think(think), today).run(values)

    @cached_property
    def last_turn(self) -> go_template.Template:
        """A legacy template for the last turn, which the model completes."""
        return go_template.Template({MAIN: cut_behind_response(self.template.main)})


class _Execution:
    """A template with what every execution of it for one request shares."""

    def __init__(self, template: OllamaTemplate, thinking: Mapping[str, Any], today: dt.date | None) -> None:
        self._template = template
        self._thinking = thinking
        self._functions = _functions(today)

    def run(self, values: Mapping[str, Any]) -> str:
        data = {**values, **self._thinking}
        return self._template.template.execute(data, self._functions, zero_for_missing=True)

    def turns(self, messages: Sequence[Struct]) -> str:
        """Each turn of a conversation in turn; the last one is open."""
        parts: list[str] = []
        pending = {"System": "", "Prompt": "", "Response": ""}
        for message in messages:
            role, content = message.fields["Role"], message.fields["Content"]
            closes = {"system": pending["Prompt"] or pending["Response"], "user": pending["Response"]}
            if closes.get(role):
                parts.append(self.run(pending))
                pending = dict.fromkeys(pending, "")
            if role in _SLOTS:
                pending[_SLOTS[role]] = content
        # Ollama makes the last turn's template anew: without its functions, named templates and `missingkey=zero`.
        parts.append(self._template.last_turn.execute({**pending, **self._thinking}))
        return "".join(parts)


_SLOTS = {"system": "System", "user": "Prompt", "assistant": "Response"}


def _collate(messages: Sequence[Struct]) -> tuple[str, list[Struct]]:
    """All system contents, and the messages with neighbours of one role merged (except tools')."""
    collated: list[Struct] = []
    system = [message.fields["Content"] for message in messages if message.fields["Role"] == "system"]
    for message in messages:
        role, content = message.fields["Role"], message.fields["Content"]
        if collated and collated[-1].fields["Role"] == role != "tool":
            collated[-1].fields["Content"] += f"\n\n{content}"
        else:
            collated.append(message)
    return "\n\n".join(system), collated


def _think(think: bool | str | None) -> dict[str, Any]:
    if isinstance(think, str) and think not in _LEVELS:
        raise TemplateError(f'invalid think value: "{think}" (must be "high", "medium", "low", true, or false)')
    level = think if isinstance(think, str) else "medium" if think else ""
    return {"Think": bool(think), "ThinkLevel": level, "IsThinkSet": think is not None}


def _json(value: Any) -> str:
    try:
        return to_json(value)
    except TemplateError:
        return ""  # Ollama drops the error of json.Marshal


def _functions(today: dt.date | None) -> dict[str, Function]:
    day = today or dt.datetime.now().astimezone().date()
    return {
        "json": Function(_json, 1, 1),
        "currentDate": Function(lambda *_: day.isoformat(), strings=float("inf")),
        "yesterdayDate": Function(lambda *_: (day - dt.timedelta(days=1)).isoformat(), strings=float("inf")),
        "toTypeScriptType": Function(typescript, 1, 1),
    }
