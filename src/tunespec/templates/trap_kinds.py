"""The kinds of traps in a Modelfile, and what Ollama does with each."""

from __future__ import annotations

from typing import NamedTuple

# What Ollama does, by kind of trap. Source: Ollama 0.34.2, parser/parser.go, api/types.go, cmd/cmd.go.
EXPLANATIONS = {
    "dropped_characters": "Ollama leaves out every character that is not printable, such as U+00A0, and says nothing.",
    "not_an_escape": "Ollama's Modelfile has no escapes: a backslash and the letter after it stay two characters.",
    "carriage_return": "Ollama keeps the carriage returns of a quoted value, so each line of the prompt ends with one.",
    "hash_in_value": "Ollama takes `#` as a comment only where it begins a line; behind a value it belongs to it.",
    "swallowed_instruction": "Ollama ends a quoted value only where a line ends with the quote, so this is its text.",
    "newline_around_template": "Ollama keeps the line breaks behind and before the quotes, so the prompt has them too.",
    "newline_around_system": "Ollama keeps the line breaks behind and before the quotes of the system message.",
    "quotes_are_text": "Ollama knows only double quotes around a whole value; other quotes stay part of it.",
    "equals_is_text": "Ollama's Modelfile has no `=` between a name and its value: it is part of the value.",
    "list_is_text": "Ollama knows no lists: each stop sequence needs an instruction of its own.",
    "trimmed_blanks": "Ollama trims a value without quotes, so blanks at its ends are lost.",
    "unknown_parameter": "Ollama knows no such parameter, so `ollama create` fails.",
    "wrong_case_parameter": "Ollama's parameter names are in small letters, so `ollama create` fails.",
    "wrong_type_parameter": "Ollama cannot read the parameter's value, so `ollama create` fails.",
    "refused_parameter": "Ollama no longer supports the parameter, so `ollama create` fails with a new version.",
    "wrong_version": "Ollama reads REQUIRES as a semantic version, and cannot, so `ollama create` fails.",
    "deprecated_parameter": "Ollama ignores the parameter, with a warning when the model is created.",
    "parameter_is_command": "Ollama keeps parameters and commands under one name, so this acts as the command.",
    "given_twice": "Ollama takes the last one and forgets the earlier ones.",
    "repeated_stop": "Ollama takes the same stop sequence twice, which changes nothing.",
    "empty_stop": "Ollama passes an empty stop sequence on, which empties every answer.",
    "empty_value": "Ollama treats an empty value as none, so the base model's stays.",
    "replaced_bytes": "Ollama puts U+FFFD in the place of every byte that is not UTF-8, and the model gets it.",
}
_FATAL = frozenset(
    {"unknown_parameter", "wrong_case_parameter", "wrong_type_parameter", "refused_parameter", "wrong_version"}
)
_HARMLESS = frozenset({"newline_around_system", "repeated_stop", "deprecated_parameter"})


class Trap(NamedTuple):
    """One trap: its kind (a key of ``EXPLANATIONS``), the physical line, and what is there."""

    kind: str
    line: int
    text: str

    @property
    def explanation(self) -> str:
        """What Ollama does, in one sentence."""
        return EXPLANATIONS[self.kind]

    @property
    def fatal(self) -> bool:
        """Whether ``ollama create`` fails."""
        return self.kind in _FATAL

    @property
    def harmless(self) -> bool:
        """Whether it matters little by itself: a line break around SYSTEM is usual, and most models do not mind."""
        return self.kind in _HARMLESS
