"""A pitfall's docstring is its documentation: sections in, text for `explain`, the docs page and messages out."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass

SECTIONS = ("Problem", "Prevention", "Fix", "Thresholds", "Kinds", "Sources")


@dataclass(frozen=True)
class Documentation:
    """A docstring's summary line and its sections."""

    summary: str
    sections: Mapping[str, str]

    @property
    def why(self) -> str:
        """Why it hurts, in the first sentence of the problem."""
        return re.split(r"(?<=[.!?])\s", " ".join(self.sections.get("Problem", self.summary).split()))[0]

    def entries(self, section: str) -> dict[str, str]:
        """``name: text`` entries of a section; continuation lines are indented."""
        found: dict[str, str] = {}
        name = ""
        for line in self.sections.get(section, "").splitlines():
            match = re.match(r"(\w+): (.*)", line)
            if match:
                name = match[1]
                found[name] = match[2].strip()
            elif name and line.strip():
                found[name] += " " + line.strip()
        return found

    def kind(self, name: str) -> Kind:
        """What the entry of a kind says; see :class:`Kind`."""
        message, what, why = ([part.strip() for part in self.entries("Kinds").get(name, "").split("|")] + [""] * 3)[:3]
        return Kind(message or "{value}", what, f"{why[0].upper()}{why[1:]}." if why else self.why)


@dataclass(frozen=True)
class Kind:
    """An entry ``name: message | what | why`` of the section Kinds.

    ``message`` is what a finding says, with ``{value}`` for the fact's value; ``what`` describes the kind; ``why`` says
    why it hurts, and is the pitfall's own reason where the entry gives none.
    """

    message: str
    what: str
    why: str

    def says(self, value: str) -> str:
        """The message of a finding with this value; a value that must not be shown is empty."""
        return self.message.replace("{value}", value).strip()


def parse(docstring: str) -> Documentation:
    """Split a docstring at its section headings (a known word and a colon, alone at the left margin)."""
    text = inspect.cleandoc(docstring)
    parts = re.split(rf"(?m)^({'|'.join(SECTIONS)}):[ ]*$\n?", text)
    sections = {name: inspect.cleandoc(body).strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}
    return Documentation(" ".join(parts[0].split()), sections)
