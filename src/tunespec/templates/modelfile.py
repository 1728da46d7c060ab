"""Ollama's Modelfile: what ``ollama create`` takes from it, and where that is not what it seems to say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tunespec.templates.instruction import Instruction, ModelfileError
from tunespec.templates.modelfile_lexer import decode, instructions
from tunespec.templates.modelfile_traps import find_traps
from tunespec.templates.ollama_parameters import REFUSED, TYPES, Value, typed
from tunespec.templates.trap_kinds import Trap

__all__ = ["Instruction", "Modelfile", "ModelfileError", "Trap", "is_file_reference", "parse_modelfile"]

RAW_PROMPT = "{{ .Prompt }}"  # what a Modelfile with a RENDERER has in place of a template: no roles, no headers
_DRIVE = re.compile(r"[A-Za-z]:/")  # `C:/models`; in `c:3b`, a model's name, a tag follows


@dataclass(frozen=True)
class Modelfile:
    """A Modelfile's instructions in their order, and its traps in the order of their lines.

    The properties are what Ollama takes: the last TEMPLATE, every ``stop``. A text that is not given, or is empty,
    is None: then the base model's stays.
    """

    instructions: tuple[Instruction, ...]
    traps: tuple[Trap, ...]

    @property
    def base(self) -> str:
        """The model or path of FROM."""
        return self._last("model") or ""

    @property
    def template(self) -> str | None:
        """The Go template, as text."""
        return self._last("template")

    @property
    def system(self) -> str | None:
        """The system message that is put before a conversation that has none."""
        return self._last("system")

    @property
    def renderer(self) -> str | None:
        """The name of the built-in renderer, which replaces the template."""
        return self._last("renderer")

    @property
    def stops(self) -> tuple[str, ...]:
        """The stop sequences; if there is none, the base model's stay."""
        return tuple(given.value for given in self.given("stop"))

    @cached_property
    def parameters(self) -> Mapping[str, Value]:
        """Value by name of every other parameter that Ollama takes, the last one where it is given twice."""
        values: dict[str, Value] = {}
        for given in self.instructions:
            name = given.command
            if name in TYPES and name not in REFUSED and name != "stop":
                try:
                    values[name] = typed(name, given.value)
                except ValueError:  # `ollama create` fails: a trap
                    continue
        return values

    @property
    def messages(self) -> tuple[Mapping[str, str], ...]:
        """The conversation that stands before every request, as ``{"role": ..., "content": ...}``."""
        split = (_split(given) for given in self.given("message"))
        return tuple({"role": role, "content": content} for role, content in split)

    def given(self, command: str) -> Sequence[Instruction]:
        """The instructions of one command or parameter, by Ollama's own name (of FROM it is ``model``)."""
        return [given for given in self.instructions if given.command == command]

    def _last(self, command: str) -> str | None:
        found = self.given(command)
        return (found[-1].value or None) if found else None


def parse_modelfile(content: bytes) -> Modelfile:
    """A Modelfile as Ollama reads it.

    Raises:
        ModelfileError: a file that Ollama's parser refuses, with its line and Ollama's wording. A parameter with which
            ``ollama create`` fails later is a trap, so that the rest can still be judged.
    """
    text = decode(content)
    found = tuple(instructions(text))
    if not any(given.command == "model" for given in found):
        raise ModelfileError("no FROM line", text.count("\n") + (not text.endswith("\n")))
    return Modelfile(found, tuple(sorted(find_traps(found), key=lambda trap: trap.line)))


def _split(message: Instruction) -> tuple[str, str]:
    """Role and content; a parameter that is named `message` is cut as Ollama cuts it."""
    if message.keyword == "MESSAGE":
        return message.argument, message.value
    role, _, content = message.value.partition(": ")
    return role, content


def is_file_reference(base: str) -> bool:
    """Whether FROM names a file or folder rather than a model of the library, which brings a template of its own."""
    if base.startswith((".", "/", "~")) or "\\" in base or _DRIVE.match(base):
        return True
    return base.lower().endswith((".gguf", ".safetensors", ".bin"))
