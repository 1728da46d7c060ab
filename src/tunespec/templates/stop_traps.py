"""A Modelfile's stop sequences that are not what they seem to be: lists and quotes that Ollama takes as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tunespec.templates.instruction import Instruction
from tunespec.templates.trap_kinds import Trap

_QUOTED = re.compile(r"'[^']+'|`[^`]+`|[‘“«].+[’”»]|[^\"].*\"", re.DOTALL)
_LIST = re.compile(r"\[\s*(?:[\"'].*[\"']\s*)?\]|<[^<>]+>(?:\s*,\s*<[^<>]+>)+", re.DOTALL)
_ASSIGNED = re.compile(r"=\s*[\"'`“‘]|=[ \t]+\S")
_INNER = re.compile(r"[^\"]+(?:\"\s*,\s*\"[^\"]+)+")  # of a list, without the quotes at its ends


def stop_traps(given: Instruction) -> Iterator[Trap]:
    """The traps of one PARAMETER stop."""
    line, value = given.line, given.value
    if given.quotes == '"' and _INNER.fullmatch(value):
        yield Trap("list_is_text", line, f'the stop sequence is the text `{value}`, from the first `"` to the last')
    if given.quotes:
        return
    if _ASSIGNED.match(value):
        yield Trap("equals_is_text", line, f"the stop sequence is `{value}`, with the `=`")
    elif _LIST.fullmatch(value):
        yield Trap("list_is_text", line, f"the stop sequence is the text `{value}`")
    elif _QUOTED.fullmatch(value):
        yield Trap("quotes_are_text", line, f"the stop sequence is `{value}`, with the quotes")
