r"""What a Modelfile's value is meant to be, where Ollama takes another text: carriage returns, a typed `\n`.

The trap itself is a finding (`altered_template`, `altered_stop`). What follows from it is none of its own, so that the
comparison of both sides and the search for the end of answers take the text that was meant.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from tunespec.templates.errors import TemplateError
from tunespec.templates.modelfile import Modelfile
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.sides import ServingSide
from tunespec.templates.trap_kinds import CHANGES

_ACTION = re.compile(r"(\{\{.*?\}\})", re.DOTALL)  # in its texts Go reads escapes


def altered_lines(modelfile: Modelfile) -> frozenset[int]:
    """The lines of the instructions whose text Ollama takes in another form than it is written."""
    lines = sorted(one.line for one in modelfile.instructions)
    places = [bisect_right(lines, trap.line) - 1 for trap in modelfile.traps if trap.kind in CHANGES]
    return frozenset(lines[place] for place in places if place >= 0)


def meant_text(text: str) -> str:
    """A text without carriage returns, its typed line ends and tabs as such, apart from a template's actions."""
    pieces = _ACTION.split(text.replace("\r", ""))
    pieces[::2] = [piece.replace("\\n", "\n").replace("\\t", "\t") for piece in pieces[::2]]
    return "".join(pieces)


def as_meant(serving: ServingSide, modelfile: Modelfile) -> ServingSide:
    """The server's side with the TEMPLATE that was meant; the same where none is altered."""
    given = modelfile.given("template")
    if not given or modelfile.template is None or given[-1].line not in altered_lines(modelfile):
        return serving
    try:
        return replace(serving, template=OllamaTemplate.parse(meant_text(modelfile.template)))
    except TemplateError:
        return serving
