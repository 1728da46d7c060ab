"""The kinds of traps in a Modelfile.

What Ollama does with each: Ollama 0.34.2, parser/parser.go, api/types.go, cmd/cmd.go.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

# With these `ollama create` fails.
_Fatal = Literal[
    "unknown_parameter",
    "wrong_case_parameter",  # names are in small letters
    "wrong_type_parameter",
    "refused_parameter",  # no longer supported
    "wrong_version",  # REQUIRES is a semantic version
]
_Taken = Literal[
    "dropped_characters",  # whatever is not printable, such as U+00A0
    "not_an_escape",  # a backslash and the letter after it stay two characters
    "carriage_return",  # of a quoted value they stay, so each line of the prompt ends with one
    "hash_in_value",  # `#` is a comment only where it begins a line
    "swallowed_instruction",  # a quoted value ends only where a line ends with the quote
    "newline_around_template",  # the line breaks behind and before the quotes stay
    "equals_is_text",  # no `=` stands between a name and its value
    "quotes_are_text",  # only double quotes around a whole value are none
    "list_is_text",  # each stop sequence needs an instruction of its own
    "deprecated_parameter",  # ignored, with a warning when the model is created
    "parameter_is_command",  # parameters and commands are kept under one name
    "given_twice",  # the last one counts
    "repeated_stop",  # which changes nothing
    "empty_value",  # is none, so the base model's stays
    "replaced_bytes",  # U+FFFD for every byte that is not UTF-8
]
TrapKind = Literal[_Fatal, _Taken]
# With these the server has another text than the one that is written.
CHANGES: frozenset[TrapKind] = frozenset(
    {
        "dropped_characters",
        "not_an_escape",
        "carriage_return",
        "replaced_bytes",
        "hash_in_value",
        "quotes_are_text",
        "equals_is_text",
        "list_is_text",
    }
)


class Trap(NamedTuple):
    """One trap: its kind, the physical line, and what is there."""

    kind: TrapKind
    line: int
    text: str

    @property
    def fatal(self) -> bool:
        """Whether ``ollama create`` fails."""
        return self.kind in get_args(_Fatal)
